/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What in a tree is alike and can be shown once: neighbours on a bus that are
 * the same kind of device, with the same behind them.
 */
#ifndef XL_PCI_ALIKE_H
#define XL_PCI_ALIKE_H

#include "tree.h"

struct alike;

/* Of `snapshot`, which must not change.  NULL: no memory. */
struct alike *alike_open(const struct xpci_snapshot *snapshot);
void alike_close(struct alike *alike);

/*
 * How many devices from number `index` on, before number `end`, on one bus,
 * are alike and shown as one: at least 1.
 */
size_t alike_run(const struct alike *alike, size_t index, size_t end);

#endif /* XL_PCI_ALIKE_H */
