/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers the lookups, by BDF and of the upstream bridge without a lock, and
 * publishes what they read.
 */
#include "lookup.h"

#include "paths.h"

void xpci_publish(const struct xpci *xpci, struct xpci_segment *segment)
{
    const unsigned int in_force = segment->latch & 1U, next = in_force ^ 1U;
    const struct xpci_host *host = xpci->host;
    struct xpci_bus_set changed = { { 0 } };
    uint32_t upstream[XPCI_BUSES];
    bool any = false;
    unsigned int bus;

    xpci_bus2bridge_upstreams(&segment->bus2bridge, upstream);
    /*
     * Both copies are the same between changes.  Pairs with the acquire of a
     * word in xpci_published_upstream().
     */
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
        if ( segment->upstream[bus][in_force] != upstream[bus] )
        {
            xpci_store_release(&segment->upstream[bus][next], upstream[bus]);
            xpci_bus_set_add(&changed, bus);
            any = true;
        }
    if ( !any )
        return;

    host->unmap(host->data, segment->number, &changed);
    /* Pairs with the acquire of the latch in xpci_published_upstream(). */
    xpci_store_release(&segment->latch, segment->latch + 1U);
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
        if ( xpci_bus_set_has(&changed, bus) )
            xpci_store_release(&segment->upstream[bus][in_force],
                               upstream[bus]);
    host->remap(host->data, segment->number, &changed);
}

uint32_t xpci_lookup(const struct xpci *xpci, uint32_t sbdf)
{
    const struct xpci_segment *segment =
        xpci_segment_find(xpci, XPCI_SEGMENT(sbdf));

    if ( unlikely(!segment) )
        return 0;

    return (uint32_t)xpci_seen_get(segment, sbdf) << XPCI_SEEN_SHIFT;
}

int xpci_upstream(const struct xpci *xpci, uint32_t sbdf,
                  struct xpci_upstream *upstream)
{
    const struct xpci_segment *segment =
        xpci_segment_find(xpci, XPCI_SEGMENT(sbdf));
    uint32_t word;

    if ( unlikely(!segment) )
        return 0;
    word = xpci_published_upstream(segment, XPCI_BUS(sbdf));
    if ( !word )
        return 0;

    upstream->bridge =
        XPCI_SBDF(XPCI_SEGMENT(sbdf), XPCI_BUS(word), XPCI_DEVFN(word));
    upstream->secondary = (uint8_t)(word >> 16);

    return 1;
}

int xpci_device(const struct xpci *xpci, uint32_t sbdf,
                struct xpci_device_info *info)
{
    uint32_t index = xpci_find(xpci, sbdf);

    if ( index == XPCI_NO_RECORD ||
         xpci_record(xpci, index)->flags & XPCI_BRIDGE_ONLY )
        return -ENODEV;
    xpci_record_info(xpci, index, info);

    return 0;
}

int xpci_attach(struct xpci *xpci, uint32_t sbdf, void *own)
{
    uint32_t index = xpci_find(xpci, sbdf);

    if ( index == XPCI_NO_RECORD )
        return -ENODEV;
    *xpci_record_attached(xpci, index) = own;

    return 0;
}

void *xpci_attached(const struct xpci *xpci, uint32_t sbdf)
{
    uint32_t index = xpci_find(xpci, sbdf);

    return index == XPCI_NO_RECORD ? NULL : *xpci_record_attached(xpci, index);
}

uint64_t xpci_bus_path(const struct xpci *xpci, uint16_t segment_number,
                       uint8_t bus)
{
    const struct xpci_segment *segment =
        xpci_segment_find(xpci, segment_number);

    return segment ? xpci_path_to(segment, bus) : 0;
}

int xpci_bus(const struct xpci *xpci, uint16_t segment_number, uint8_t bus,
             struct xpci_bus_info *info)
{
    const struct xpci_segment *segment =
        xpci_segment_find(xpci, segment_number);
    const struct xpci_bridge_entry *entry;
    struct xpci_upstream upstream;

    if ( !segment || !segment->bus2bridge.to[bus].secondary )
        return -ENODEV;

    entry = &segment->bus2bridge.to[bus];
    info->segment = segment_number;
    info->bus = bus;
    info->bridge = XPCI_SBDF(segment_number, entry->bus, entry->devfn);
    info->has_upstream =
        xpci_upstream(xpci, XPCI_SBDF(segment_number, bus, 0), &upstream) == 1;
    info->upstream = info->has_upstream ? upstream.bridge : 0;
    info->secondary = info->has_upstream ? upstream.secondary : 0;
    info->upstream_unread = false;

    return 0;
}
