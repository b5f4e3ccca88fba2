/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The thread that writes the report to xenstore and hears requests there.
 */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "message.h"
#include "store_thread.h"

/* What is to be said. */
struct saying {
    bool has_content;
    bool has_state;
    bool answered;
    struct tree content;
    char state[32];
    char text[STATUS_TEXT];
    char answer[STORE_ANSWER_LENGTH];
};

struct store_thread {
    pthread_t thread;
    int wake; /* an eventfd: there is something to say, or it ends */
    int news;
    pthread_mutex_t lock;
    /* With the lock held. */
    struct saying next;
    bool ends;
    bool asked; /* `request` is for the daemon to take */
    char request[STORE_REQUEST_LENGTH];
    uint64_t busy_since; /* 0: it waits for nobody */
    int result;
    struct xpci_message message;
    /* The thread's own. */
    struct store_report report;
    struct tree latest; /* what xenstore shall say */
    bool has_latest;
    bool outstanding; /* a request was given away and is not answered yet */
};

enum {
    FD_WAKE,
    FD_WATCH,
    FD_ALIVE,
    FDS
};

static void ring(int event)
{
    const uint64_t one = 1;

    /* It fails where the counter is full: who reads it is told already. */
    (void)!write(event, &one, sizeof(one));
}

/* poll() for what there is; a request that comes meanwhile waits there. */
static void wait_for_any(struct store_thread *thread, struct pollfd *fds)
{
    const struct store *store =
        thread->report.connected ? thread->report.store : NULL;
    uint64_t at = store_report_deadline(&thread->report), now = clock_now();
    bool listens = store && !thread->outstanding;
    int timeout = !thread->has_latest || at == RETRY_NEVER ? -1
                  : at <= now                              ? 0
                                                           : (int)(at - now);

    fds[FD_WAKE] = (struct pollfd){ thread->wake, POLLIN, 0 };
    fds[FD_WATCH] = (struct pollfd){ listens ? store->ops->watch_fd(store) : -1,
                                     POLLIN, 0 };
    fds[FD_ALIVE] =
        (struct pollfd){ store ? store->ops->alive_fd(store) : -1, POLLIN, 0 };
    if ( poll(fds, FDS, timeout) <= 0 )
        fds[FD_WAKE].revents = fds[FD_WATCH].revents = fds[FD_ALIVE].revents =
            0;
}

/* What there is to say now; false: nothing, and it ends. */
static bool take(struct store_thread *thread, struct saying *saying)
{
    bool goes_on;

    pthread_mutex_lock(&thread->lock);
    *saying = thread->next;
    thread->next = (struct saying){ .has_content = false };
    goes_on = saying->has_content || saying->has_state || !thread->ends;
    thread->busy_since = clock_now();
    pthread_mutex_unlock(&thread->lock);

    return goes_on;
}

/* How it went, for whoever asks. */
static void publish(struct store_thread *thread, int rc,
                    const struct xpci_message *message, bool asked)
{
    int result = rc ? rc : thread->report.connected;
    bool changed;

    pthread_mutex_lock(&thread->lock);
    thread->busy_since = 0;
    thread->message = *message;
    changed = result != thread->result || asked;
    thread->result = result;
    if ( asked )
    {
        thread->asked = true;
        memcpy(thread->request, thread->report.request,
               sizeof(thread->request));
    }
    pthread_mutex_unlock(&thread->lock);
    if ( changed )
        ring(thread->news);
}

/* A new request, where none is being answered. */
static bool hear(struct store_thread *thread)
{
    if ( thread->outstanding ||
         !store_report_take_request(&thread->report, clock_now()) )
        return false;
    thread->outstanding = true;

    return true;
}

static int say(struct store_thread *thread, struct saying *saying,
               struct xpci_message *message)
{
    int rc = 0;

    if ( saying->has_content )
    {
        tree_dispose(&thread->latest);
        thread->latest = saying->content;
        thread->has_latest = true;
    }
    if ( saying->answered && thread->outstanding )
        store_report_answer(&thread->report, saying->answer);
    if ( thread->has_latest &&
         (saying->has_content || !thread->report.connected) )
        rc = store_report_write(&thread->report, &thread->latest, clock_now(),
                                message);
    if ( !rc && saying->has_state )
        store_report_state(&thread->report, saying->state, saying->text,
                           clock_now());

    return rc;
}

/* 0: connected, or nobody has tried yet. */
static int why_lost(const struct store_thread *thread,
                    struct xpci_message *message)
{
    if ( thread->report.connected || !thread->report.tries )
        return 0;
    /* It is not yet time to try again: what was said of it holds. */
    if ( thread->result < 0 )
        return thread->result;
    message_set(message, "xenstore is gone");

