/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log: lines to stderr, to syslog, or with levels to systemd's journal.
 */
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "log.h"

static struct {
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

void log_say(enum log_level level, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    char *at;

    if ( level > logging.level )
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    for ( at = text; *at; at++ )
    {
        if ( (unsigned char)*at < ' ' || *at == 0x7f )
            *at = '?';
    }

    if ( logging.sink )
        logging.sink(logging.sink_data, level, text);
    else if ( logging.target == LOG_TARGET_SYSLOG )
        syslog(severities[level], "%s", text);
    else if ( logging.target == LOG_TARGET_JOURNAL )
        fprintf(stderr, "<%d>%s\n", severities[level], text);
    else
        fprintf(stderr, "xen-pcid: %s\n", text);
}
