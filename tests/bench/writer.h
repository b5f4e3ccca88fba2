/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The upstream lookup while another thread, on another CPU, adds and removes
 * all the time.
 */
#ifndef BENCH_WRITER_H
#define BENCH_WRITER_H

#include "lookups.h"

struct contest {
    struct subject *subject; /* its last function comes and goes */
    bool possible;           /* two CPUs are there */
    uint64_t changes;        /* that the writer made in all rounds */
};

/* Pins this thread to one CPU, the writer to another. */
void contest_init(struct contest *contest, struct subject *subject);

/* Probes; `data` is a struct contest. */
double probe_quiet(void *data);     /* nobody writes */
double probe_disturbed(void *data); /* somebody does */

#endif /* BENCH_WRITER_H */
