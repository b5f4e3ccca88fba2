/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Derives stable paths, and tells which devices are displaced.
 */
#include "paths.h"

#include "quarantine.h"

/* Any constants would do that differ: they begin the paths of root buses. */
#define ROOT 0xcbf29ce484222325U
#define FACTOR 0x9e3779b97f4a7c15U

/* One step down.  Never 0. */
static uint64_t step(uint64_t path, uint32_t by)
{
    uint64_t hash = (path ^ by) * FACTOR;

    hash = (hash ^ (hash >> 29)) * FACTOR;

    return (hash ^ (hash >> 32)) | 1U;
}

static uint64_t root_path(unsigned int bus)
{
    return step(ROOT, bus);
}

/* The path of a bus behind a bridge, which is on a bus with path `path`. */
static uint64_t path_behind(uint64_t path, unsigned int devfn)
{
    return step(path, devfn);
}

/* The path of a device on a bus, or `over` buses further. */
static uint64_t device_path(uint64_t path, unsigned int over,
                            unsigned int devfn)
{
    return step(path, 0x10000U | (over & 0xffU) << 8 | devfn);
}

void xpci_paths_init(struct xpci_segment *segment)
{
    unsigned int bus;

    /* No path is 0. */
    if ( segment->bus_path[0] )
        return;
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
        segment->bus_path[bus] = root_path(bus);
}

/*
 * The bus from which a device is reached.  `bus_path`: one for each bus, the
 * segment's or those that it will have.
 */
static unsigned int bus_from(const struct xpci *xpci, const uint64_t *bus_path,
                             const struct xpci_record *record)
{
    unsigned int bus = XPCI_BUS(record->sbdf);

    if ( xpci_is_virtfn(record) && bus_path[bus] == root_path(bus) )
        return XPCI_BUS(xpci_record(xpci, record->link.vf.physfn)->sbdf);

    return bus;
}

static uint64_t path_of(const struct xpci *xpci, const uint64_t *bus_path,
                        const struct xpci_record *record)
{
    unsigned int from = bus_from(xpci, bus_path, record);

    return device_path(bus_path[from], XPCI_BUS(record->sbdf) - from,
                       XPCI_DEVFN(record->sbdf));
}

uint64_t xpci_path_of(const struct xpci *xpci,
                      const struct xpci_segment *segment,
                      const struct xpci_record *record)
{
    return path_of(xpci, segment->bus_path, record);
}

bool xpci_path_is_displaced(const struct xpci *xpci,
                            const struct xpci_segment *segment,
                            const struct xpci_record *record)
{
    return record->path &&
           record->path != path_of(xpci, segment->bus_path, record);
}

void xpci_paths_settle(struct xpci *xpci, struct xpci_segment *segment)
{
    uint32_t bdf;

    if ( segment->settled )
        return;
    segment->settled = true;

    for_each_slot (segment, bdf)
    {
        struct xpci_record *record =
            xpci_record(xpci, xpci_index_get(segment, bdf));

        record->path = xpci_path_of(xpci, segment, record);
    }
}

/* The bridge whose secondary bus it is, if that leads there. */
static const struct xpci_bridge_entry *own_bridge(
    const struct xpci_segment *segment, unsigned int bus)
{
    const struct xpci_bridge_entry *entry = &segment->bus2bridge.to[bus];

    return entry->secondary && entry->secondary == bus ? entry : NULL;
}

uint64_t xpci_path_to(const struct xpci_segment *segment, unsigned int bus)
{
    const struct xpci_bridge_entry *entry = &segment->bus2bridge.to[bus];

    if ( !entry->secondary || entry->secondary == bus )
        return segment->bus_path[bus];

    return step(segment->bus_path[entry->bus],
                0x20000U | (bus - entry->secondary) << 8 | entry->devfn);
}

/* Does a bridge without numbers keep the bus that it led to last? */
static bool keeps_bus(const struct xpci_segment *segment,
                      const struct xpci_record *bridge)
{
    return bridge->reached &&
           !xpci_entry_configured(XPCI_BUS(bridge->sbdf), bridge->secondary,
                                  bridge->subordinate) &&
           !own_bridge(segment, bridge->reached) &&
           segment->bus_path[bridge->reached] ==
               path_behind(segment->bus_path[XPCI_BUS(bridge->sbdf)],
                           XPCI_DEVFN(bridge->sbdf));
}

/* Where each bus is reached from: the BDF of a bridge. */
static void derive_steps(struct xpci *xpci, const struct xpci_segment *segment)
{
    struct xpci_paths *paths = &xpci->paths;
    unsigned int bus;
    uint32_t index;

    memset(&paths->has_step, 0, sizeof(paths->has_step));
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
    {
        const struct xpci_bridge_entry *entry = own_bridge(segment, bus);

        if ( !entry )
            continue;
        paths->step[bus] = (uint16_t)XPCI_SBDF(0, entry->bus, entry->devfn);
        xpci_bus_set_add(&paths->has_step, bus);
    }
    for_each_bridge(xpci, segment, index)
    {
        const struct xpci_record *bridge = xpci_record(xpci, index);

        if ( !keeps_bus(segment, bridge) )
            continue;
        paths->step[bridge->reached] = (uint16_t)bridge->sbdf;
        xpci_bus_set_add(&paths->has_step, bridge->reached);
    }
}

