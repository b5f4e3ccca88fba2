/* SPDX-License-Identifier: GPL-2.0-only */
#include "naive_rules.h"

#include <err.h>
#include <string.h>

struct naive_device *naive_record(const struct naive *naive, uint32_t sbdf)
{
    struct naive_device *device;

    for_each_device(naive, device)
    {
        if ( device->sbdf == sbdf && !device->draft )
            return device;
    }
    return NULL;
}

struct naive_segment *naive_segment(struct naive *naive, uint16_t number)
{
    struct naive_segment *segment = naive->now.segments;

    for ( ; segment < naive->now.segments + NAIVE_SEGMENTS; segment++ )
    {
        if ( segment->used && segment->number == number )
            return segment;
        if ( segment->used )
            continue;
        segment->used = true;
        segment->number = number;
        return segment;
    }
    errx(1, "more segments than a world has");
}

bool naive_is_foreign(const struct naive_device *device)
{
    return device->owner != XPCI_OWNER_DOM0 && !device->bridge_only;
}

const struct naive_device *naive_find(const struct naive *naive, uint32_t sbdf)
{
    return naive_record(naive, sbdf);
}

bool naive_configured(const struct naive_device *device)
{
    return device->bridge && bus_of(device) < device->secondary &&
           device->secondary <= device->subordinate;
}

bool naive_covers(const struct naive_device *device, uint8_t bus)
{
    return naive_configured(device) && device->secondary <= bus &&
           bus <= device->subordinate;
}

bool naive_is_better(const struct naive_device *a, const struct naive_device *b,
                     uint8_t bus)
{
    int size_a = a->subordinate - a->secondary;
    int size_b = b->subordinate - b->secondary;

    if ( (a->secondary == bus) != (b->secondary == bus) )
        return a->secondary == bus;
    if ( size_a != size_b )
        return size_a < size_b;
    return a->sbdf < b->sbdf;
}

struct naive_device *naive_leads_to(const struct naive *naive, uint16_t segment,
                                    uint8_t bus)
{
    struct naive_device *best = NULL;
    struct naive_device *device;

    for_each_device(naive, device)
    {
        if ( device->bridge && segment_of(device) == segment &&
             naive_covers(device, bus) &&
             (!best || naive_is_better(device, best, bus)) )
            best = device;
    }
    return best;
}

void naive_leaders(const struct naive *naive, uint16_t segment,
                   const struct naive_device *leaders[256])
{
    const struct naive_device *device;
    unsigned int bus;

    memset(leaders, 0, 256 * sizeof(*leaders));
    for_each_device(naive, device)
    {
        if ( segment_of(device) != segment || !naive_configured(device) )
            continue;
        for ( bus = device->secondary; bus <= device->subordinate; bus++ )
            if ( !leaders[bus] ||
                 naive_is_better(device, leaders[bus], (uint8_t)bus) )
                leaders[bus] = device;
    }
}

static bool nested_in(const struct naive_device *inner,
                      const struct naive_device *outer)
{
    return outer->secondary <= bus_of(inner) &&
           bus_of(inner) <= outer->subordinate &&
           inner->subordinate <= outer->subordinate;
}

bool naive_clash(const struct naive_device *a, const struct naive_device *b)
{
    if ( a == b || segment_of(a) != segment_of(b) || !naive_configured(a) ||
         !naive_configured(b) )
        return false;
    if ( a->subordinate < b->secondary || b->subordinate < a->secondary )
        return false;
    return !nested_in(a, b) && !nested_in(b, a);
}

bool naive_in_conflict(const struct naive *naive,
                       const struct naive_device *device)
{
    const struct naive_device *other;

    for_each_device(naive, other)
    {
        if ( naive_clash(device, other) )
            return true;
    }
    return false;
}

void naive_buses(const struct naive *naive, uint16_t segment,
                 struct naive_bus buses[256])
{
    const struct naive_device *leaders[256];
    unsigned int bus;

    naive_leaders(naive, segment, leaders);
    for ( bus = 0; bus < 256; bus++ )
        buses[bus].way = leaders[bus];
    for ( bus = 0; bus < 256; bus++ )
    {
        struct naive_upstream *upstream = &buses[bus].upstream;
        const struct naive_device *way = buses[bus].way;

        memset(upstream, 0, sizeof(*upstream));
        for ( ; way; way = buses[bus_of(way)].way )
        {
            if ( way->type != XPCI_TYPE_PCIE_TO_PCI_BRIDGE &&
                 way->type != XPCI_TYPE_PCI_TO_PCIE_BRIDGE &&
                 way->type != XPCI_TYPE_PCI_BRIDGE )
                continue;
            upstream->aliased = true;
            upstream->bridge = way->sbdf;
            upstream->secondary = way->secondary;
        }
    }
}

bool naive_is_behind(const struct naive *naive, uint8_t bus,
                     const struct naive_device *bridge)
{
    const struct naive_device *way;
    uint16_t segment = segment_of(bridge);

    for ( way = naive_leads_to(naive, segment, bus); way;
          way = naive_leads_to(naive, segment, bus_of(way)) )
        if ( way == bridge )
            return true;
    return false;
}
