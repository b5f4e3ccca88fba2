/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a device that was reset, and the bridges above it, again.
 */
#include "refresh.h"

int xpci_reset(struct xpci *xpci, uint32_t sbdf)
{
    uint32_t index = xpci_find(xpci, sbdf);
    const struct xpci_record *record;
    struct xpci_change change;

    if ( index == XPCI_NO_RECORD ||
         xpci_record(xpci, index)->flags & XPCI_BRIDGE_ONLY )
        return -ENODEV;

    record = xpci_record(xpci, index);
    xpci_change_begin(&change, xpci,
                      xpci_segment_find(xpci, XPCI_SEGMENT(sbdf)));
    xpci_refresh_begin(xpci);
    /* First: what clashes with it is read too, and may lead to its bus. */
    if ( record->flags & XPCI_BRIDGE )
        xpci_refresh_bridge(&change, index, false);
    if ( record->flags & XPCI_VIRTFN )
        xpci_refresh_above_virtfn(
            &change, XPCI_BUS(sbdf),
            XPCI_BUS(xpci_record(xpci, record->physfn)->sbdf));
    else
        xpci_refresh_above(&change, XPCI_BUS(sbdf));
    xpci_change_end(&change);

    return 0;
}
