/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading bridges again: a report refreshes the path above it.
 */
#ifndef XEN_PCI_PATH_H
#define XEN_PCI_PATH_H

#include "change.h"
#include "config.h"

/* Begin a report: no bridge has been read in it. */
static inline void xpci_path_begin(struct xpci *xpci)
{
    xpci->reading++;
}

/* Read the bridges on the way from bus `from` to the root again. */
void xpci_path_refresh(struct xpci_change *change, unsigned int from);

/*
 * The same for a VF at `bus` whose PF is on `physfn_bus`, and for the PF,
 * which the VF's report enters where it is not known: a bus that the VFs
 * spill over to is nobody's secondary, and its way is the PF's.
 */
void xpci_path_refresh_virtfn(struct xpci_change *change, unsigned int bus,
                              unsigned int physfn_bus);

/*
 * Read one bridge again, which this report has not done yet, and what is due
 * for it.  One that does not answer may be asleep, and is left alone unless it
 * stands in the way.
 */
void xpci_path_reread(struct xpci_change *change, uint32_t index,
                      bool in_the_way);

/*
 * These are a bridge's bus numbers, as just read.  Bridges that clash with it
 * are read again.
 */
void xpci_path_confirm(struct xpci_change *change, uint32_t index,
                       const struct xpci_bus_numbers *numbers);

#endif /* XEN_PCI_PATH_H */
