/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps the list of bridges, and gives and takes their buses.
 */
#include "bridge.h"

struct xpci_bridge_entry xpci_bridge_entry_of(const struct xpci_record *bridge)
{
    struct xpci_bridge_entry entry = { 0, 0, 0, 0, 0 };

    if ( !xpci_entry_configured(XPCI_BUS(bridge->sbdf), bridge->secondary,
                                bridge->subordinate) )
        return entry;

    entry.bus = XPCI_BUS(bridge->sbdf);
    entry.devfn = XPCI_DEVFN(bridge->sbdf);
    entry.secondary = bridge->secondary;
    entry.subordinate = bridge->subordinate;
    entry.aliases = xpci_type_aliases((enum xpci_type)bridge->type);

    return entry;
}

/*
 * Count the clashes of the bridge `index`, whose buses are `entry`'s, on both
 * sides: up when it claims them, down when it releases them.
 */
static void count_clashes(struct xpci *xpci, struct xpci_segment *segment,
                          uint32_t index, const struct xpci_bridge_entry *entry,
                          bool up)
{
    struct xpci_record *bridge = xpci_record(xpci, index);
    uint32_t other;

    for ( other = segment->first_bridge; other != XPCI_NO_RECORD;
          other = xpci_record(xpci, other)->next_bridge )
    {
        struct xpci_record *neighbour = xpci_record(xpci, other);
        struct xpci_bridge_entry its = xpci_bridge_entry_of(neighbour);

        if ( other == index || !its.secondary ||
             !xpci_entry_clashes(entry, &its) )
            continue;
        bridge->clashes = (uint16_t)(bridge->clashes + (up ? 1 : -1));
        neighbour->clashes = (uint16_t)(neighbour->clashes + (up ? 1 : -1));
    }
}

/* True where it had any buses to release. */
static bool release_buses(struct xpci *xpci, struct xpci_segment *segment,
                          uint32_t index)
{
    struct xpci_record *bridge = xpci_record(xpci, index);
    struct xpci_bridge_entry entry = xpci_bridge_entry_of(bridge);

    if ( !entry.secondary )
        return false;
    if ( bridge->clashes )
        count_clashes(xpci, segment, index, &entry, false);
    xpci_bus2bridge_release(&segment->bus2bridge, &entry);

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

    (void)release_buses(xpci, segment, index);

    if ( bridge->previous_bridge != XPCI_NO_RECORD )
        xpci_record(xpci, bridge->previous_bridge)->next_bridge =
            bridge->next_bridge;
    else
        segment->first_bridge = bridge->next_bridge;
    if ( bridge->next_bridge != XPCI_NO_RECORD )
        xpci_record(xpci, bridge->next_bridge)->previous_bridge =
            bridge->previous_bridge;
}

void xpci_bridge_reclaim(struct xpci *xpci, struct xpci_segment *segment)
{
    uint32_t index;

    for ( index = segment->first_bridge; index != XPCI_NO_RECORD;
          index = xpci_record(xpci, index)->next_bridge )
    {
        struct xpci_bridge_entry entry =
            xpci_bridge_entry_of(xpci_record(xpci, index));

        if ( entry.secondary )
            xpci_bus2bridge_claim(&segment->bus2bridge, &entry);
    }
}

bool xpci_bridge_renumber(struct xpci *xpci, struct xpci_segment *segment,
                          uint32_t index, uint8_t primary, uint8_t secondary,
                          uint8_t subordinate)
{
    struct xpci_record *bridge = xpci_record(xpci, index);
    struct xpci_bridge_entry entry;
    bool had_buses;

    if ( bridge->primary == primary && bridge->secondary == secondary &&
         bridge->subordinate == subordinate )
        return false;

    had_buses = release_buses(xpci, segment, index);
    bridge->primary = primary;
    bridge->secondary = secondary;
    bridge->subordinate = subordinate;
    entry = xpci_bridge_entry_of(bridge);
    if ( entry.secondary )
        count_clashes(xpci, segment, index, &entry, true);
    if ( had_buses )
        xpci_bridge_reclaim(xpci, segment);
    else if ( entry.secondary )
        xpci_bus2bridge_claim(&segment->bus2bridge, &entry);

    return true;
}

uint32_t xpci_bridge_to(const struct xpci *xpci,
                        const struct xpci_segment *segment, unsigned int bus)
{
    const struct xpci_bridge_entry *entry =
        &segment->bus2bridge.to[bus & 0xffU];

    if ( !entry->secondary )
        return XPCI_NO_RECORD;

    return xpci_find(xpci,
                     XPCI_SBDF(segment->number, entry->bus, entry->devfn));
}

void xpci_bridge_behind(const struct xpci_segment *segment,
                        const struct xpci_record *bridge,
                        struct xpci_bus_set *behind)
{
    unsigned int bus;

    memset(behind, 0, sizeof(*behind));

    /* An entry leads up to a lower bus, of which it is known already. */
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
    {
        const struct xpci_bridge_entry *entry = &segment->bus2bridge.to[bus];

        if ( !entry->secondary )
            continue;
        if ( (entry->bus == XPCI_BUS(bridge->sbdf) &&
              entry->devfn == XPCI_DEVFN(bridge->sbdf)) ||
             xpci_bus_set_has(behind, entry->bus) )
            xpci_bus_set_add(behind, bus);
    }
}
