/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parsing one line of a trace, word by word.
 */
#ifndef LIB_TRACE_TRACE_PARSE_H
#define LIB_TRACE_TRACE_PARSE_H

#include "trace.h"

/* A statement has at most: verb, SBDF, type, six fields; = and a value. */
#define TRACE_WORDS_MOST 16U

/* The words of a line; `name` and `line` say where it stands. */
struct trace_words {
    const char *name;
    unsigned long line;
    struct xpci_message *message;
    const char *word[TRACE_WORDS_MOST];
    unsigned int count; /* at least 1 */
    unsigned int next;
};

/* "FILE:LINE: found FOUND, expected EXPECTED".  Returns -EINVAL. */
int trace_bad_line(const struct trace_words *words, const char *found,
                   const char *expected);

/* Parse a line into a statement.  0, or -EINVAL with a message. */
int __must_check trace_parse_statement(struct trace_words *words,
                                       struct trace_statement *statement);

#endif /* LIB_TRACE_TRACE_PARSE_H */
