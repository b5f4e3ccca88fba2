/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the bridges above a reported device again.
 *
 * When dom0 reports a device, it has just reached it through every bridge
 * above it, so at that moment config space tells the truth about them.
 */
#include "refresh.h"

#include "bridge.h"
#include "quarantine.h"

/*
 * Of a bridge that was visited in this report: it was stale before; it does not
 * answer; the same, which may be all right; and the register that decided.
 */
#define VISIT_WAS_STALE 0x01U
#define VISIT_SILENT 0x02U
#define VISIT_ASLEEP 0x04U
#define VISIT_REGISTER(visit) ((enum xpci_config_register)((visit) >> 4))
#define VISIT_BY(which) ((uint8_t)((unsigned int)(which) << 4))

/*
 * After so many visits on one walk, all bridges are read at once: each visit
 * may have to derive bus2bridge anew, and no machine is as deep as that.
 */
#define VISITS_ONE_BY_ONE 32U

static const struct xpci_bus_numbers no_numbers;

static bool is_visited(const struct xpci_change *change,
                       const struct xpci_record *bridge)
{
    return bridge->link.bridge.epoch == change->xpci->visit_epoch;
}

static bool is_asleep(const struct xpci_change *change,
                      const struct xpci_record *bridge)
{
    return is_visited(change, bridge) && (bridge->visit & VISIT_ASLEEP);
}

static struct xpci_bus_numbers numbers_of(const struct xpci_record *bridge)
{
    const struct xpci_bus_numbers numbers = { bridge->primary,
                                              bridge->secondary,
                                              bridge->subordinate };

    return numbers;
}

static bool same_numbers(const struct xpci_record *bridge)
{
    return bridge->before.primary == bridge->primary &&
           bridge->before.secondary == bridge->secondary &&
           bridge->before.subordinate == bridge->subordinate;
}

static bool has_changed(const struct xpci_record *bridge)
{
    return !same_numbers(bridge) ||
           !(bridge->flags & XPCI_STALE) != !(bridge->visit & VISIT_WAS_STALE);
}

void xpci_refresh_begin(struct xpci_change *change)
{
    change->xpci->visit_epoch++;
}

/* Note what the bridge was before, and that it was visited. */
static void visit(struct xpci_change *change, struct xpci_record *bridge)
{
    bridge->link.bridge.epoch = change->xpci->visit_epoch;
    bridge->before = numbers_of(bridge);
    bridge->visit = bridge->flags & XPCI_STALE ? VISIT_WAS_STALE : 0;
}

static void renumber(struct xpci_change *change, uint32_t index,
                     const struct xpci_bus_numbers *numbers)
{
    if ( xpci_bridge_renumber(change->xpci, change->segment, index, numbers) )
        change->released = change->moved = change->touched = true;
}

/* The bridge answers as itself, with these numbers. */
static void take_numbers(struct xpci_change *change, uint32_t index,
                         const struct xpci_bus_numbers *numbers)
{
    struct xpci_record *bridge = xpci_record(change->xpci, index);

    if ( bridge->flags & XPCI_STALE )
        change->touched = true;
    if ( bridge->flags & XPCI_CONFLICT )
        change->moved = true;
    bridge->flags &= (uint16_t)~XPCI_STALE;
    renumber(change, index, numbers);
}

/* Something else is where the bridge was, or nothing: it leads nowhere. */
static void mark_stale(struct xpci_change *change, uint32_t index)
{
    struct xpci_record *bridge = xpci_record(change->xpci, index);

    if ( !(bridge->flags & XPCI_STALE) )
        change->touched = true;
    bridge->flags |= XPCI_STALE;
    bridge->visit &= (uint8_t)~VISIT_ASLEEP;
    renumber(change, index, &no_numbers);
}

static struct xpci_config_bridge config_bridge(const struct xpci_record *bridge)
{
    const struct xpci_config_bridge config = { bridge->sbdf, bridge->vendor,
                                               bridge->device,
                                               bridge->header_type };

    return config;
}

bool xpci_refresh_is_fixed(const struct xpci_change *change, uint32_t index)
{
    const struct xpci_record *bridge = xpci_record(change->xpci, index);

    return xpci_record_is_foreign(change->xpci, index) ||
           (bridge->flags & XPCI_BRIDGE_ONLY &&
            (change->segment->paths_lost ||
             xpci_quarantine_has(change->segment, bridge->path)));
}

static void reread(struct xpci_change *change, uint32_t index)
{
    struct xpci_record *bridge = xpci_record(change->xpci, index);
    struct xpci_config_bridge config = config_bridge(bridge);
    enum xpci_config_register which;
    struct xpci_bus_numbers numbers;
    enum xpci_answer answer;

    visit(change, bridge);
    if ( xpci_refresh_is_fixed(change, index) )
    {
        /* As if it had answered as recorded. */
        if ( bridge->flags & XPCI_CONFLICT )
            change->moved = true;
        return;
    }

    answer = xpci_config_reread(change->xpci->host, &config, &numbers, &which);
    bridge->visit |= VISIT_BY(which);
    switch ( answer )
    {
    case XPCI_ANSWER_SAME:
        take_numbers(change, index, &numbers);
        break;
    case XPCI_ANSWER_NONE:
        bridge->visit |= VISIT_SILENT | VISIT_ASLEEP;
        change->silent = true;
        break;
    case XPCI_ANSWER_OTHER:
        mark_stale(change, index);
        break;
    }
}

