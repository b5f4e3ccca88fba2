/* SPDX-License-Identifier: GPL-2.0-only */
/* A made-up machine of one segment that the tables are measured on. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <pthread.h>

#include <xen-pci/host.h>
#include <xen-pci/process.h>

#define SEGMENT_FUNCTIONS 65536

enum function_kind {
    FUNCTION_NONE,
    FUNCTION_ENDPOINT,
    FUNCTION_BRIDGE
};

struct machine {
    struct xpci_host host;
    struct xpci *xpci;
    size_t allocated; /* bytes that the tables hold */
    pthread_mutex_t lock;
    uint32_t *functions; /* in the order in which dom0 reports them */
    size_t count;
    size_t first_asked; /* lookups are of this and those after it */
    bool restless;      /* bridges have other numbers at each read */
    uint32_t reads;
    struct {
        uint8_t kind;
        uint8_t secondary;
        uint8_t subordinate;
    } config[SEGMENT_FUNCTIONS];
};

/*
 * `count` functions (1 to 65,536): as many buses as functions on each, every
 * bus behind a legacy bridge of its own on bus 0.  Nothing is reported yet.
 */
struct machine *machine_flat(size_t count);

/*
 * The same below one bridge on bus 0 (so a bus more): the bridge is 00:00.0,
 * and `count` functions are behind it.
 */
struct machine *machine_below(size_t count);

/*
 * `depth` legacy bridges in a line, and 8 functions on the last bus, which are
 * the ones that are asked for.
 */
struct machine *machine_chain(unsigned int depth);

/*
 * `count` bridges (at most 2,048) on the lowest 8 buses, each to many buses
 * that others lead to as well, and one function behind them, the last.
 */
struct machine *machine_clashing(size_t count);

/* Scan everything but the last function into new tables. */
void machine_scan_most(struct machine *machine);

/* Report everything to new tables. */
void machine_add_all(struct machine *machine);

/* Throw the tables away. */
void machine_forget(struct machine *machine);
void machine_free(struct machine *machine);

#endif /* BENCH_MACHINE_H */
