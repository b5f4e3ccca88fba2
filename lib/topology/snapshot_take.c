/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tables know now, as a value.
 */
#include <stdio.h>

#include <xen-pci/snapshot.h>

#define PAGE_DEVICES 256U
#define PAGE_BUSES 256U

int xpci_snapshot_add_problem_of(struct xpci_snapshot *snapshot,
                                 const struct xpci_device_info *info)
{
    enum xpci_problem kind = xpci_device_problem(info);
    char sbdf[XPCI_SBDF_LENGTH];

    xpci_sbdf_format(sbdf, info->sbdf);
    switch ( kind )
    {
    case XPCI_PROBLEM_STALE:
        return xpci_snapshot_add_problem(
            snapshot, kind, &info->sbdf, -1, -1,
            "%s was read again and is no longer the bridge that was reported; "
            "remove it, and report what is there now",
            sbdf);
    case XPCI_PROBLEM_CONFLICT:
        return xpci_snapshot_add_problem(
            snapshot, kind, &info->sbdf, -1, -1,
            "the buses %02x-%02x of bridge %s clash with another bridge's; "
            "report both again once their bus numbers are right",
            info->secondary, info->subordinate, sbdf);
    case XPCI_PROBLEM_UNCONFIGURED:
        return xpci_snapshot_add_problem(
            snapshot, kind, &info->sbdf, -1, -1,
            "bridge %s on bus %02x reads secondary %02x and subordinate %02x, "
            "which covers no bus; report it again once it is configured",
            sbdf, XPCI_BUS(info->sbdf), info->secondary, info->subordinate);
    default:
        return 0;
    }
}

/* 0, -ENOMEM, or -EAGAIN: begin again. */
static int take_devices(struct xpci_snapshot *snapshot, const struct xpci *xpci,
                        struct xpci_walk *walk)
{
    struct xpci_device_info page[PAGE_DEVICES];

    while ( !walk->done )
    {
        int i, rc = 0;
        int count = xpci_walk_devices(xpci, walk, page, PAGE_DEVICES);

        if ( count < 0 )
            return count;
        for ( i = 0; i < count; i++ )
        {
            /* Nobody owns what is bridge-only: its buses say that it is. */
            if ( !(page[i].flags & XPCI_BRIDGE_ONLY) )
                rc = xpci_snapshot_add_device(snapshot, &page[i]);
            if ( !rc )
                rc = xpci_snapshot_add_problem_of(snapshot, &page[i]);
            if ( rc )
                return rc;
        }
    }

    return 0;
}

static int take_buses(struct xpci_snapshot *snapshot, const struct xpci *xpci,
                      struct xpci_walk *walk)
{
    struct xpci_bus_info page[PAGE_BUSES];

    while ( !walk->done )
    {
        int i, rc;
        int count = xpci_walk_buses(xpci, walk, page, PAGE_BUSES);

        if ( count < 0 )
            return count;
        for ( i = 0; i < count; i++ )
        {
            rc = xpci_snapshot_add_bus(snapshot, &page[i]);
            if ( rc )
                return rc;
        }
    }

    return 0;
}

static int take_once(struct xpci_snapshot *snapshot, const struct xpci *xpci)
{
    struct xpci_walk devices = { 0 }, buses = { 0 };
    int rc = take_devices(snapshot, xpci, &devices);

    if ( !rc )
        rc = take_buses(snapshot, xpci, &buses);
    if ( !rc && buses.generation != devices.generation )
        rc = -EAGAIN;
    snapshot->generation = devices.generation;

    return rc;
}

int xpci_snapshot_take(struct xpci_snapshot *snapshot, const struct xpci *xpci,
                       enum xpci_source source)
{
    int rc;

    do
    {
        xpci_snapshot_dispose(snapshot);
        rc = take_once(snapshot, xpci);
    } while ( rc == -EAGAIN );

    xpci_snapshot_sort(snapshot);
    if ( !rc )
        rc = xpci_snapshot_name_conflicts(snapshot);
    if ( rc )
        xpci_snapshot_dispose(snapshot);
    snapshot->source = source;

    return rc;
}
