/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks all that always holds, as one predicate.  Slow on purpose: it derives
 * again all that is derived, from the records alone, and compares.
 */
#include "bridge.h"
#include "lookup.h"
#include "paths.h"
#include "quarantine.h"

typedef bool rule_check(const struct xpci *xpci,
                        const struct xpci_segment *segment);

static uint32_t record_at(const struct xpci_segment *segment, uint32_t sbdf)
{
    return xpci_index_get(segment, sbdf);
}

/* What readers see of a record. */
static uint32_t word_of(const struct xpci_record *record)
{
    uint32_t flags = record->flags & (XPCI_VIRTFN | XPCI_EXTFN);

    if ( record->flags & XPCI_BRIDGE_ONLY )
        return 0;

    return ((uint32_t)XPCI_SEEN_KNOWN << XPCI_SEEN_SHIFT) |
           (uint32_t)record->type << XPCI_LOOKUP_TYPE_SHIFT |
           flags << XPCI_LOOKUP_FLAGS_SHIFT;
}

/* Each slot names a record of that SBDF. */
static bool slots_agree(const struct xpci *xpci,
                        const struct xpci_segment *segment)
{
    uint32_t devices = 0, bdf;

    for_each_slot (segment, bdf)
    {
        uint32_t index = record_at(segment, bdf);

        if ( index >= xpci->record_count ||
             xpci_record(xpci, index)->sbdf !=
                 XPCI_SBDF(segment->number, 0, 0) + bdf )
            return false;
        devices++;
    }

    return devices == segment->devices;
}

/* Readers see what the records say, and nothing where there is none. */
static bool lookups_agree(const struct xpci *xpci,
                          const struct xpci_segment *segment)
{
    uint32_t bdf;

    for ( bdf = 0; bdf < XPCI_BUSES * XPCI_DEVFNS; bdf++ )
    {
        uint32_t index = record_at(segment, bdf);
        uint32_t seen = (uint32_t)xpci_seen_get(segment, bdf)
                        << XPCI_SEEN_SHIFT;

        if ( seen !=
             (index == XPCI_NO_RECORD ? 0 : word_of(xpci_record(xpci, index))) )
            return false;
    }

    return true;
}

static bool listed_bridge_is_known(const struct xpci *xpci,
                                   const struct xpci_segment *segment,
                                   uint32_t index)
{
    const struct xpci_record *bridge = xpci_record(xpci, index);

    return bridge->flags & XPCI_BRIDGE &&
           record_at(segment, bridge->sbdf) == index;
}

/* The list has every bridge in the table once, and nothing else. */
static bool bridges_are_listed(const struct xpci *xpci,
                               const struct xpci_segment *segment)
{
    uint32_t listed = 0, known = 0, previous = XPCI_NO_RECORD, index, bdf;

    for ( index = segment->first_bridge;
          index != XPCI_NO_RECORD && listed <= segment->devices;
          index = xpci_record(xpci, index)->link.bridge.next )
    {
        if ( !listed_bridge_is_known(xpci, segment, index) ||
             xpci_record(xpci, index)->link.bridge.previous != previous )
            return false;
        previous = index;
        listed++;
    }
    for_each_slot (segment, bdf)
    {
        index = record_at(segment, bdf);
        if ( xpci_record(xpci, index)->flags & XPCI_BRIDGE )
            known++;
    }

    return listed == known;
}

static bool same_entry(const struct xpci_bridge_entry *a,
                       const struct xpci_bridge_entry *b)
{
    return a->bus == b->bus && a->devfn == b->devfn &&
           a->secondary == b->secondary && a->subordinate == b->subordinate &&
           a->aliases == b->aliases;
}

/* No stale entry, and one bridge leads to a bus: the best of all known. */
static bool best_bridges_lead(const struct xpci *xpci,
                              const struct xpci_segment *segment)
{
    struct xpci_bridge_entry best[XPCI_BUSES];
    unsigned int bus;
    uint32_t index;

    memset(best, 0, sizeof(best));
    for_each_bridge(xpci, segment, index)
    {
        struct xpci_bridge_entry entry =
            xpci_bridge_entry_of(xpci_record(xpci, index));

        for ( bus = 0; bus < XPCI_BUSES; bus++ )
            if ( entry.secondary && entry.secondary <= bus &&
                 bus <= entry.subordinate &&
                 xpci_entry_better(&entry, &best[bus], bus) )
                best[bus] = entry;
    }
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
        if ( !same_entry(&best[bus], &segment->bus2bridge.to[bus]) )
            return false;

    return true;
}

static bool walks_end(const struct xpci *xpci,
                      const struct xpci_segment *segment)
{
    (void)xpci;

    return xpci_bus2bridge_is_valid(&segment->bus2bridge);
}

static bool clashes_with_any(const struct xpci *xpci,
                             const struct xpci_segment *segment, uint32_t index)
{
    struct xpci_bridge_entry entry =
        xpci_bridge_entry_of(xpci_record(xpci, index));
    uint32_t other;

    for_each_bridge(xpci, segment, other)
    {
        struct xpci_bridge_entry its =
            xpci_bridge_entry_of(xpci_record(xpci, other));

        if ( other != index && entry.secondary && its.secondary &&
             xpci_entry_clashes(&entry, &its) )
            return true;
    }

    return false;
}

