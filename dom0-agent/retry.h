/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Steps that failed, and when each is tried again: pauses double from
 * `first` to `most`.  Times are milliseconds of a monotonic clock.
 */
#ifndef XEN_PCID_RETRY_H
#define XEN_PCID_RETRY_H

#include "agree/plan.h"

#define RETRY_NEVER UINT64_MAX

struct retry_item {
    uint32_t sbdf;
    enum plan_action action;
    int rc; /* of the latest try */
    unsigned int tries;
    uint64_t next;
};

struct retry {
    struct retry_item *items; /* sorted by SBDF */
    size_t count;
    uint64_t first;
    uint64_t most;
};

void retry_init(struct retry *retry);
void retry_dispose(struct retry *retry);
void retry_set_pauses(struct retry *retry, uint64_t first, uint64_t most);

/* NULL: it did not fail. */
const struct retry_item *retry_find(const struct retry *retry, uint32_t sbdf);

/* A try failed at `now`.  0 or -ENOMEM: it is tried again at any time. */
int __must_check retry_failed(struct retry *retry, uint32_t sbdf,
                              enum plan_action action, int rc, uint64_t now);
/* A removal that the hypervisor does not want: the device is in use. */
bool retry_is_refused(const struct retry_item *item);
void retry_forget(struct retry *retry, uint32_t sbdf);

/* Something new is known about it (or all): the next try is due at once. */
void retry_hurry(struct retry *retry, uint32_t sbdf);
void retry_hurry_all(struct retry *retry);

/* What was due at `now` and was not tried after all waits once more. */
void retry_postpone(struct retry *retry, uint64_t now);

/* Forget what no step of `plan` is about any more. */
void retry_keep(struct retry *retry, const struct plan *plan);

/* When the next one is due; RETRY_NEVER: none. */
uint64_t retry_next(const struct retry *retry);

/* The pause after try number `tries` (from 1 on). */
uint64_t retry_pause(uint64_t first, uint64_t most, unsigned int tries);

#endif /* XEN_PCID_RETRY_H */
