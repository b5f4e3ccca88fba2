/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arrays sorted by SBDF: sets of SBDFs, and items that begin with theirs.
 */
#ifndef LIB_AGREE_SBDF_SET_H
#define LIB_AGREE_SBDF_SET_H

#include <xen-pci/env.h>

/*
 * Items of `size` bytes that begin with their SBDF (a uint32_t), sorted by
 * it, each SBDF at most once.  `count` is the number of items.
 */

/* The item, or NULL: there is none. */
void *sorted_find(const void *items, size_t count, size_t size, uint32_t sbdf);

/*
 * Make an item with this SBDF, the rest of which is zero; there must be none
 * yet.  The array, which may have moved, or NULL: no memory, and the array
 * stays as it is.
 */
void *sorted_insert(void *items, size_t *count, size_t size, uint32_t sbdf);

/* Does nothing where there is none. */
void sorted_remove(void *items, size_t *count, size_t size, uint32_t sbdf);

/* A qsort() comparison. */
int sorted_compare(const void *first, const void *second);

/* A set: filled in any order and sorted once, or kept sorted. */
struct sbdf_set {
    uint32_t *sbdf;
    size_t count;
};

void sbdf_set_init(struct sbdf_set *set);
void sbdf_set_dispose(struct sbdf_set *set);

/* 0 or -ENOMEM.  sbdf_set_sort() has to follow before the next question. */
int __must_check sbdf_set_add(struct sbdf_set *set, uint32_t sbdf);
/* Also leaves each member in once. */
void sbdf_set_sort(struct sbdf_set *set);
bool sbdf_set_has(const struct sbdf_set *set, uint32_t sbdf);

/* Of a sorted set, which stays so; each member once. */
int __must_check sbdf_set_insert(struct sbdf_set *set, uint32_t sbdf);
void sbdf_set_remove(struct sbdf_set *set, uint32_t sbdf);

#endif /* LIB_AGREE_SBDF_SET_H */
