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

static void release_buses(struct xpci_segment *segment,
                          const struct xpci_record *bridge)
{
    struct xpci_bridge_entry entry = xpci_bridge_entry_of(bridge);

    if ( entry.secondary )
        xpci_bus2bridge_release(&segment->bus2bridge, &entry);
}

void xpci_bridge_link(struct xpci *xpci, struct xpci_segment *segment,
                      uint32_t index)
{
    struct xpci_record *bridge = xpci_record(xpci, index);

    bridge->link.bridge.previous = XPCI_NO_RECORD;
    bridge->link.bridge.next = segment->first_bridge;
    if ( segment->first_bridge != XPCI_NO_RECORD )
        xpci_record(xpci, segment->first_bridge)->link.bridge.previous = index;
    segment->first_bridge = index;
}

void xpci_bridge_unlink(struct xpci *xpci, struct xpci_segment *segment,
                        uint32_t index)
{
    struct xpci_record *bridge = xpci_record(xpci, index);

    uint32_t next = bridge->link.bridge.next;
    uint32_t previous = bridge->link.bridge.previous;

    release_buses(segment, bridge);

    if ( previous != XPCI_NO_RECORD )
        xpci_record(xpci, previous)->link.bridge.next = next;
    else
        segment->first_bridge = next;
    if ( next != XPCI_NO_RECORD )
        xpci_record(xpci, next)->link.bridge.previous = previous;
}

void xpci_bridge_reclaim(struct xpci *xpci, struct xpci_segment *segment)
{
    uint32_t index;

    for_each_bridge(xpci, segment, index)
    {
        struct xpci_bridge_entry entry =
            xpci_bridge_entry_of(xpci_record(xpci, index));

        if ( entry.secondary )
            xpci_bus2bridge_claim(&segment->bus2bridge, &entry);
    }
}

bool xpci_bridge_renumber(struct xpci *xpci, struct xpci_segment *segment,
                          uint32_t index,
                          const struct xpci_bus_numbers *numbers)
{
    struct xpci_record *bridge = xpci_record(xpci, index);

    if ( bridge->primary == numbers->primary &&
         bridge->secondary == numbers->secondary &&
         bridge->subordinate == numbers->subordinate )
        return false;

    release_buses(segment, bridge);
    bridge->primary = numbers->primary;
    bridge->secondary = numbers->secondary;
    bridge->subordinate = numbers->subordinate;

    return true;
}

void xpci_bridge_mark_conflicts(struct xpci *xpci, struct xpci_segment *segment)
{
    struct xpci_clash_index *clash = &xpci->clash;
    uint32_t index;

    xpci_clash_clear(clash);
    for_each_bridge(xpci, segment, index)
    {
        struct xpci_bridge_entry entry =
            xpci_bridge_entry_of(xpci_record(xpci, index));

        if ( entry.secondary )
            xpci_clash_add(clash, &entry);
    }
    for_each_bridge(xpci, segment, index)
    {
        struct xpci_record *bridge = xpci_record(xpci, index);
        struct xpci_bridge_entry entry = xpci_bridge_entry_of(bridge);

        bridge->flags &= (uint16_t)~XPCI_CONFLICT;
        if ( entry.secondary && xpci_clash_any(clash, &entry, true) )
            bridge->flags |= XPCI_CONFLICT;
    }
}

void xpci_bridge_behind(const struct xpci_segment *segment, uint32_t sbdf,
                        struct xpci_bus_set *behind)
{
    unsigned int bus;

    memset(behind, 0, sizeof(*behind));

    /* An entry leads up to a lower bus, of which it is known already. */
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
    {
        const struct xpci_bridge_entry *entry = &segment->bus2bridge.to[bus];

        if ( entry->secondary && (xpci_entry_is_of(entry, sbdf) ||
                                  xpci_bus_set_has(behind, entry->bus)) )
            xpci_bus_set_add(behind, bus);
    }
}