    return -ENOTCONN;
}

static void *serve(void *data)
{
    struct xpci_message message = { "" };
    struct store_thread *thread = data;
    struct pollfd fds[FDS];
    struct saying saying;
    uint64_t count;

    for ( ;; )
    {
        bool asked = false, answers;
        int rc;

        wait_for_any(thread, fds);
        if ( fds[FD_WAKE].revents )
            (void)!read(thread->wake, &count, sizeof(count));
        if ( !take(thread, &saying) )
            break;
        if ( fds[FD_ALIVE].revents )
            store_report_hung_up(&thread->report, clock_now());
        else if ( fds[FD_WATCH].revents )
            asked = hear(thread);
        answers =
            thread->outstanding && (saying.answered || thread->report.answered);
        rc = say(thread, &saying, &message);
        /* The request is cleared: another one may have come meanwhile. */
        if ( answers && !thread->report.answered )
        {
            thread->outstanding = false;
            asked = hear(thread);
        }
        publish(thread, rc ? rc : why_lost(thread, &message), &message, asked);
    }

    return NULL;
}

static void free_thread(struct store_thread *thread)
{
    store_report_dispose(&thread->report);
    tree_dispose(&thread->latest);
    tree_dispose(&thread->next.content);
    if ( thread->wake >= 0 )
        close(thread->wake);
    pthread_mutex_destroy(&thread->lock);
    free(thread);
}

struct store_thread *store_thread_open(struct store *store, const char *path,
                                       int news)
{
    struct store_thread *thread = calloc(1, sizeof(*thread));

    if ( !thread )
    {
        store_close(store);
        return NULL;
    }
    store_report_init(&thread->report);
    thread->news = news;
    pthread_mutex_init(&thread->lock, NULL);
    thread->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if ( !store_report_open(&thread->report, store, path) &&
         thread->wake >= 0 &&
         !pthread_create(&thread->thread, NULL, serve, thread) )
        return thread;
    free_thread(thread);

    return NULL;
}

void store_thread_say(struct store_thread *thread, struct tree *content)
{
    pthread_mutex_lock(&thread->lock);
    tree_dispose(&thread->next.content);
    thread->next.content = *content;
    thread->next.has_content = true;
    thread->next.has_state = false;
    pthread_mutex_unlock(&thread->lock);
    tree_init(content);
    ring(thread->wake);
}

void store_thread_state(struct store_thread *thread, const char *state,
                        const char *text)
{
    pthread_mutex_lock(&thread->lock);
    thread->next.has_state = true;
    snprintf(thread->next.state, sizeof(thread->next.state), "%s", state);
    snprintf(thread->next.text, sizeof(thread->next.text), "%s", text);
    pthread_mutex_unlock(&thread->lock);
    ring(thread->wake);
}

void store_thread_answer(struct store_thread *thread, const char *answer)
{
    pthread_mutex_lock(&thread->lock);
    thread->next.answered = true;
    snprintf(thread->next.answer, sizeof(thread->next.answer), "%s", answer);
    pthread_mutex_unlock(&thread->lock);
}

bool store_thread_request(struct store_thread *thread, char *request)
{
    bool asked;

    pthread_mutex_lock(&thread->lock);
    asked = thread->asked;
    thread->asked = false;
    if ( asked )
        memcpy(request, thread->request, STORE_REQUEST_LENGTH);
    pthread_mutex_unlock(&thread->lock);

    return asked;
}

int store_thread_result(struct store_thread *thread,
                        struct xpci_message *message)
{
    int rc;

    pthread_mutex_lock(&thread->lock);
    rc = thread->result;
    if ( rc < 0 )
        *message = thread->message;
    if ( thread->busy_since &&
         clock_now() - thread->busy_since > STORE_PATIENCE )
    {
        rc = -ETIMEDOUT;
        message_set(message, "xenstored does not answer");
    }
    pthread_mutex_unlock(&thread->lock);

    return rc;
}

void store_thread_end(struct store_thread *thread)
{
    if ( !thread )
        return;
    pthread_mutex_lock(&thread->lock);
    thread->ends = true;
    pthread_mutex_unlock(&thread->lock);
    ring(thread->wake);
}

bool store_thread_close(struct store_thread *thread, uint64_t deadline)
{
    const struct timespec at = clock_timespec(deadline);

    if ( !thread )
        return true;
    store_thread_end(thread);
    if ( pthread_clockjoin_np(thread->thread, NULL, CLOCK_MONOTONIC, &at) )
        return false;
    free_thread(thread);

    return true;
}
