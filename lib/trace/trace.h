/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trace language: what a hypervisor sees, a statement a line.
 */
#ifndef LIB_TRACE_TRACE_H
#define LIB_TRACE_TRACE_H

#include "message.h"

enum trace_verb {
    TRACE_NOTE, /* a comment that has its line to itself */
    TRACE_CONFIG,
    TRACE_GONE,
    TRACE_SCAN,
    TRACE_ADD,
    TRACE_REMOVE,
    TRACE_RESET,
    TRACE_ASSIGN,
    TRACE_DEASSIGN,
    TRACE_DESTROY,
    TRACE_OWNER,
    TRACE_ALIAS,
    TRACE_CHECK,
    TRACE_DUMP,
};

/* What a `config` statement says that config space reads as. */
struct trace_function {
    enum xpci_type type;
    uint8_t secondary; /* of a bridge; its primary is its own bus */
    uint8_t subordinate;
    uint16_t vendor;
    uint16_t device;
    uint32_t class_code; /* 24 bits */
    bool is_pf;
};

struct trace_statement {
    unsigned long line;
    enum trace_verb verb;
    char *text;    /* as written; of a comment, what follows its # */
    uint32_t sbdf; /* of `scan`: the segment alone */
    union {
        struct trace_function function; /* TRACE_CONFIG */
        struct xpci_report report;      /* TRACE_ADD */
        uint16_t domain;                /* TRACE_ASSIGN, TRACE_DESTROY */
    } u;
    /* After `=`. */
    bool expects;
    bool expects_none;       /* TRACE_ALIAS */
    uint32_t expected_alias; /* TRACE_ALIAS, unless none */
    long expected; /* TRACE_CHECK: a count; TRACE_OWNER: an owner; else a
                      return code */
};

struct trace {
    struct trace_statement *statements;
    size_t count;
};

void trace_init(struct trace *trace);
void trace_dispose(struct trace *trace);

/*
 * Read a whole trace ("-": stdin).  0; -EINVAL and "FILE:LINE: found ...,
 * expected ..."; another negative errno value and what failed.
 */
int __must_check trace_read(struct trace *trace, const char *path,
                            struct xpci_message *message);

/* Has a function of this type bus numbers? */
bool trace_type_is_bridge(enum xpci_type type);

#endif /* LIB_TRACE_TRACE_H */