/* Is it a root bus, and the bridge that leads there now led nowhere before? */
static bool becomes_known(const struct xpci *xpci,
                          const struct xpci_segment *segment, unsigned int bus)
{
    const struct xpci_bridge_entry *entry = own_bridge(segment, bus);
    uint32_t index;

    if ( !entry || segment->bus_path[bus] != root_path(bus) )
        return false;
    index =
        xpci_find(xpci, XPCI_SBDF(segment->number, entry->bus, entry->devfn));

    /* A bridge that is about to be entered cannot be found yet. */
    return index == XPCI_NO_RECORD || !xpci_record(xpci, index)->reached;
}

/* The path of each bus, and which of them are the same place as before. */
static void derive_paths(struct xpci *xpci, const struct xpci_segment *segment)
{
    struct xpci_paths *paths = &xpci->paths;
    const uint64_t *old = segment->bus_path;
    unsigned int bus;

    memset(&paths->known, 0, sizeof(paths->known));
    paths->any_known = false;
    /* A step leads up to a lower bus, whose path is known already. */
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
    {
        unsigned int from = XPCI_BUS(paths->step[bus]);
        unsigned int devfn = XPCI_DEVFN(paths->step[bus]);

        paths->path[bus] = root_path(bus);
        if ( !xpci_bus_set_has(&paths->has_step, bus) )
            continue;
        paths->path[bus] = path_behind(paths->path[from], devfn);
        if ( becomes_known(xpci, segment, bus) ||
             (xpci_bus_set_has(&paths->known, from) &&
              old[bus] == path_behind(old[from], devfn)) )
        {
            xpci_bus_set_add(&paths->known, bus);
            paths->any_known = true;
        }
    }
}

/*
 * Is what a device's path will be somebody else's than dom0's now?  That one is
 * at another bus that has its path, and will not be there any more.
 */
static bool is_foreign_place(const struct xpci *xpci,
                             const struct xpci_segment *segment,
                             const struct xpci_record *record, uint64_t path)
{
    const struct xpci_paths *paths = &xpci->paths;
    unsigned int from = bus_from(xpci, paths->path, record), bus;
    unsigned int over = XPCI_BUS(record->sbdf) - from;

    for ( bus = 0; bus < XPCI_BUSES; bus++ )
    {
        uint32_t index;

        if ( bus == from || segment->bus_path[bus] != paths->path[from] )
            continue;
        index = xpci_index_get(segment, XPCI_SBDF(0, (bus + over) & 0xffU,
                                                  XPCI_DEVFN(record->sbdf)));
        if ( index != XPCI_NO_RECORD &&
             !(xpci_record(xpci, index)->flags & XPCI_DISPLACED) &&
             xpci_record_is_foreign(xpci, index) &&
             path_of(xpci, segment->bus_path, xpci_record(xpci, index)) ==
                 path )
            return true;
    }

    return false;
}

/*
 * Is what is there, and was there last, dom0's?  What is remembered of a bus
 * whose way becomes known is still remembered as it was before.
 */
static bool is_free(const struct xpci *xpci, const struct xpci_segment *segment,
                    const struct xpci_record *record)
{
    const struct xpci_paths *paths = &xpci->paths;
    unsigned int from = bus_from(xpci, paths->path, record);
    uint64_t path = path_of(xpci, paths->path, record);
    uint64_t before =
        device_path(segment->bus_path[from], 0, XPCI_DEVFN(record->sbdf));

    return !segment->paths_lost && !xpci_quarantine_has(segment, path) &&
           !(from == XPCI_BUS(record->sbdf) &&
             xpci_bus_set_has(&paths->known, from) &&
             xpci_quarantine_has(segment, before)) &&
           !is_foreign_place(xpci, segment, record, path);
}

/*
 * Is a device where it was, its way having become known?  Not where what is
 * there, or was last, is not dom0's.
 */
static bool follows(const struct xpci *xpci, const struct xpci_segment *segment,
                    const struct xpci_record *record)
{
    const struct xpci_paths *paths = &xpci->paths;
    unsigned int from = bus_from(xpci, segment->bus_path, record);

    return xpci_bus_set_has(&paths->known, from) &&
           from == bus_from(xpci, paths->path, record) &&
           is_free(xpci, segment, record);
}

bool xpci_path_moves(struct xpci *xpci, const struct xpci_segment *segment,
                     const struct xpci_record *record)
{
    derive_steps(xpci, segment);
    derive_paths(xpci, segment);

    return path_of(xpci, segment->bus_path, record) !=
               path_of(xpci, xpci->paths.path, record) &&
           !follows(xpci, segment, record);
}

