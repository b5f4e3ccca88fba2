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
    bool tables;  /* is anything different? */
    bool bridges; /* is any bridge, so that upstream bridges may be? */
    bool any_departed;
    /* Buses from which a device with an upstream bridge departed. */
    struct xpci_bus_set departed;
};

static inline void xpci_change_begin(struct xpci_change *change,
                                     struct xpci *xpci,
                                     struct xpci_segment *segment)
{
    *change = (struct xpci_change){ .xpci = xpci, .segment = segment };
}

/*
 * Publish the change to readers at once, then tell the host which upstream
 * bridges changed.
 */
void xpci_change_end(struct xpci_change *change);

/*
 * Enter a device that is not known, for which a record and its slot are
 * reserved.  It is linked to its PF when `physfn` is a record.
 */
uint32_t xpci_change_enter(struct xpci_change *change,
                           const struct xpci_device_info *info,
                           uint32_t physfn);

/*
 * Remove a device with its VFs and, for a bridge, all that is behind it:
 * deepest first, VFs before their PF.
 */
void xpci_change_remove(struct xpci_change *change, uint32_t index);

/*
 * Remove a device that the host refused; the host is not told of it.  A bridge
 * stays known as bridge-only.
 */
void xpci_change_refuse(struct xpci_change *change, uint32_t index);

#endif /* XEN_PCI_CHANGE_H */
