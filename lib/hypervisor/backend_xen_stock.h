/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LIB_HYPERVISOR_BACKEND_XEN_STOCK_H
#define LIB_HYPERVISOR_BACKEND_XEN_STOCK_H

#include <xen-pci/embedded.h>

#include "agree/sbdf_set.h"

/*
 * What the stock Xen of this machine knows: backend_ops.snapshot through
 * libxenctrl, by the rules of xen_stock.h.  With `owned`, Xen is asked to
 * print its devices to its console.
 */
int __must_check backend_xen_stock_snapshot(const struct xpci_snapshot *dom0,
                                            struct xpci_snapshot *snapshot,
                                            struct sbdf_set *owned,
                                            struct xpci_message *message);

#endif /* LIB_HYPERVISOR_BACKEND_XEN_STOCK_H */
