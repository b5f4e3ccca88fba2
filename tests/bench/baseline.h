/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stock Xen's way of keeping the topology of a segment, as far as speed goes:
 * devices in a doubly linked list, and for each bus the bridge above it in an
 * array of 256 under a lock.
 */
#ifndef BENCH_BASELINE_H
#define BENCH_BASELINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct list_link {
    struct list_link *next;
    struct list_link *previous;
};

/*
 * As large as stock Xen's struct pci_dev (256 bytes in 4.17 on x86), and its
 * number where that one has it: at byte 64, behind three list links and two
 * pointers.
 */
struct baseline_device {
    struct list_link all;
    struct list_link of_domain;
    struct list_link of_msi;
    void *msix;
    void *domain;
    uint32_t sbdf;
    unsigned char rest[188];
};

struct baseline {
    struct list_link devices;
    pthread_spinlock_t lock; /* protects bus2bridge */
    struct {
        bool map;
        uint8_t bus;
        uint8_t devfn;
    } bus2bridge[256];
};

struct baseline *baseline_new(void);
void baseline_free(struct baseline *baseline);

/* `sbdf` must not be there yet: who adds looks first, as stock Xen does. */
void baseline_enter(struct baseline *baseline, uint32_t sbdf, bool is_bridge,
                    uint8_t secondary, uint8_t subordinate);
struct baseline_device *baseline_lookup(struct baseline *baseline,
                                        uint32_t sbdf);

/* Steps after which the walk up is given up. */
#define BASELINE_STEPS 256

struct baseline_answer {
    bool aliased;
    uint8_t bus;
    uint8_t devfn;
    uint8_t secondary;
};

/* The topmost bridge above `bus`; false: the way up goes round. */
bool baseline_upstream(struct baseline *baseline, uint8_t bus,
                       struct baseline_answer *answer);

#endif /* BENCH_BASELINE_H */