/* Does a guest have anything, or did one and dom0 has not got it back? */
static bool any_guests(const struct xpci *xpci,
                       const struct xpci_segment *segment)
{
    uint32_t bdf;

    if ( segment->paths_lost || segment->quarantine_count )
        return true;
    for_each_slot (segment, bdf)
    {
        uint32_t index = xpci_index_get(segment, bdf);

        /* Of one that has just been entered the host knows nothing yet. */
        if ( xpci_record(xpci, index)->flags & XPCI_QUARANTINED ||
             (xpci_record_is_foreign(xpci, index) &&
              xpci_record_owner(xpci, index) != XPCI_OWNER_XEN) )
            return true;
    }

    return false;
}

static bool is_doubtful(const struct xpci *xpci,
                        const struct xpci_segment *segment, unsigned int bus)
{
    return segment->bus2bridge.to[bus].secondary && !own_bridge(segment, bus) &&
           any_guests(xpci, segment);
}

bool xpci_path_is_doubtful(const struct xpci *xpci,
                           const struct xpci_segment *segment,
                           const struct xpci_record *record)
{
    return is_doubtful(xpci, segment,
                       bus_from(xpci, segment->bus_path, record));
}

enum xpci_place xpci_path_place(struct xpci *xpci,
                                const struct xpci_segment *segment,
                                const struct xpci_record *record)
{
    derive_steps(xpci, segment);
    derive_paths(xpci, segment);

    if ( !is_free(xpci, segment, record) )
        return XPCI_PLACE_FOREIGN;

    return is_doubtful(xpci, segment, bus_from(xpci, xpci->paths.path, record))
               ? XPCI_PLACE_DOUBTFUL
               : XPCI_PLACE_FREE;
}

static void follow_record(struct xpci *xpci, const struct xpci_segment *segment,
                          struct xpci_record *record)
{
    if ( record->path && !(record->flags & XPCI_DISPLACED) &&
         follows(xpci, segment, record) )
        record->path = path_of(xpci, xpci->paths.path, record);
}

/* The same for what is remembered of a bus. */
static void follow_remembered(const struct xpci *xpci,
                              struct xpci_segment *segment, unsigned int bus)
{
    unsigned int devfn;

    for ( devfn = 0; devfn < XPCI_DEVFNS; devfn++ )
        if ( xpci_quarantine_delete(
                 segment, device_path(segment->bus_path[bus], 0, devfn)) )
            xpci_quarantine_add(segment,
                                device_path(xpci->paths.path[bus], 0, devfn));
}

static void follow(struct xpci *xpci, struct xpci_segment *segment)
{
    unsigned int bus;
    uint32_t bdf;

    for_each_slot (segment, bdf)
        follow_record(xpci, segment,
                      xpci_record(xpci, xpci_index_get(segment, bdf)));
    for ( bus = 0; segment->quarantine_count && bus < XPCI_BUSES; bus++ )
        if ( xpci_bus_set_has(&xpci->paths.known, bus) )
            follow_remembered(xpci, segment, bus);
}

/* Note in each bridge to which bus it leads. */
static void note_reached(struct xpci *xpci, const struct xpci_segment *segment)
{
    uint32_t index;

    for_each_bridge(xpci, segment, index)
    {
        struct xpci_record *bridge = xpci_record(xpci, index);
        const struct xpci_bridge_entry *entry =
            own_bridge(segment, bridge->secondary);

        if ( entry && xpci_entry_is_of(entry, bridge->sbdf) )
            bridge->reached = bridge->secondary;
    }
}

void xpci_paths_derive(struct xpci *xpci, struct xpci_segment *segment,
                       struct xpci_bus_set *moved)
{
    const uint64_t *path = xpci->paths.path;
    unsigned int bus;

    derive_steps(xpci, segment);
    derive_paths(xpci, segment);
    if ( xpci->paths.any_known )
        follow(xpci, segment);
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
    {
        if ( segment->bus_path[bus] != path[bus] )
            xpci_bus_set_add(moved, bus);
        segment->bus_path[bus] = path[bus];
    }
    note_reached(xpci, segment);
}

/* Does a bridge without numbers lead to this bus still, the same way? */
static bool is_kept(const struct xpci *xpci, const struct xpci_segment *segment,
                    unsigned int bus)
{
    uint32_t index;

    for_each_bridge(xpci, segment, index)
    {
        const struct xpci_record *bridge = xpci_record(xpci, index);

        if ( bridge->reached == bus && keeps_bus(segment, bridge) )
            return true;
    }

    return false;
}

bool xpci_paths_are_valid(const struct xpci *xpci,
                          const struct xpci_segment *segment)
{
    unsigned int bus;

    for ( bus = 0; bus < XPCI_BUSES; bus++ )
    {
        const struct xpci_bridge_entry *entry = own_bridge(segment, bus);
        uint64_t path = segment->bus_path[bus];

        if ( entry ? path != path_behind(segment->bus_path[entry->bus],
                                         entry->devfn)
                   : path != root_path(bus) && !is_kept(xpci, segment, bus) )
            return false;
    }

    return true;
}
