/* SPDX-License-Identifier: GPL-2.0-only */
#include "xen_stock.h"

#define FUNCTIONS_IN_SEGMENT 0x10000U

static int enter(struct xpci_snapshot *snapshot,
                 const struct xpci_snapshot *dom0, uint32_t sbdf)
{
    const struct xpci_device_info *seen = xpci_snapshot_device(dom0, sbdf);
    const struct xpci_device_info unseen = { .sbdf = sbdf,
                                             .type = XPCI_TYPE_UNKNOWN,
                                             .node = XPCI_NO_NODE };

    return xpci_snapshot_add_device(snapshot, seen ? seen : &unseen);
}

static int list_segment(xen_stock_query *query, void *data, uint16_t segment,
                        const struct xpci_snapshot *dom0,
                        struct xpci_snapshot *snapshot)
{
    bool known[XEN_STOCK_BATCH];
    uint32_t function, i;
    int rc = 0;

    for ( function = 0; !rc && function < FUNCTIONS_IN_SEGMENT;
          function += XEN_STOCK_BATCH )
    {
        uint32_t first = XPCI_SBDF(segment, 0, 0) | function;

        memset(known, 0, sizeof(known));
        rc = query(data, first, XEN_STOCK_BATCH, known);
        for ( i = 0; !rc && i < XEN_STOCK_BATCH; i++ )
        {
            if ( known[i] )
                rc = enter(snapshot, dom0, first + i);
        }
    }

    return rc;
}

int xen_stock_known(xen_stock_query *query, void *data,
                    const struct xpci_snapshot *dom0,
                    struct xpci_snapshot *snapshot)
{
    uint16_t segment = 0;
    size_t i;
    int rc = list_segment(query, data, segment, dom0, snapshot);

    /* dom0's devices are sorted: its segments come one after the other. */
    for ( i = 0; !rc && i < dom0->device_count; i++ )
    {
        if ( XPCI_SEGMENT(dom0->devices[i].sbdf) == segment )
            continue;
        segment = XPCI_SEGMENT(dom0->devices[i].sbdf);
        rc = list_segment(query, data, segment, dom0, snapshot);
    }
    snapshot->source = XPCI_SOURCE_XEN_STOCK;
    xpci_snapshot_sort(snapshot);

    return rc;
}

int xen_stock_name_failed(struct xpci_snapshot *snapshot,
                          const struct sbdf_set *failed)
{
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < failed->count; i++ )
    {
        uint32_t sbdf = failed->sbdf[i];

        if ( xpci_snapshot_device(snapshot, sbdf) )
            rc = xpci_snapshot_add_problem(
                snapshot, XPCI_PROBLEM_MISSING, &sbdf, -1, -1,
                "Xen lists it and nobody owns it: its add failed, and its "
                "interrupts and its DMA may not work");
    }
    xpci_snapshot_sort(snapshot);

    return rc;
}
