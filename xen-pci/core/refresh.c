/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the bridges above a reported device again.
 *
 * When dom0 reports a device, it has just reached it through every bridge
 * above it, so at that moment config space tells the truth about them.  Each
 * bridge is visited at most once for a report.
 */
#include "refresh.h"

#include "bridge.h"

/*
 * How far this report is with a bridge.  A record's `visit` is twice the epoch
 * of the visit, plus one of these; with an older epoch it says nothing.
 */
enum visit {
    VISIT_DUE,
    VISIT_DONE
};

static bool visit_is(const struct xpci *xpci, const struct xpci_record *bridge,
                     enum visit visit)
{
    return bridge->visit == xpci->visit_epoch * 2U + (uint32_t)visit;
}

static void visit_set(const struct xpci *xpci, struct xpci_record *bridge,
                      enum visit visit)
{
    bridge->visit = xpci->visit_epoch * 2U + (uint32_t)visit;
}

/* The bridges that clash with `bridge` are due. */
static void mark_clashing(struct xpci_change *change,
                          const struct xpci_record *bridge)
{
    struct xpci *xpci = change->xpci;
    struct xpci_bridge_entry entry = xpci_bridge_entry_of(bridge);
    uint32_t index;

    for ( index = change->segment->first_bridge; index != XPCI_NO_RECORD;
          index = xpci_record(xpci, index)->next_bridge )
    {
        struct xpci_record *other = xpci_record(xpci, index);
        struct xpci_bridge_entry its = xpci_bridge_entry_of(other);

        if ( other != bridge && its.secondary &&
             xpci_entry_clashes(&entry, &its) &&
             !visit_is(xpci, other, VISIT_DONE) )
            visit_set(xpci, other, VISIT_DUE);
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
        change->bridges = true;
    }
    visit_set(xpci, bridge, VISIT_DONE);
    if ( !bridge->clashes )
        return false;
    mark_clashing(change, bridge);

    return true;
}

/* Something else is where the bridge was, or nothing: it leads nowhere. */
static void mark_stale(struct xpci_change *change, uint32_t index)
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
        change->bridges = true;
    }
    visit_set(xpci, bridge, VISIT_DONE);
}

/* Read one bridge again; true where others are due because of it. */
static bool reread(struct xpci_change *change, uint32_t index, bool needed)
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
        if ( !needed )
            return false;
        break;
    case XPCI_ANSWER_OTHER:
        break;
    }
    mark_stale(change, index);

    return false;
}

/* Read all bridges that are due, and those that become due by that. */
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
            if ( visit_is(xpci, xpci_record(xpci, index), VISIT_DUE) )
                again |= reread(change, index, true);
    } while ( again );
}

void xpci_refresh_bridge(struct xpci_change *change, uint32_t index,
                         bool needed)
{
    if ( reread(change, index, needed) )
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

        if ( XPCI_BUS(bridge->sbdf) < bus &&
             !visit_is(xpci, bridge, VISIT_DONE) )
            xpci_refresh_bridge(change, index, false);
    }
}

/*
 * Every round visits a bridge that was not visited yet, sweeps below a higher
 * bus than before, or goes up to a lower bus.  After a visit another bridge
 * may lead to a bus further down, so the walk begins anew.
 */
void xpci_refresh_above(struct xpci_change *change, unsigned int from)
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
        else if ( covered &&
                  !visit_is(xpci, xpci_record(xpci, index), VISIT_DONE) )
        {
            xpci_refresh_bridge(change, index, true);
            bus = from;
        }
        else if ( covered )
            bus = XPCI_BUS(xpci_record(xpci, index)->sbdf);
        else
            break;
    }
}

void xpci_refresh_above_virtfn(struct xpci_change *change, unsigned int bus,
                               unsigned int physfn_bus)
{
    const struct xpci_segment *segment = change->segment;

    if ( bus != physfn_bus )
    {
        uint32_t to_physfn;

        xpci_refresh_above(change, physfn_bus);
        to_physfn = xpci_bridge_to(change->xpci, segment, physfn_bus);
        if ( to_physfn != XPCI_NO_RECORD &&
             to_physfn == xpci_bridge_to(change->xpci, segment, bus) )
            return;
    }
    xpci_refresh_above(change, bus);
}

void xpci_refresh_numbers(struct xpci_change *change, uint32_t index,
                          const struct xpci_bus_numbers *numbers)
{
    if ( take_numbers(change, index, numbers) )
        settle(change);
}
