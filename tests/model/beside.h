/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model of a stock Xen beside the core, on the same events: how often
 * are the tables of each wrong afterwards?  Both are judged by one rule, which
 * knows nothing of either: what config space says at that moment.
 */
#ifndef TESTS_MODEL_BESIDE_H
#define TESTS_MODEL_BESIDE_H

#include "trace/stock.h"
#include "trial.h"

/* After how many calls ... */
struct beside_counts {
    unsigned long calls;
    unsigned long unknown;   /* a bus led to a bridge that is not listed */
    unsigned long elsewhere; /* ... to one that does not lead there */
    unsigned long cyclic;    /* a walk up from a bus did not end */
    /* Of the adds of a device that is there: all; refused; and accepted, with
     * one of the above on the device's own way up. */
    unsigned long adds;
    unsigned long refused;
    unsigned long waiting; /* ... of a VF until its PF is reported */
    unsigned long misled;
    /* The same of resets, of which stock 4.17 knows nothing. */
    unsigned long resets;
    unsigned long misled_resets;
    unsigned long panics; /* the host went down */
};

struct beside {
    struct stock stock;
    struct config_space space;
    struct world *world;
    struct beside_counts of_stock;
    struct beside_counts of_module;
};

/* The counts go on; the machine is a new, empty one. */
void beside_begin(struct beside *beside, struct world *world);
/* May be called twice. */
void beside_end(struct beside *beside);

/* After trial_apply() of the event, with the code that the core returned. */
void beside_apply(struct beside *beside, const struct trial *trial,
                  const struct event *event);

void beside_print(const struct beside *beside);

/*
 * Did the module promise too much?  What is elsewhere it may hold until dom0
 * has reported it; the rest never.
 */
bool beside_is_good(const struct beside *beside);

#endif /* TESTS_MODEL_BESIDE_H */
