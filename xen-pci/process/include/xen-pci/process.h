/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What only a process does with the tables: scan by itself, give them back,
 * and ask what they cost.  In Xen nothing of this exists.
 */
#ifndef XEN_PCI_PROCESS_H
#define XEN_PCI_PROCESS_H

#include <xen-pci/topology.h>

/* Give everything back.  NULL is fine.  Nobody may use `xpci` any more. */
void xpci_dispose(struct xpci *xpci);

/*
 * The bus scan of boot for one segment: every bus, every slot, the functions
 * of multi-function devices.  0 or -ENOMEM (what was found stays).
 */
int __must_check XPCI_LOCKED xpci_scan_segment(struct xpci *xpci,
                                               uint16_t segment);

/* What the tables cost, in bytes, as the host's `alloc` is asked for. */
struct xpci_costs {
    size_t device;   /* a record, the host's pointer, its place in both below */
    size_t segment;  /* a segment without devices */
    size_t bus_page; /* the index of 4 neighbouring buses */
    size_t seen_page; /* what lookups read of 16 neighbouring buses */
};
void xpci_costs(struct xpci_costs *costs);

#endif /* XEN_PCI_PROCESS_H */
