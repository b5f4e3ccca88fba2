/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A backend in front of the backend: each hypercall of a plan passes here,
 * and only here.  A removal is journalled before and cleared after; a step
 * that failed waits for its pause; dom0 is asked once more right before; a
 * stop ends a plan between two steps; what is done is counted and recorded.
 */
#ifndef XEN_PCID_GUARD_H
#define XEN_PCID_GUARD_H

#include "hypervisor/backend.h"
#include "agree/view.h"
#include "journal.h"
#include "record.h"
#include "retry.h"

/*
 * What a step returns that was not made, beside the hypervisor's errors: dom0
 * is not any more as the plan has it (look again), or the daemon stops.
 */
#define GUARD_LOOK_AGAIN (-ESTALE)
#define GUARD_STOPPING (-ECANCELED)

struct guard_counts {
    uint64_t adds; /* hypercalls made: adds and reports */
    uint64_t removes;
    uint64_t failures; /* of them */
};

struct guard {
    struct backend backend; /* what apply_plan() is given */
    struct backend *inner;
    const struct view_source *source;
    struct journal *journal;
    struct retry *retry;
    struct record *record;
    uint64_t now;                    /* milliseconds, of this cycle */
    bool (*should_stop)(void *data); /* may be NULL */
    void *data;
    /* Set by a step, cleared by who reads them. */
    bool attempted; /* a hypercall was made */
    bool look_again;
    size_t done; /* steps that the hypervisor confirmed */
    struct guard_counts counts;
};

/* All parts stay the caller's. */
void guard_init(struct guard *guard, struct backend *inner,
                const struct view_source *source, struct journal *journal,
                struct retry *retry, struct record *record);

#endif /* XEN_PCID_GUARD_H */
