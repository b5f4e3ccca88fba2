/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lookups: by BDF, and of the upstream bridge, without a lock; and what
 * needs the lock because it is more than a word.
 */
#include "publish.h"

uint32_t xpci_lookup(const struct xpci *xpci, uint32_t sbdf)
{
    const struct xpci_segment *segment =
        xpci_segment_find(xpci, XPCI_SEGMENT(sbdf));
    uint32_t place;

    if ( unlikely(!segment) )
        return 0;
    place = xpci_place_get(segment, sbdf);

    return unlikely(place & XPCI_PLACE_WAY_ONLY) ? 0 : place;
}

int xpci_upstream(const struct xpci *xpci, uint32_t sbdf,
                  struct xpci_upstream *upstream)
{
    const struct xpci_segment *segment =
        xpci_segment_find(xpci, XPCI_SEGMENT(sbdf));
    uint32_t alias;

    if ( !segment )
        return 0;
    alias = xpci_published_alias(segment, XPCI_BUS(sbdf));
    if ( !alias )
        return 0;

    upstream->bridge =
        XPCI_SBDF(XPCI_SEGMENT(sbdf), XPCI_BUS(alias), XPCI_DEVFN(alias));
    upstream->secondary = (uint8_t)(alias >> 16);

    return 1;
}

int xpci_device(const struct xpci *xpci, uint32_t sbdf,
                struct xpci_device_info *info)
{
    uint32_t index = xpci_find(xpci, sbdf);

    if ( index == XPCI_NO_RECORD ||
         xpci_record(xpci, index)->flags & XPCI_WAY_ONLY )
        return -ENODEV;
    xpci_record_info(xpci, xpci_record(xpci, index), info);

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

int xpci_bus(const struct xpci *xpci, uint16_t segment_number, uint8_t bus,
             struct xpci_bus_info *info)
{
    const struct xpci_segment *segment =
        xpci_segment_find(xpci, segment_number);
    const struct xpci_way *way;
    struct xpci_upstream upstream;

    if ( !segment || !segment->ways.to[bus].secondary )
        return -ENODEV;

    way = &segment->ways.to[bus];
    info->segment = segment_number;
    info->bus = bus;
    info->bridge = XPCI_SBDF(segment_number, way->bus, way->devfn);
    info->aliased =
        xpci_upstream(xpci, XPCI_SBDF(segment_number, bus, 0), &upstream) == 1;
    info->alias = info->aliased ? upstream.bridge : 0;
    info->secondary = info->aliased ? upstream.secondary : 0;

    return 0;
}
