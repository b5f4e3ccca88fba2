/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carries out that a device goes: dom0 reports it, or the host knows it, or
 * could not take the device.
 */
#include "change.h"
#include "paths.h"

static int depart(struct xpci *xpci, uint32_t index, bool is_there)
{
    const struct xpci_record *record = xpci_record(xpci, index);
    bool bridge_only = record->flags & XPCI_BRIDGE_ONLY;
    struct xpci_departure departure;
    struct xpci_change change;
    int rc;

    xpci_change_begin(&change, xpci,
                      xpci_segment_find(xpci, XPCI_SEGMENT(record->sbdf)),
                      record->sbdf);
    xpci_departure_init(&departure, &change, index, is_there);
    rc = xpci_departure_allowed(&departure, &change);
    if ( !rc &&
         (xpci_first_virtfn(record) != XPCI_NO_RECORD ||
          xpci_is_bridge(record) || xpci_record_is_foreign(xpci, index)) )
        rc = xpci_change_reserve(&change);
    if ( rc )
        return rc;

    xpci_paths_settle(xpci, change.segment);
    xpci_change_remove(&change, &departure);
    xpci_change_displace(&change);
    xpci_change_end(&change);

    return bridge_only ? -ENODEV : 0;
}

static bool answers(const struct xpci *xpci, const struct xpci_record *record)
{
    if ( record->flags & (XPCI_DISPLACED | XPCI_BRIDGE_ONLY) )
        return false;

    return xpci_config_answers(xpci->host, record->sbdf, record->class_revision,
                               record->vendor, record->device);
}

int xpci_remove(struct xpci *xpci, uint32_t sbdf)
{
    uint32_t index = xpci_find(xpci, sbdf);

    if ( index == XPCI_NO_RECORD )
        return -ENODEV;

    return depart(xpci, index, answers(xpci, xpci_record(xpci, index)));
}

int xpci_depart(struct xpci *xpci, uint32_t sbdf)
{
    uint32_t index = xpci_find(xpci, sbdf);

    if ( index == XPCI_NO_RECORD )
        return -ENODEV;

    return depart(xpci, index, false);
}

void xpci_refuse(struct xpci *xpci, uint32_t sbdf)
{
    uint32_t index = xpci_find(xpci, sbdf);
    struct xpci_change change;

    if ( index == XPCI_NO_RECORD ||
         xpci_record(xpci, index)->flags & XPCI_BRIDGE_ONLY )
        return;

    xpci_change_begin(&change, xpci,
                      xpci_segment_find(xpci, XPCI_SEGMENT(sbdf)), sbdf);
    xpci_paths_settle(xpci, change.segment);
    xpci_change_refuse(&change, index);
    xpci_change_end(&change);
}
