/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading bridges again: a report refreshes the bridges above it.
 *
 * What is read is noted in the records of the bridges, which readers do not
 * see, and either confirmed and kept, or undone:
 *
 *     begin -> visit, above ... -> confirm -> 0:       keep
 *                                          -> error:   undo
 *
 * Each bridge is visited at most once in a report: read with at most 3 dwords,
 * and where anything follows from what it said, the dword that decided is read
 * again; 4 in all.  A bridge that dom0 does not own is not read: its record
 * says what it is.
 */
#ifndef XEN_PCI_REFRESH_H
#define XEN_PCI_REFRESH_H

#include "change.h"

/* Begin a report: no bridge has been visited in it. */
void xpci_refresh_begin(struct xpci_change *change);

/*
 * Is it what its record says, whatever config space says: a bridge that dom0
 * does not own, or one that it must not own, which the host refused?
 */
bool xpci_refresh_is_fixed(const struct xpci_change *change, uint32_t index);

/*
 * Read the bridge `first` (XPCI_NO_RECORD: none) again, then the bridges on the
 * walk from bus `from` up to the root.
 */
void xpci_refresh_above(struct xpci_change *change, uint32_t first,
                        unsigned int from);

/*
 * The same for a VF at `bus` whose PF is on `physfn_bus`, and for the PF,
 * which the VF's report enters where it is not known: a bus that the VFs
 * spill over to is nobody's secondary, and is reached through the PF's
 * bridges.
 */
void xpci_refresh_above_virtfn(struct xpci_change *change, unsigned int bus,
                               unsigned int physfn_bus);

/*
 * A bridge has been read by the caller, and has these bus numbers.  Bridges
 * that clash with it are read again.
 */
void xpci_refresh_numbers(struct xpci_change *change, uint32_t index,
                          const struct xpci_bus_numbers *numbers);

/*
 * Read once more what has changed, and where a device `enters`, what did not
 * answer: 0, or -EAGAIN where it does not say the same.
 */
int __must_check xpci_refresh_confirm(struct xpci_change *change, bool enters);

/* What was read stays.  Says in `change` what is different. */
void xpci_refresh_keep(struct xpci_change *change);

/* All bridges have the bus numbers that they had at the beginning. */
void xpci_refresh_undo(struct xpci_change *change);

#endif /* XEN_PCI_REFRESH_H */
