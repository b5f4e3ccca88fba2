/* SPDX-License-Identifier: GPL-2.0-only */
#include "bridge.h"

struct xpci_way xpci_bridge_way(const struct xpci_record *bridge)
{
    struct xpci_way way = { 0, 0, 0, 0, 0 };

    if ( !xpci_way_configured(XPCI_BUS(bridge->sbdf), bridge->secondary,
                              bridge->subordinate) )
        return way;

    way.bus = XPCI_BUS(bridge->sbdf);
    way.devfn = XPCI_DEVFN(bridge->sbdf);
    way.secondary = bridge->secondary;
    way.subordinate = bridge->subordinate;
    way.aliases = xpci_type_aliases((enum xpci_type)bridge->type);

    return way;
}

/*
 * Count the clashes of the bridge `index`, whose way is `way`, on both sides:
 * up when it gets the way, down when it loses it.
 */
static void count_clashes(struct xpci *xpci, struct xpci_segment *segment,
                          uint32_t index, const struct xpci_way *way, bool up)
{
    struct xpci_record *bridge = xpci_record(xpci, index);
    uint32_t other;

    for ( other = segment->first_bridge; other != XPCI_NO_RECORD;
          other = xpci_record(xpci, other)->next_bridge )
    {
        struct xpci_record *neighbour = xpci_record(xpci, other);
        struct xpci_way its = xpci_bridge_way(neighbour);

        if ( other == index || !its.secondary || !xpci_way_clashes(way, &its) )
            continue;
        bridge->clashes = (uint16_t)(bridge->clashes + (up ? 1 : -1));
        neighbour->clashes = (uint16_t)(neighbour->clashes + (up ? 1 : -1));
    }
}

/* True where it had any way to lose. */
static bool drop_way(struct xpci *xpci, struct xpci_segment *segment,
                     uint32_t index)
{
    struct xpci_record *bridge = xpci_record(xpci, index);
    struct xpci_way way = xpci_bridge_way(bridge);

    if ( !way.secondary )
        return false;
    if ( bridge->clashes )
        count_clashes(xpci, segment, index, &way, false);
    xpci_ways_withdraw(&segment->ways, &way);

    return true;
}

void xpci_bridge_link(struct xpci *xpci, struct xpci_segment *segment,
                      uint32_t index)
{
    struct xpci_record *bridge = xpci_record(xpci, index);

    bridge->previous_bridge = XPCI_NO_RECORD;
    bridge->next_bridge = segment->first_bridge;
    if ( segment->first_bridge != XPCI_NO_RECORD )
        xpci_record(xpci, segment->first_bridge)->previous_bridge = index;
    segment->first_bridge = index;
}

void xpci_bridge_unlink(struct xpci *xpci, struct xpci_segment *segment,
                        uint32_t index)
{
    struct xpci_record *bridge = xpci_record(xpci, index);

    (void)drop_way(xpci, segment, index);

    if ( bridge->previous_bridge != XPCI_NO_RECORD )
        xpci_record(xpci, bridge->previous_bridge)->next_bridge =
            bridge->next_bridge;
    else
        segment->first_bridge = bridge->next_bridge;
    if ( bridge->next_bridge != XPCI_NO_RECORD )
        xpci_record(xpci, bridge->next_bridge)->previous_bridge =
            bridge->previous_bridge;
}

void xpci_bridge_restore(struct xpci *xpci, struct xpci_segment *segment)
{
    uint32_t index;

    for ( index = segment->first_bridge; index != XPCI_NO_RECORD;
          index = xpci_record(xpci, index)->next_bridge )
    {
        struct xpci_way way = xpci_bridge_way(xpci_record(xpci, index));

        if ( way.secondary )
            xpci_ways_offer(&segment->ways, &way);
    }
}

bool xpci_bridge_renumber(struct xpci *xpci, struct xpci_segment *segment,
                          uint32_t index, uint8_t primary, uint8_t secondary,
                          uint8_t subordinate)
{
    struct xpci_record *bridge = xpci_record(xpci, index);
    struct xpci_way way;
    bool had_way;

    if ( bridge->primary == primary && bridge->secondary == secondary &&
         bridge->subordinate == subordinate )
        return false;

    had_way = drop_way(xpci, segment, index);
    bridge->primary = primary;
    bridge->secondary = secondary;
    bridge->subordinate = subordinate;
    way = xpci_bridge_way(bridge);
    if ( way.secondary )
        count_clashes(xpci, segment, index, &way, true);
    if ( had_way )
        xpci_bridge_restore(xpci, segment);
    else if ( way.secondary )
        xpci_ways_offer(&segment->ways, &way);

    return true;
}

uint32_t xpci_bridge_to(const struct xpci *xpci,
                        const struct xpci_segment *segment, unsigned int bus)
{
    const struct xpci_way *way = &segment->ways.to[bus & 0xffU];

    if ( !way->secondary )
        return XPCI_NO_RECORD;

    return xpci_find(xpci, XPCI_SBDF(segment->number, way->bus, way->devfn));
}

void xpci_bridge_behind(const struct xpci_segment *segment,
                        const struct xpci_record *bridge,
                        struct xpci_bus_set *behind)
{
    unsigned int bus;

    memset(behind, 0, sizeof(*behind));

    /* A way leads up to a lower bus, of which it is known already. */
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
    {
        const struct xpci_way *way = &segment->ways.to[bus];

        if ( !way->secondary )
            continue;
        if ( (way->bus == XPCI_BUS(bridge->sbdf) &&
              way->devfn == XPCI_DEVFN(bridge->sbdf)) ||
             xpci_bus_set_has(behind, way->bus) )
            xpci_bus_set_add(behind, bus);
    }
}