static void reclaim(struct xpci_change *change)
{
    if ( change->released )
        xpci_bridge_reclaim(change->xpci, change->segment);
    change->released = false;
}

/* Read all bridges on buses below `bus`.  True where any was left to read. */
static bool sweep_below(struct xpci_change *change, unsigned int bus)
{
    uint32_t index;
    bool any = false;

    for_each_bridge(change->xpci, change->segment, index)
    {
        const struct xpci_record *bridge = xpci_record(change->xpci, index);

        if ( XPCI_BUS(bridge->sbdf) >= bus || is_visited(change, bridge) )
            continue;
        reread(change, index);
        any = true;
    }
    reclaim(change);

    return any;
}

/* Fill the index with the bridges that answered in this report. */
static void index_answered(struct xpci_change *change)
{
    struct xpci_clash_index *clash = &change->xpci->clash;
    uint32_t index;

    xpci_clash_clear(clash);
    for_each_bridge(change->xpci, change->segment, index)
    {
        const struct xpci_record *bridge = xpci_record(change->xpci, index);
        struct xpci_bridge_entry entry = xpci_bridge_entry_of(bridge);

        if ( entry.secondary && is_visited(change, bridge) &&
             !is_asleep(change, bridge) )
            xpci_clash_add(clash, &entry);
    }
}

static bool clashes_with_answered(const struct xpci_change *change,
                                  const struct xpci_record *bridge)
{
    struct xpci_bridge_entry entry = xpci_bridge_entry_of(bridge);

    return entry.secondary &&
           xpci_clash_any(&change->xpci->clash, &entry, false);
}

static bool any_unread_clashes(const struct xpci_change *change)
{
    uint32_t index;

    for_each_bridge(change->xpci, change->segment, index)
    {
        const struct xpci_record *bridge = xpci_record(change->xpci, index);

        if ( !is_visited(change, bridge) &&
             clashes_with_answered(change, bridge) )
            return true;
    }

    return false;
}

/*
 * Where a bridge that answered clashes with one that was not read, all bridges
 * are read: records are out of date, and each of them may be.  What does not
 * answer then does not stand in the way any longer.
 */
static void settle(struct xpci_change *change)
{
    uint32_t index;

    if ( !change->moved )
        return;
    change->moved = false;

    index_answered(change);
    if ( any_unread_clashes(change) )
    {
        (void)sweep_below(change, XPCI_BUSES);
        index_answered(change);
    }
    for_each_bridge(change->xpci, change->segment, index)
    {
        const struct xpci_record *bridge = xpci_record(change->xpci, index);

        if ( is_asleep(change, bridge) &&
             clashes_with_answered(change, bridge) )
            mark_stale(change, index);
    }
    reclaim(change);
    change->moved = false;
}

/*
 * The best bridge for `bus` does not answer, though something behind it was
 * just reached: it cannot lead there any more, nor can any other that does
 * not answer and is better than the best that does.
 */
static void pass_over_asleep(struct xpci_change *change, unsigned int bus)
{
    struct xpci_bridge_entry best = { 0, 0, 0, 0, 0 };
    uint32_t index;

    for_each_bridge(change->xpci, change->segment, index)
    {
        const struct xpci_record *bridge = xpci_record(change->xpci, index);
        struct xpci_bridge_entry entry = xpci_bridge_entry_of(bridge);

        if ( xpci_entry_covers(&entry, bus) && !is_asleep(change, bridge) &&
             xpci_entry_better(&entry, &best, bus) )
            best = entry;
    }
    for_each_bridge(change->xpci, change->segment, index)
    {
        const struct xpci_record *bridge = xpci_record(change->xpci, index);
        struct xpci_bridge_entry entry = xpci_bridge_entry_of(bridge);

        if ( xpci_entry_covers(&entry, bus) && is_asleep(change, bridge) &&
             xpci_entry_better(&entry, &best, bus) )
            mark_stale(change, index);
    }
    reclaim(change);
    change->moved = false;
}

/* The record of the bridge that leads to `bus`, or XPCI_NO_RECORD. */
static uint32_t bridge_to(const struct xpci_change *change, unsigned int bus)
{
    const struct xpci_segment *segment = change->segment;
    const struct xpci_bridge_entry *entry = &segment->bus2bridge.to[bus];

    if ( !entry->secondary )
        return XPCI_NO_RECORD;

    return xpci_find(change->xpci,
                     XPCI_SBDF(segment->number, entry->bus, entry->devfn));
}

