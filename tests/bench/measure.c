/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "measure.h"

static volatile uint64_t kept;

void keep(uint64_t value)
{
    kept = value;
}

void must(int holds, const char *what)
{
    if ( holds )
        return;
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static uint64_t read_clock(clockid_t clock)
{
    struct timespec time;

    must(!clock_gettime(clock, &time), "a clock is missing");
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

uint64_t cpu_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t wall_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void probes_run(struct probe *probes, size_t count)
{
    size_t i, round;

    for ( i = 0; i < count; i++ )
        probes[i].run(probes[i].data);
    for ( round = 0; round < ROUNDS; round++ )
        for ( i = 0; i < count; i++ )
            probes[i].samples[round] = probes[i].run(probes[i].data);
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static struct spread spread_of(const double *samples)
{
    double sorted[ROUNDS];

    memcpy(sorted, samples, sizeof(sorted));
    qsort(sorted, ROUNDS, sizeof(*sorted), compare);
    return (struct spread){ .median = sorted[ROUNDS / 2],
                            .min = sorted[0],
                            .max = sorted[ROUNDS - 1] };
}

struct spread probe_spread(const struct probe *probe)
{
    return spread_of(probe->samples);
}

struct spread ratio_spread(const struct probe *top, const struct probe *bottom)
{
    double ratios[ROUNDS];
    size_t i;

    for ( i = 0; i < ROUNDS; i++ )
        ratios[i] = top->samples[i] / bottom->samples[i];
    return spread_of(ratios);
}
