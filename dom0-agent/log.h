/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the daemon says: one line for a change, none for nothing.
 */
#ifndef XEN_PCID_LOG_H
#define XEN_PCID_LOG_H

#include <xen-pci/env.h>

/* In the order of syslog's severities; the larger, the chattier. */
enum log_level {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_NOTICE, /* something changed */
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG,
};

enum log_target {
    LOG_TARGET_STDERR,  /* "xen-pcid: text" */
    LOG_TARGET_JOURNAL, /* stderr with sd-daemon's "<N>" before each line */
    LOG_TARGET_SYSLOG,
};

const char *log_level_name(enum log_level level);
/* 0 or -EINVAL: not one of error, warning, notice, info, debug. */
int __must_check log_level_parse(const char *word, enum log_level *level);

/* Until this is called: stderr, notice. */
void log_open(enum log_target target, enum log_level level);
void log_set_level(enum log_level level);

/*
 * From now on lines are written by a thread of their own, so that nobody waits
 * for who reads them.  0 or -ENOMEM.
 */
int __must_check log_start_thread(void);
/* All lines are out, or `deadline` (outlet.h) is over. */
void log_end_thread(uint64_t deadline);

/* Where tests listen; NULL ends it. */
typedef void log_sink(void *data, enum log_level level, const char *text);
void log_set_sink(log_sink *sink, void *data);

/* One line without its newline; control characters are replaced. */
void log_say(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define log_error(...) log_say(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_say(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...) log_say(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...) log_say(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_say(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif /* XEN_PCID_LOG_H */
