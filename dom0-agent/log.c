/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log: lines to stderr, to syslog, or with levels to systemd's journal.
 */
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"
#include "outlet.h"

#define LINE_MOST 1024

static struct {
    struct outlet *outlet; /* NULL: no thread */
    enum log_target target;
    enum log_level level;
    log_sink *sink;
    void *sink_data;
} logging = { .level = LOG_LEVEL_NOTICE };

static const char *const level_names[] = {
    [LOG_LEVEL_ERROR] = "error",   [LOG_LEVEL_WARNING] = "warning",
    [LOG_LEVEL_NOTICE] = "notice", [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_DEBUG] = "debug",
};

static const int severities[] = {
    [LOG_LEVEL_ERROR] = LOG_ERR,     [LOG_LEVEL_WARNING] = LOG_WARNING,
    [LOG_LEVEL_NOTICE] = LOG_NOTICE, [LOG_LEVEL_INFO] = LOG_INFO,
    [LOG_LEVEL_DEBUG] = LOG_DEBUG,
};

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}

int log_level_parse(const char *word, enum log_level *level)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(level_names); i++ )
    {
        if ( strcmp(word, level_names[i]) )
            continue;
        *level = i;
        return 0;
    }

    return -EINVAL;
}

void log_open(enum log_target target, enum log_level level)
{
    logging.target = target;
    logging.level = level;
    if ( target == LOG_TARGET_SYSLOG )
        openlog("xen-pcid", LOG_PID, LOG_DAEMON);
}

void log_set_level(enum log_level level)
{
    logging.level = level;
}

void log_set_sink(log_sink *sink, void *data)
{
    logging.sink = sink;
    logging.sink_data = data;
}

/*
 * A line, behind a digit for its level.  Not through stdio, which would have
 * the process wait at its end for whoever does not read.
 */
static void write_line(const char *line)
{
    unsigned int level = (unsigned int)(line[0] - '0') % ARRAY_SIZE(severities);
    int length, severity = severities[level];
    const char *text = line + 1;
    char whole[LINE_MOST + 32];

    if ( logging.target == LOG_TARGET_SYSLOG )
    {
        syslog(severity, "%s", text);
        return;
    }
    length = logging.target == LOG_TARGET_JOURNAL
                 ? snprintf(whole, sizeof(whole), "<%d>%s\n", severity, text)
                 : snprintf(whole, sizeof(whole), "xen-pcid: %s\n", text);
    /* Where nobody can be told, nobody is. */
    (void)!write(STDERR_FILENO, whole, length);
}

/* outlet_write */
static int write_waiting(void *data, unsigned int kind, const char *text,
                         struct xpci_message *message)
{
    char lost[64];

    (void)data;
    (void)message;
    if ( kind == OUTLET_LOST )
    {
        snprintf(lost, sizeof(lost), "%d%s lines of the log were lost here",
                 LOG_LEVEL_WARNING, text);
        text = lost;
    }
    write_line(text);

    return 0;
}

int log_start_thread(void)
{
    logging.outlet = outlet_open(write_waiting, NULL, -1);

    return logging.outlet ? 0 : -ENOMEM;
}

void log_end_thread(uint64_t deadline)
{
    struct outlet *outlet = logging.outlet;

    logging.outlet = NULL;
    (void)outlet_close(outlet, deadline);
}

void log_say(enum log_level level, const char *format, ...)
{
    char text[LINE_MOST];
    va_list arguments;
    char *at;

    if ( level > logging.level )
        return;
    text[0] = (char)('0' + level);
    va_start(arguments, format);
    vsnprintf(text + 1, sizeof(text) - 1, format, arguments);
    va_end(arguments);
    for ( at = text; *at; at++ )
    {
        if ( (unsigned char)*at < ' ' || *at == 0x7f )
            *at = '?';
    }

    if ( logging.sink )
        logging.sink(logging.sink_data, level, text + 1);
    else if ( logging.outlet )
        outlet_put(logging.outlet, OUTLET_EACH, text);
    else
        write_line(text);
}
