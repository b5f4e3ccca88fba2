/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One change of the tables, from the first thing that is different to the
 * moment at which readers and the host see it.
 */
#ifndef XEN_PCI_CHANGE_H
#define XEN_PCI_CHANGE_H

#include "tables.h"

struct xpci_change {
    struct xpci *xpci;
    struct xpci_segment *segment;
    bool tables; /* is anything different? */
    bool ways;   /* is any bridge, so that answers may be? */
    bool any_left;
    struct xpci_bus_set left; /* buses that a device with an alias left */
};

static inline void xpci_change_begin(struct xpci_change *change,
                                     struct xpci *xpci,
                                     struct xpci_segment *segment)
{
    *change = (struct xpci_change){ .xpci = xpci, .segment = segment };
}

/* One publication to readers, then the host is told which answers changed. */
void xpci_change_end(struct xpci_change *change);

/*
 * Enter a device that is not known, for which a record and its place are
 * reserved.  Its VF link is set up when `physfn` is a record.
 */
uint32_t xpci_change_enter(struct xpci_change *change,
                           const struct xpci_device_info *info,
                           uint32_t physfn);

/*
 * Take a device out with its VFs and, for a bridge, all that is behind it:
 * deepest first, VFs before their PF.
 */
void xpci_change_remove(struct xpci_change *change, uint32_t index);

/* Forget a device that the host refused, which it was never told to take. */
void xpci_change_refuse(struct xpci_change *change, uint32_t index);

#endif /* XEN_PCI_CHANGE_H */
