/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading bridges again: a report refreshes the bridges above it.
 */
#ifndef XEN_PCI_REFRESH_H
#define XEN_PCI_REFRESH_H

#include "change.h"
#include "config.h"

/* Begin a report: no bridge has been visited in it. */
static inline void xpci_refresh_begin(struct xpci *xpci)
{
    xpci->visit_epoch++;
}

/* Read the bridges on the walk from bus `from` up to the root again. */
void xpci_refresh_above(struct xpci_change *change, unsigned int from);

/*
 * The same for a VF at `bus` whose PF is on `physfn_bus`, and for the PF,
 * which the VF's report enters where it is not known: a bus that the VFs
 * spill over to is nobody's secondary, and is reached through the PF's
 * bridges.
 */
void xpci_refresh_above_virtfn(struct xpci_change *change, unsigned int bus,
                               unsigned int physfn_bus);

/*
 * Read one bridge again, which this report has not visited yet, and the
 * bridges that are due because of it.  A bridge that does not answer may be
 * asleep, and is left alone unless `needed`: then something behind it was just
 * reached, so it cannot lead there any more.
 */
void xpci_refresh_bridge(struct xpci_change *change, uint32_t index,
                         bool needed);

/*
 * These are a bridge's bus numbers, as just read.  Bridges that clash with it
 * are read again.
 */
void xpci_refresh_numbers(struct xpci_change *change, uint32_t index,
                          const struct xpci_bus_numbers *numbers);

#endif /* XEN_PCI_REFRESH_H */
