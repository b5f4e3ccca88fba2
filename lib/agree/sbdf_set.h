/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A set of SBDFs: filled in any order, sorted once, then asked.
 */
#ifndef LIB_AGREE_SBDF_SET_H
#define LIB_AGREE_SBDF_SET_H

#include <xen-pci/env.h>

struct sbdf_set {
    uint32_t *sbdf;
    size_t count;
    size_t room;
};

void sbdf_set_init(struct sbdf_set *set);
void sbdf_set_dispose(struct sbdf_set *set);

/* 0 or -ENOMEM.  sbdf_set_sort() has to follow before the next question. */
int __must_check sbdf_set_add(struct sbdf_set *set, uint32_t sbdf);
/* Also leaves each member in once. */
void sbdf_set_sort(struct sbdf_set *set);
bool sbdf_set_has(const struct sbdf_set *set, uint32_t sbdf);

#endif /* LIB_AGREE_SBDF_SET_H */
