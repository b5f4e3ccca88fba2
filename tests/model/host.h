/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host for the core that counts, records and fails on demand.
 */
#ifndef TESTS_MODEL_HOST_H
#define TESTS_MODEL_HOST_H

#include <xen-pci/host.h>
#include <xen-pci/topology.h>

#include "world.h"

struct test_remap {
    uint16_t segment;
    struct xpci_bus_set buses;
};

struct test_host {
    struct xpci_host host;
    struct world *world;
    struct xpci *xpci; /* set by the test once it is created */

    /* Memory. */
    size_t allocated;    /* bytes that the core holds now */
    unsigned int blocks; /* in so many blocks */
    unsigned int
        fail_at; /* n: the n-th allocation from now on fails; 0: none */
    bool failed; /* it has */

    /* The lock, and what went wrong with it since the beginning. */
    bool locked;
    unsigned int lock_errors;

    /* Since test_host_forget(). */
    void *attached; /* to the one that departed last */
    uint32_t *departed;
    size_t departed_count;
    size_t departed_room;
    struct test_remap *remaps;
    size_t remap_count;
    size_t remap_room;
    unsigned long reads; /* of config space */
    unsigned long reads_of_watched;
    uint32_t watched_sbdf;
    unsigned int watched_offset;

    /* Called from `remove` and `remap` if set. */
    void (*on_remove)(void *data, uint32_t sbdf);
    void (*on_remap)(void *data, uint16_t segment);
    void *data;
};

void test_host_init(struct test_host *host, struct world *world);
/* What it recorded goes; may be called twice. */
void test_host_dispose(struct test_host *host);
void test_host_forget(struct test_host *host);

#endif /* TESTS_MODEL_HOST_H */
