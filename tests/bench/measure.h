/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Times of many rounds.  All probes run once in every round, one after the
 * other, so that whatever else the machine does falls on all of them.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

#define ROUNDS 31

struct probe {
    const char *name;
    double (*run)(void *data); /* nanoseconds for one operation */
    void *data;
    double samples[ROUNDS];
};

struct spread {
    double median;
    double min;
    double max;
};

/*
 * The time that this thread has had a CPU for, so that what others do on the
 * machine does not count.
 */
uint64_t cpu_ns(void);

/* The time that has gone by, for what may have to wait. */
uint64_t wall_ns(void);

/* One round that does not count, then ROUNDS of them. */
void probes_run(struct probe *probes, size_t count);

struct spread probe_spread(const struct probe *probe);

/* Of the ratios `top` / `bottom` of each round. */
struct spread ratio_spread(const struct probe *top, const struct probe *bottom);

/* Keep the compiler from dropping what led to `value`. */
void keep(uint64_t value);

/* Out of memory, and the like: says so and ends the program. */
void must(int holds, const char *what);

#endif /* BENCH_MEASURE_H */
