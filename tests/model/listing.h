/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that the tables say, as a core or a naive model has it: to compare.
 */
#ifndef TESTS_MODEL_LISTING_H
#define TESTS_MODEL_LISTING_H

#include <xen-pci/topology.h>

#include "naive.h"

struct listing {
    struct xpci_device_info *devices; /* by SBDF */
    size_t device_count;
    size_t device_room;
    struct xpci_bus_info *buses; /* by segment and bus */
    size_t bus_count;
    size_t bus_room;
};

void listing_init(struct listing *listing);
/* May be called twice. */
void listing_dispose(struct listing *listing);

/* Through both walks; takes the host's lock.  False: a walk failed. */
bool listing_from_core(struct listing *listing, const struct xpci *xpci);
void listing_from_naive(struct listing *listing, const struct naive *naive);

/*
 * True: they are equal.  Otherwise `text` of `size` bytes says the first
 * difference, with the names that the caller gives to the two.
 */
bool listing_equal(const struct listing *a, const char *name_a,
                   const struct listing *b, const char *name_b, char *text,
                   size_t size);

#endif /* TESTS_MODEL_LISTING_H */
