/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a device that was reset, and the bridges above it, again.
 */
#include "paths.h"
#include "refresh.h"

int xpci_reset(struct xpci *xpci, uint32_t sbdf)
{
    uint32_t index = xpci_find(xpci, sbdf);
    const struct xpci_record *record;
    struct xpci_change change;
    int rc;

    if ( index == XPCI_NO_RECORD ||
         xpci_record(xpci, index)->flags & XPCI_BRIDGE_ONLY )
        return -ENODEV;

    record = xpci_record(xpci, index);
    /* Nothing is reported: each bridge is confirmed, this one too. */
    xpci_change_begin(&change, xpci,
                      xpci_segment_find(xpci, XPCI_SEGMENT(sbdf)), ~sbdf);
    xpci_refresh_begin(&change);
    if ( xpci_is_virtfn(record) )
        xpci_refresh_above_virtfn(
            &change, XPCI_BUS(sbdf),
            XPCI_BUS(xpci_record(xpci, record->link.vf.physfn)->sbdf));
    else
        xpci_refresh_above(&change,
                           xpci_is_bridge(record) ? index : XPCI_NO_RECORD,
                           XPCI_BUS(sbdf));

    rc = xpci_refresh_confirm(&change, false);
    if ( !rc && change.touched )
        rc = xpci_change_reserve(&change);
    if ( rc )
    {
        xpci_refresh_undo(&change);
        return rc;
    }
    xpci_paths_settle(xpci, change.segment);
    xpci_refresh_keep(&change);
    xpci_change_displace(&change);
    xpci_change_end(&change);

    return 0;
}