/* Bridges that claim the same buses are known to. */
static bool conflicts_are_marked(const struct xpci *xpci,
                                 const struct xpci_segment *segment)
{
    uint32_t index;

    for_each_bridge(
        xpci, segment,
        index) if ( !(xpci_record(xpci, index)->flags & XPCI_CONFLICT) !=
                    !clashes_with_any(xpci, segment, index) ) return false;

    return true;
}

/* Readers see, in both copies, what a walk up gives. */
static bool upstreams_are_published(const struct xpci *xpci,
                                    const struct xpci_segment *segment)
{
    unsigned int bus;

    (void)xpci;
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
    {
        uint32_t upstream = xpci_bus2bridge_upstream(&segment->bus2bridge, bus);

        if ( segment->upstream[bus][0] != upstream ||
             segment->upstream[bus][1] != upstream )
            return false;
    }

    return true;
}

static bool has_virtfn(const struct xpci *xpci, uint32_t physfn,
                       uint32_t virtfn)
{
    uint32_t index = xpci_first_virtfn(xpci_record(xpci, physfn));
    uint32_t previous = XPCI_NO_RECORD;
    uint32_t steps;

    for ( steps = 0; index != XPCI_NO_RECORD && steps < xpci->record_count;
          steps++ )
    {
        const struct xpci_record *record = xpci_record(xpci, index);

        if ( record->link.vf.previous != previous ||
             record->link.vf.physfn != physfn )
            return false;
        if ( index == virtfn )
            return true;
        previous = index;
        index = record->link.vf.next;
    }

    return false;
}

/* A VF has its PF, known, in the same segment; and is in that one's list. */
static bool virtfns_have_physfns(const struct xpci *xpci,
                                 const struct xpci_segment *segment)
{
    uint32_t bdf;

    for_each_slot (segment, bdf)
    {
        uint32_t index = record_at(segment, bdf);
        const struct xpci_record *record, *physfn;

        record = xpci_record(xpci, index);
        if ( !(record->flags & XPCI_VIRTFN) )
            continue;
        physfn = xpci_record(xpci, record->link.vf.physfn);
        if ( XPCI_SEGMENT(physfn->sbdf) != segment->number ||
             xpci_find(xpci, physfn->sbdf) != record->link.vf.physfn ||
             physfn->flags & (XPCI_VIRTFN | XPCI_BRIDGE | XPCI_BRIDGE_ONLY) ||
             !has_virtfn(xpci, record->link.vf.physfn, index) )
            return false;
    }

    return true;
}

static bool paths_are_derived(const struct xpci *xpci,
                              const struct xpci_segment *segment)
{
    return xpci_paths_are_valid(xpci, segment);
}

/*
 * Since the first change that is no scan, each device has a path.  One whose
 * bus is reached another way is known to be displaced, and none is at a path
 * where dom0 does not own what comes back.
 */
static bool displaced_are_marked(const struct xpci *xpci,
                                 const struct xpci_segment *segment)
{
    uint32_t bdf;

    for_each_slot (segment, bdf)
    {
        const struct xpci_record *record =
            xpci_record(xpci, record_at(segment, bdf));
        bool displaced = record->flags & XPCI_DISPLACED;

        if ( !record->path == segment->settled ||
             displaced != xpci_path_is_displaced(xpci, segment, record) ||
             (!displaced && record->path &&
              !(record->flags & XPCI_BRIDGE_ONLY) &&
              xpci_quarantine_has(segment, record->path)) )
            return false;
    }

    return true;
}

bool xpci_is_valid(const struct xpci *xpci, const char **rule)
{
    static const struct {
        const char *name;
        rule_check *holds;
    } rules[] = {
        { "the index by BDF and the records agree", slots_agree },
        { "lookups say what the records say", lookups_agree },
        { "every bridge is listed once", bridges_are_listed },
        { "no stale entry, and the best bridge leads to a bus",
          best_bridges_lead },
        { "no cycle", walks_end },
        { "bridges in conflict are marked", conflicts_are_marked },
        { "readers see what bus2bridge says", upstreams_are_published },
        { "a VF has its PF", virtfns_have_physfns },
        { "stable paths are bus2bridge's", paths_are_derived },
        { "what is displaced is marked, and nobody is where it was",
          displaced_are_marked },
    };
    const struct xpci_segment *segment;
    uint32_t number;
    unsigned int i;

    for ( segment = xpci_segment_next(xpci, 0); segment;
          segment = xpci_segment_next(xpci, number) )
    {
        number = segment->number + 1U;
        for ( i = 0; i < ARRAY_SIZE(rules); i++ )
            if ( !rules[i].holds(xpci, segment) )
            {
                if ( rule )
                    *rule = rules[i].name;
                return false;
            }
    }

    return true;
}
