/* SPDX-License-Identifier: GPL-2.0-only */
/* What is measured in one thread: lookups and changes, ours and stock's. */
#ifndef BENCH_LOOKUPS_H
#define BENCH_LOOKUPS_H

#include "baseline.h"
#include "machine.h"

/* A machine in both tables, and questions about it in random order. */
struct subject {
    struct machine *machine;
    struct baseline *baseline; /* NULL: not wanted */
    uint32_t *questions;       /* SBDFs that exist */
    size_t question_count;
    size_t lookups;        /* for each sample of ours */
    size_t baseline_count; /* and of the baseline's, which may take long */
};

/* Takes `machine` over, with its tables filled or not as `fill` says. */
struct subject *subject_new(struct machine *machine, bool fill,
                            size_t baseline_lookups);
/* The same, with all scanned but the last, and no questions. */
struct subject *subject_scanned(struct machine *machine);
void subject_free(struct subject *subject);

/* Probes; `data` is a struct subject. */
double probe_lookup(void *data);
double probe_upstream(void *data);
double probe_upstream_wall(void *data); /* waiting counts */
double probe_add(void *data);           /* of an empty topology, each device */
double probe_remove(void *data);        /* of the first bridge, each function */
double probe_dump(void *data);          /* each device */
double probe_clashes(void *data);       /* one report, all bridges clashing */
double probe_baseline_lookup(void *data);
double probe_baseline_upstream(void *data);
double probe_baseline_add(void *data);

/* The longest time that probe_dump kept writers out, ever, in ns. */
double longest_page(void);

#endif /* BENCH_LOOKUPS_H */
