/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When dom0 reports a device, it has just reached it through every bridge
 * above it, so at that moment config space tells the truth about the way.
 *
 * Each bridge is read at most once for a report.  A record's `reading` says
 * how far that is: twice the report's number when it is due to be read, and
 * one more when it has been.
 */
#include "path.h"

#include "bridge.h"

static uint32_t due(const struct xpci *xpci)
{
    return xpci->reading * 2U;
}

static uint32_t done(const struct xpci *xpci)
{
    return xpci->reading * 2U + 1U;
}

static void mark_clashing(struct xpci_change *change,
                          const struct xpci_record *bridge)
{
    struct xpci *xpci = change->xpci;
    struct xpci_way way = xpci_bridge_way(bridge);
    uint32_t index;

    for ( index = change->segment->first_bridge; index != XPCI_NO_RECORD;
          index = xpci_record(xpci, index)->next_bridge )
    {
        struct xpci_record *other = xpci_record(xpci, index);
        struct xpci_way its = xpci_bridge_way(other);

        if ( other != bridge && its.secondary && xpci_way_clashes(&way, &its) &&
             other->reading != done(xpci) )
            other->reading = due(xpci);
    }
}

/* The bridge reads as itself, with these numbers; true where others are due.
 */
static bool take_numbers(struct xpci_change *change, uint32_t index,
                         const struct xpci_bus_numbers *numbers)
{
    struct xpci *xpci = change->xpci;
    struct xpci_record *bridge = xpci_record(xpci, index);

    if ( bridge->flags & XPCI_STALE )
    {
        bridge->flags &= (uint8_t)~XPCI_STALE;
        change->tables = true;
    }
    if ( xpci_bridge_renumber(xpci, change->segment, index, numbers->primary,
                              numbers->secondary, numbers->subordinate) )
    {
        change->tables = true;
        change->ways = true;
    }
    bridge->reading = done(xpci);
    if ( !bridge->clashes )
        return false;
    mark_clashing(change, bridge);

    return true;
}

/* Something else is where the bridge was, or nothing: it leads nowhere. */
static void take_out_of_the_way(struct xpci_change *change, uint32_t index)
{
    struct xpci *xpci = change->xpci;
    struct xpci_record *bridge = xpci_record(xpci, index);

    if ( !(bridge->flags & XPCI_STALE) )
    {
        bridge->flags |= XPCI_STALE;
        change->tables = true;
    }
    if ( xpci_bridge_renumber(xpci, change->segment, index, 0, 0, 0) )
    {
        change->tables = true;
        change->ways = true;
    }
    bridge->reading = done(xpci);
}

/* Read one bridge again; true where others are due for it. */
static bool read_again(struct xpci_change *change, uint32_t index,
                       bool in_the_way)
{
    const struct xpci_record *bridge = xpci_record(change->xpci, index);
    struct xpci_bus_numbers numbers;

    switch ( xpci_config_reread(change->xpci->host, bridge->sbdf,
                                bridge->vendor, bridge->device,
                                bridge->header_type, &numbers) )
    {
    case XPCI_ANSWER_SAME:
        return take_numbers(change, index, &numbers);
    case XPCI_ANSWER_NONE:
        if ( !in_the_way )
            return false;
        break;
    case XPCI_ANSWER_OTHER:
        break;
    }
    take_out_of_the_way(change, index);

    return false;
}

/* Read all that is due, and what becomes due by that. */
static void settle(struct xpci_change *change)
{
    struct xpci *xpci = change->xpci;
    bool again;

    do
    {
        uint32_t index;

        again = false;
        for ( index = change->segment->first_bridge; index != XPCI_NO_RECORD;
              index = xpci_record(xpci, index)->next_bridge )
            if ( xpci_record(xpci, index)->reading == due(xpci) )
                again |= read_again(change, index, true);
    } while ( again );
}

void xpci_path_reread(struct xpci_change *change, uint32_t index,
                      bool in_the_way)
{
    if ( read_again(change, index, in_the_way) )
        settle(change);
}

static void sweep_below(struct xpci_change *change, unsigned int bus)
{
    struct xpci *xpci = change->xpci;
    uint32_t index;

    for ( index = change->segment->first_bridge; index != XPCI_NO_RECORD;
          index = xpci_record(xpci, index)->next_bridge )
    {
        const struct xpci_record *bridge = xpci_record(xpci, index);

        if ( XPCI_BUS(bridge->sbdf) < bus && bridge->reading != done(xpci) )
            xpci_path_reread(change, index, false);
    }
}

/*
 * Every round reads a bridge that was not read yet, sweeps below a higher bus
 * than before, or goes up to a lower bus.  What was read may have brought
 * another bridge into the way, so after it the way begins anew.
 */
void xpci_path_refresh(struct xpci_change *change, unsigned int from)
{
    struct xpci *xpci = change->xpci;
    unsigned int bus = from, swept = 0;

    while ( bus )
    {
        uint32_t index = xpci_bridge_to(xpci, change->segment, bus);
        bool covered = index != XPCI_NO_RECORD;
        bool own = covered && xpci_record(xpci, index)->secondary == bus;

        if ( !own && bus > swept )
        {
            sweep_below(change, bus);
            swept = bus;
            bus = from;
        }
        else if ( covered && xpci_record(xpci, index)->reading != done(xpci) )
        {
            xpci_path_reread(change, index, true);
            bus = from;
        }
        else if ( covered )
            bus = XPCI_BUS(xpci_record(xpci, index)->sbdf);
        else
            break;
    }
}

void xpci_path_refresh_virtfn(struct xpci_change *change, unsigned int bus,
                              unsigned int physfn_bus)
{
    const struct xpci_segment *segment = change->segment;

    if ( bus != physfn_bus )
    {
        uint32_t to_physfn;

        xpci_path_refresh(change, physfn_bus);
        to_physfn = xpci_bridge_to(change->xpci, segment, physfn_bus);
        if ( to_physfn != XPCI_NO_RECORD &&
             to_physfn == xpci_bridge_to(change->xpci, segment, bus) )
            return;
    }
    xpci_path_refresh(change, bus);
}

void xpci_path_confirm(struct xpci_change *change, uint32_t index,
                       const struct xpci_bus_numbers *numbers)
{
    if ( take_numbers(change, index, numbers) )
        settle(change);
}