/* Visit a bridge, or all where that were too many. */
static void visit_on_walk(struct xpci_change *change, uint32_t index)
{
    if ( ++change->visits > VISITS_ONE_BY_ONE )
        (void)sweep_below(change, XPCI_BUSES);
    else
        reread(change, index);
    reclaim(change);
    settle(change);
}

/*
 * Every round visits a bridge that was not visited yet, sweeps, passes over
 * bridges that do not answer, or goes up to a lower bus.  After a visit
 * another bridge may lead to a bus further down, so the walk begins anew.
 */
void xpci_refresh_above(struct xpci_change *change, uint32_t first,
                        unsigned int from)
{
    unsigned int bus = from;

    if ( first != XPCI_NO_RECORD )
        visit_on_walk(change, first);
    while ( bus )
    {
        uint32_t index = bridge_to(change, bus);
        const struct xpci_record *bridge =
            index == XPCI_NO_RECORD ? NULL : xpci_record(change->xpci, index);
        bool own = bridge && bridge->secondary == bus;

        if ( own && !is_visited(change, bridge) )
        {
            visit_on_walk(change, index);
            bus = from;
        }
        else if ( !own && sweep_below(change, bus) )
        {
            settle(change);
            bus = from;
        }
        else if ( bridge && is_asleep(change, bridge) )
        {
            pass_over_asleep(change, bus);
            bus = from;
        }
        else if ( bridge )
            bus = XPCI_BUS(bridge->sbdf);
        else
            break;
    }
}

void xpci_refresh_above_virtfn(struct xpci_change *change, unsigned int bus,
                               unsigned int physfn_bus)
{
    if ( bus != physfn_bus )
    {
        uint32_t to_physfn;

        xpci_refresh_above(change, XPCI_NO_RECORD, physfn_bus);
        to_physfn = bridge_to(change, physfn_bus);
        if ( to_physfn != XPCI_NO_RECORD &&
             to_physfn == bridge_to(change, bus) )
            return;
    }
    xpci_refresh_above(change, XPCI_NO_RECORD, bus);
}

void xpci_refresh_numbers(struct xpci_change *change, uint32_t index,
                          const struct xpci_bus_numbers *numbers)
{
    if ( !is_visited(change, xpci_record(change->xpci, index)) )
        visit(change, xpci_record(change->xpci, index));
    take_numbers(change, index, numbers);
    reclaim(change);
    settle(change);
}

/* Does a bridge still read as it did? */
static bool is_confirmed(const struct xpci_change *change,
                         const struct xpci_record *bridge)
{
    enum xpci_config_register which = VISIT_REGISTER(bridge->visit);
    struct xpci_config_bridge config = config_bridge(bridge);
    const struct xpci_host *host = change->xpci->host;
    struct xpci_bus_numbers numbers;
    enum xpci_answer answer;

    if ( (bridge->flags & XPCI_STALE) && !(bridge->visit & VISIT_SILENT) )
        return xpci_config_is_other(host, &config, which);

    answer = xpci_config_look(host, &config, which, &numbers);
    if ( bridge->visit & VISIT_SILENT )
        return answer == XPCI_ANSWER_NONE;

    return answer == XPCI_ANSWER_SAME && numbers.primary == bridge->primary &&
           numbers.secondary == bridge->secondary &&
           numbers.subordinate == bridge->subordinate;
}

int xpci_refresh_confirm(struct xpci_change *change, bool enters)
{
    uint32_t index;

    if ( !change->touched && !(enters && change->silent) )
        return 0;

    for_each_bridge(change->xpci, change->segment, index)
    {
        const struct xpci_record *bridge = xpci_record(change->xpci, index);

        /* What was reported is confirmed with the rest of it. */
        if ( bridge->sbdf != change->reported && is_visited(change, bridge) &&
             (has_changed(bridge) || (bridge->visit & VISIT_SILENT)) &&
             !is_confirmed(change, bridge) )
            return -EAGAIN;
    }

    return 0;
}

void xpci_refresh_keep(struct xpci_change *change)
{
    uint32_t index;

    if ( !change->touched )
        return;

    for_each_bridge(change->xpci, change->segment, index)
    {
        const struct xpci_record *bridge = xpci_record(change->xpci, index);

        if ( !is_visited(change, bridge) )
            continue;
        if ( has_changed(bridge) )
            change->tables = true;
        if ( !same_numbers(bridge) )
            change->bridges = true;
    }
}

void xpci_refresh_undo(struct xpci_change *change)
{
    uint32_t index;

    if ( !change->touched )
        return;

    for_each_bridge(change->xpci, change->segment, index)
    {
        struct xpci_record *bridge = xpci_record(change->xpci, index);

        if ( !is_visited(change, bridge) )
            continue;
        renumber(change, index, &bridge->before);
        bridge->flags &= (uint16_t)~XPCI_STALE;
        if ( bridge->visit & VISIT_WAS_STALE )
            bridge->flags |= XPCI_STALE;
    }
    reclaim(change);
}
