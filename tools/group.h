/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups of neighbouring devices that a picture shows once: on one bus, of
 * one kind, with the same devices behind them.
 */
#ifndef XL_PCI_GROUP_H
#define XL_PCI_GROUP_H

#include "tree.h"

struct groups;

/* Of `snapshot`, which must not change.  NULL: no memory. */
struct groups *groups_open(const struct xpci_snapshot *snapshot);
void groups_close(struct groups *groups);

/*
 * The size of the group of devices from number `index` on, before number
 * `end`, on one bus: at least 1.
 */
size_t groups_count(const struct groups *groups, size_t index, size_t end);

#endif /* XL_PCI_GROUP_H */
