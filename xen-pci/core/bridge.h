/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bridges as devices: their list, their bus numbers, their clashes, and what
 * is behind them.  All of it under the host's lock.
 */
#ifndef XEN_PCI_BRIDGE_H
#define XEN_PCI_BRIDGE_H

#include "tables.h"

/* The way that a bridge makes; secondary 0 where it is not configured. */
struct xpci_way xpci_bridge_way(const struct xpci_record *bridge);

/* Enter a new bridge, not configured yet, in its segment's list. */
void xpci_bridge_link(struct xpci *xpci, struct xpci_segment *segment,
                      uint32_t index);

/*
 * Take a bridge out of the list, and its ways with it.  Its buses are without
 * a way until xpci_bridge_restore() was called.
 */
void xpci_bridge_unlink(struct xpci *xpci, struct xpci_segment *segment,
                        uint32_t index);

/* Give buses without a way to the best of the bridges that cover them. */
void xpci_bridge_restore(struct xpci *xpci, struct xpci_segment *segment);

/*
 * The bridge has these bus numbers from now on.  True where anything changed.
 */
bool xpci_bridge_renumber(struct xpci *xpci, struct xpci_segment *segment,
                          uint32_t index, uint8_t primary, uint8_t secondary,
                          uint8_t subordinate);

/* The record of the bridge that leads to `bus`, or XPCI_NO_RECORD. */
uint32_t xpci_bridge_to(const struct xpci *xpci,
                        const struct xpci_segment *segment, unsigned int bus);

/* The buses whose way to the root passes this bridge. */
void xpci_bridge_behind(const struct xpci_segment *segment,
                        const struct xpci_record *bridge,
                        struct xpci_bus_set *behind);

#endif /* XEN_PCI_BRIDGE_H */
