/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bridges as devices: their list, their bus numbers, their clashes, and what
 * is behind them.  All of it under the host's lock.
 */
#ifndef XEN_PCI_BRIDGE_H
#define XEN_PCI_BRIDGE_H

#include "tables.h"

/* A bridge for bus2bridge; secondary 0 where it is not configured. */
struct xpci_bridge_entry xpci_bridge_entry_of(const struct xpci_record *bridge);

/* Link a new bridge into its segment's list.  It leads nowhere yet. */
void xpci_bridge_link(struct xpci *xpci, struct xpci_segment *segment,
                      uint32_t index);

/*
 * Unlink a bridge from the list, and release its buses.  No bridge leads to
 * them until xpci_bridge_reclaim() was called.
 */
void xpci_bridge_unlink(struct xpci *xpci, struct xpci_segment *segment,
                        uint32_t index);

/* All bridges claim their buses: what was released goes to the best. */
void xpci_bridge_reclaim(struct xpci *xpci, struct xpci_segment *segment);

/*
 * The bridge has these bus numbers from now on.  True where anything changed:
 * its buses were released, and are claimed by xpci_bridge_reclaim().
 */
bool xpci_bridge_renumber(struct xpci *xpci, struct xpci_segment *segment,
                          uint32_t index,
                          const struct xpci_bus_numbers *numbers);

/* Set or clear XPCI_CONFLICT in all bridges of a segment. */
void xpci_bridge_mark_conflicts(struct xpci *xpci,
                                struct xpci_segment *segment);

/* The buses whose walk up to the root passes this bridge. */
void xpci_bridge_behind(const struct xpci_segment *segment, uint32_t sbdf,
                        struct xpci_bus_set *behind);

#endif /* XEN_PCI_BRIDGE_H */
