/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is told how things stand, with threads or without.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "log.h"
#include "message.h"
#include "metrics.h"
#include "telling.h"

void telling_init(struct telling *telling)
{
    *telling = (struct telling){ .news = -1 };
    store_report_init(&telling->report);
}

void telling_dispose(struct telling *telling)
{
    store_report_dispose(&telling->report);
    if ( telling->news >= 0 )
        close(telling->news);
    telling_init(telling);
}

/* The kinds of texts of the metrics' outlet: the newest counts. */
#define METRICS_FILE 1U

/* outlet_write; a line with the path, then the metrics. */
static int write_metrics(void *data, unsigned int kind, const char *text,
                         struct xpci_message *message)
{
    const char *end = strchr(text, '\n');
    char *path;
    int rc;

    (void)data;
    if ( kind != METRICS_FILE || !end )
        return 0;
    path = strndup(text, end - text);
    if ( !path )
    {
        message_set(message, "no memory for the metrics");
        return -ENOMEM;
    }
    rc = metrics_replace(path, end + 1, message);
    free(path);

    return rc;
}

static int open_threads(struct telling *telling, struct store *store,
                        const char *path)
{
    telling->news = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if ( telling->news < 0 )
    {
        store_close(store);
        return -errno;
    }
    if ( store )
        telling->thread = store_thread_open(store, path, telling->news);
    telling->metrics = outlet_open(write_metrics, NULL, telling->news);

    return telling->metrics && (telling->thread || !store) ? 0 : -ENOMEM;
}

int telling_open(struct telling *telling, struct store *store, const char *path,
                 bool threads)
{
    if ( threads )
        return open_threads(telling, store, path);

    return store ? store_report_open(&telling->report, store, path) : 0;
}

/* The metrics at once, or on their way.  A negative errno value: no memory. */
static int say_metrics(struct telling *telling, const struct status *status,
                       const char *path, struct xpci_message *message)
{
    char *text, *whole;
    int rc;

    if ( !telling->metrics )
        return metrics_write(path, status, message);
    text = metrics_text(status);
    rc = text ? asprintf(&whole, "%s\n%s", path, text) : -1;
    free(text);
    if ( rc < 0 )
    {
        message_set(message, "no memory for the metrics");
        return -ENOMEM;
    }
    outlet_put(telling->metrics, METRICS_FILE, whole);
    free(whole);

    return outlet_result(telling->metrics, message);
}

/* As store_thread_result(). */
static int say_store(struct telling *telling, const struct status *status,
                     uint64_t now, struct xpci_message *message)
{
    struct tree content;
    int rc;

    if ( !telling->thread && !telling->report.store )
        return 0;
    tree_init(&content);
    rc = store_content(&content, status);
    if ( rc )
    {
        telling_postpone(telling, now);
        message_set(message, "no memory for the report");
    }
    else if ( telling->thread )
    {
        store_thread_say(telling->thread, &content);
        rc = store_thread_result(telling->thread, message);
    }
    else
    {
        rc = store_report_write(&telling->report, &content, now, message);
        if ( !rc )
            rc = telling->report.connected;
    }
    tree_dispose(&content);

    return rc;
}

void telling_say(struct telling *telling, const struct status *status,
                 const char *metrics, struct conditions *conditions,
                 uint64_t now)
{
    struct xpci_message message;
    int rc;

    if ( metrics && say_metrics(telling, status, metrics, &message) )
        conditions_set(conditions, CONDITION_METRICS, message.text,
                       "make its directory writable, or turn metrics off");
    else
        conditions_clear(conditions, CONDITION_METRICS);
    rc = say_store(telling, status, now, &message);
    if ( rc < 0 )
        conditions_set(conditions, CONDITION_XENSTORE, message.text,
                       "it is waited for");
    else if ( rc )
        conditions_clear(conditions, CONDITION_XENSTORE);
}

void telling_postpone(struct telling *telling, uint64_t now)
{
    store_report_postpone(&telling->report, now);
}

void telling_state(struct telling *telling, const char *state, const char *text,
                   uint64_t now)
{
    if ( telling->thread )
        store_thread_state(telling->thread, state, text);
    else
        store_report_state(&telling->report, state, text, now);
}

bool telling_request(struct telling *telling, uint64_t now)
{
    if ( telling->thread )
        return store_thread_request(telling->thread, telling->request);
    if ( !store_report_take_request(&telling->report, now) )
        return false;
    memcpy(telling->request, telling->report.request, sizeof(telling->request));

    return true;
}

void telling_answer(struct telling *telling, const char *format, ...)
{
    char answer[STORE_ANSWER_LENGTH];
    va_list arguments;
    int length = snprintf(answer, sizeof(answer), "%s: ", telling->request);

    va_start(arguments, format);
    vsnprintf(answer + length, sizeof(answer) - length, format, arguments);
    va_end(arguments);
    if ( telling->thread )
        store_thread_answer(telling->thread, answer);
    else
        store_report_answer(&telling->report, answer);
}

uint64_t telling_deadline(const struct telling *telling)
{
    return store_report_deadline(&telling->report);
}

void telling_news(const struct telling *telling)
{
    uint64_t count;

    (void)!read(telling->news, &count, sizeof(count));
}

void telling_end(const struct telling *telling)
{
    store_thread_end(telling->thread);
    outlet_end(telling->metrics);
}

bool telling_close(struct telling *telling, uint64_t deadline)
{
    bool closed = store_thread_close(telling->thread, deadline);

    telling->thread = NULL;
    closed = outlet_close(telling->metrics, deadline) && closed;
    telling->metrics = NULL;
    /* Who was left alone may still write to it. */
    if ( !closed )
        telling->news = -1;

    return closed;
}
