/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A core and a naive model that live through the same events: after each,
 * both must say the same, and the core must have behaved as it promises.
 */
#ifndef TESTS_MODEL_TRIAL_H
#define TESTS_MODEL_TRIAL_H

#include "event.h"
#include "host.h"
#include "listing.h"
#include "naive.h"

struct trial_buses {
    struct naive_upstream of[256];
};

struct trial {
    struct world world;
    struct naive naive;
    struct test_host host;
    struct xpci *xpci;
    /* The core's tables before and after the last operation. */
    struct listing before;
    struct listing after;
    struct listing expected;
    /* What the naive model said before and after, of the event's segment. */
    uint16_t segment;
    bool asked;
    struct trial_buses upstream_before;
    struct trial_buses upstream_after;
    /* What the core said when it asked for the remap, or brought back. */
    struct trial_buses upstream_published;
    bool published;
    bool scanning; /* many changes in one event */
    bool calm;     /* config space said the same all the time */
    bool refusing; /* nobody is asked whether anything may go */
    uint32_t generation;
    int returned; /* by the core, for the last event that it was told of */
    bool complained;
    char difference[1024];
};

/* False: no memory for a core, which is a failure. */
bool __must_check trial_init(struct trial *trial);

/*
 * Carry out one event on both and compare.  False: `difference` says what is
 * wrong, and the trial must only be disposed of.
 */
bool __must_check trial_apply(struct trial *trial, const struct event *event);

/*
 * Everything goes.  False: the core kept memory or mistreated the lock, and
 * `difference` says so.  May be called twice.
 */
bool trial_dispose(struct trial *trial);

#endif /* TESTS_MODEL_TRIAL_H */
