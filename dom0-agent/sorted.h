/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arrays of items that begin with their SBDF (a uint32_t), are sorted by it
 * and have each at most once.  `size` is an item's, in bytes, and `count` the
 * number of items.
 */
#ifndef XEN_PCID_SORTED_H
#define XEN_PCID_SORTED_H

#include <xen-pci/env.h>

/* The item, or NULL: there is none. */
void *sorted_find(const void *items, size_t count, size_t size, uint32_t sbdf);

/*
 * Make an item with this SBDF, the rest of which is zero; there must be none
 * yet.  `*room` is how many items there is memory for.  Returns the array,
 * which may have moved and is to be freed with free(), or NULL: no memory,
 * and everything stays as it is.
 */
void *sorted_insert(void *items, size_t *count, size_t *room, size_t size,
                    uint32_t sbdf);

/* Take an item out, where there is one. */
void sorted_remove(void *items, size_t *count, size_t size, uint32_t sbdf);

#endif /* XEN_PCID_SORTED_H */
