/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dom0 can learn of a stock Xen's list of devices.
 */
#ifndef LIB_HYPERVISOR_XEN_STOCK_H
#define LIB_HYPERVISOR_XEN_STOCK_H

#include <xen-pci/embedded.h>

/*
 * Which of `count` (at most XEN_STOCK_BATCH) functions, from `first` on, are
 * known?  Sets `known[i]`.  0 or a negative errno value.
 */
typedef int xen_stock_query(void *data, uint32_t first, unsigned int count,
                            bool *known);
#define XEN_STOCK_BATCH 4096U

/*
 * All devices that Xen knows in the segments of `dom0` and in segment 0.  One
 * that dom0 has too is described as dom0 describes it, any other is of type
 * unknown with nothing but its SBDF.  What Xen has in its bus2bridge cannot be
 * asked: there are no buses.  0, -ENOMEM, or what `query` returned.
 */
int __must_check xen_stock_known(xen_stock_query *query, void *data,
                                 const struct xpci_snapshot *dom0,
                                 struct xpci_snapshot *snapshot);

/*
 * Give `snapshot` the buses that a stock Xen must have in its bus2bridge (the
 * bridges that alias, and no others) if nothing went wrong: what the model of
 * one makes of its devices as dom0 describes them.  It may have others.
 * 0 or -ENOMEM.
 */
int __must_check xen_stock_shadow(const struct xpci_snapshot *dom0,
                                  struct xpci_snapshot *snapshot);

/*
 * Give the devices of `snapshot` the owners that the latest output of Xen's
 * debug key Q in `console` names.  Xen enters the owner when an add has
 * succeeded and takes it out when it has failed: a device that is nobody's
 * becomes a problem.  Lines that are anything else are passed over.  0 or
 * -ENOMEM.
 */
int __must_check xen_stock_owners(const char *console,
                                  struct xpci_snapshot *snapshot);

/*
 * What the stock Xen of this machine knows: backend_ops.snapshot through
 * libxenctrl, by the rules above.
 */
int __must_check backend_xen_stock_snapshot(const struct xpci_snapshot *dom0,
                                            bool ask_owners,
                                            struct xpci_snapshot *snapshot,
                                            struct xpci_message *message);

#endif /* LIB_HYPERVISOR_XEN_STOCK_H */
