/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The config space that a trace describes, as it reads at the moment.
 */
#ifndef LIB_TRACE_TRACE_SPACE_H
#define LIB_TRACE_TRACE_SPACE_H

#include "trace.h"

struct trace_place {
    uint32_t sbdf;
    bool present;
    struct trace_function function;
};

struct trace_space {
    struct config_space space;
    struct trace_place *places; /* all that the trace ever names, sorted */
    size_t count;
};

/* Nothing is there yet.  0 or -ENOMEM. */
int __must_check trace_space_init(struct trace_space *space,
                                  const struct trace *trace);
void trace_space_dispose(struct trace_space *space);

/* `config` and `gone`; the SBDF must be one that the trace names. */
void trace_space_set(struct trace_space *space, uint32_t sbdf,
                     const struct trace_function *function);
void trace_space_clear(struct trace_space *space, uint32_t sbdf);

#endif /* LIB_TRACE_TRACE_SPACE_H */
