/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a trace is replayed against.
 */
#ifndef LIB_TRACE_TRACE_MODEL_H
#define LIB_TRACE_TRACE_MODEL_H

#include "stock.h"
#include "trace_space.h"

struct trace_target {
    enum trace_model model;
    struct embedded module; /* TRACE_MODEL_MODULE */
    struct stock stock;     /* TRACE_MODEL_STOCK */
};

/* On `space`, which must stay.  0 or -ENOMEM. */
int __must_check trace_target_init(struct trace_target *target,
                                   enum trace_model model,
                                   struct trace_space *space);
void trace_target_dispose(struct trace_target *target);

/* `scan`, `add`, `remove` or `reset`: the return code. */
int trace_target_call(struct trace_target *target,
                      const struct trace_statement *statement);

/* 1 and `*upstream`, 0: none, -1: the walk goes round. */
int trace_target_upstream(const struct trace_target *target, uint32_t sbdf,
                          struct xpci_upstream *upstream);

int __must_check trace_target_snapshot(const struct trace_target *target,
                                       struct xpci_snapshot *snapshot);

/* Why the host went down; NULL: it is up. */
const char *trace_target_panic(const struct trace_target *target);

#endif /* LIB_TRACE_TRACE_MODEL_H */
