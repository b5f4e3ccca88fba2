/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The naive model's stable paths: who is where, and who is displaced.
 */
#include "naive_rules.h"

#include <string.h>

/* The bridge that led to a bus last, if it has no numbers now. */
static const struct naive_device *keeper(struct naive *naive, uint16_t segment,
                                         uint8_t bus)
{
    unsigned int last = naive_segment(naive, segment)->last[bus];
    const struct naive_device *device;

    if ( !last )
        return NULL;
    for_each_device(naive, device)
    {
        if ( device->id == last && !naive_configured(device) )
            return device;
    }
    return NULL;
}

void naive_ways(struct naive *naive, uint16_t segment, struct naive_ways *ways)
{
    const struct naive_device *leaders[256];
    unsigned int bus;

    naive_leaders(naive, segment, leaders);
    for ( bus = 0; bus < 256; bus++ )
    {
        const struct naive_device *way = leaders[bus];

        ways->kept[bus] = false;
        ways->from[bus] = way && way->secondary == bus ? way : NULL;
        if ( !ways->from[bus] )
        {
            ways->from[bus] = keeper(naive, segment, (uint8_t)bus);
            ways->kept[bus] = ways->from[bus];
        }
        way = ways->from[bus];
        ways->path[bus] =
            way ? paths_intern(&naive->paths, PATH_BUS, ways->path[bus_of(way)],
                               way->sbdf & 0xff)
                : paths_intern(&naive->paths, PATH_ROOT, segment, bus);
    }
}

/* The bus that says where a device is: a VF's may be its PF's. */
static uint8_t base_of(const struct naive_ways *ways,
                       const struct naive_device *device)
{
    return device->virtfn && !ways->from[bus_of(device)]
               ? (uint8_t)(device->physfn >> 8)
               : bus_of(device);
}

int naive_path(struct naive *naive, const struct naive_ways *ways,
               const struct naive_device *device)
{
    uint8_t base = base_of(ways, device);
    uint8_t further = (uint8_t)(bus_of(device) - base);

    return paths_intern(&naive->paths, PATH_DEVICE, ways->path[base],
                        (unsigned int)further << 8 | (device->sbdf & 0xff));
}

/*
 * Buses whose way became known: a bridge that never led anywhere leads to what
 * was taken for a root bus; and what is behind that.
 */
static void became_known(const struct naive_ways *before,
                         const struct naive_ways *after, bool known[256])
{
    unsigned int bus;

    for ( bus = 0; bus < 256; bus++ )
    {
        const struct naive_device *was = before->from[bus];
        const struct naive_device *is = after->from[bus];

        known[bus] =
            is && ((!was && !after->kept[bus] && !is->has_led) ||
                   (was && was->sbdf == is->sbdf && known[bus_of(is)]));
    }
}

/* Is nobody else there, nor was? */
static bool is_free(struct naive *naive, const struct naive_ways *before,
                    const struct naive_ways *after, const bool known[256],
                    const struct naive_device *device)
{
    int path = naive_path(naive, after, device);
    const struct naive_device *other;
    uint8_t bus = bus_of(device);

    /* What is remembered of the bus has followed the way only afterwards. */
    if ( known[bus] && base_of(after, device) == bus &&
         path_set_has(&naive->now.quarantine,
                      paths_intern(&naive->paths, PATH_DEVICE,
                                   before->path[bus], device->sbdf & 0xff)) )
        return false;

    if ( naive_segment(naive, segment_of(device))->paths_lost ||
         path_set_has(&naive->now.quarantine, path) )
        return false;
    for_each_device(naive, other)
    {
        if ( !other->draft && !other->displaced && naive_is_foreign(other) &&
             segment_of(other) == segment_of(device) &&
             naive_path(naive, before, other) == path )
            return false;
    }
    return true;
}

/* Is it where it was, on a way that became known, and nobody else there? */
static bool follows(struct naive *naive, const struct naive_ways *before,
                    const struct naive_ways *after, const bool known[256],
                    const struct naive_device *device)
{
    uint8_t base = base_of(before, device);

    return known[base] && base == base_of(after, device) &&
           is_free(naive, before, after, known, device);
}

/* The ways before the operation, from the copy of it. */
static void ways_before(struct naive *naive, uint16_t segment,
                        struct naive_ways *ways)
{
    struct naive_state now = naive->now;

    naive->now = naive->before;
    naive_ways(naive, segment, ways);
    naive->now = now;
}

bool naive_moves(struct naive *naive, const struct naive_device *device)
{
    struct naive_ways before;
    struct naive_ways after;
    bool known[256] = { false };

    ways_before(naive, segment_of(device), &before);
    naive_ways(naive, segment_of(device), &after);
    became_known(&before, &after, known);
    return naive_path(naive, &before, device) !=
               naive_path(naive, &after, device) &&
           !follows(naive, &before, &after, known, device);
}

bool naive_is_free(struct naive *naive, const struct naive_device *device)
{
    struct naive_ways before;
    struct naive_ways after;
    bool known[256] = { false };

    ways_before(naive, segment_of(device), &before);
    naive_ways(naive, segment_of(device), &after);
    became_known(&before, &after, known);
    return is_free(naive, &before, &after, known, device);
}

static uint16_t segment_of_path(const struct naive *naive, int path)
{
    while ( naive->paths.nodes[path].kind != PATH_ROOT )
        path = naive->paths.nodes[path].parent;
    return (uint16_t)naive->paths.nodes[path].parent;
}

static bool any_guests(struct naive *naive, uint16_t segment)
{
    const struct naive_device *device;
    size_t i;

    if ( naive_segment(naive, segment)->paths_lost )
        return true;
    for ( i = 0; i < naive->now.quarantine.count; i++ )
        if ( segment_of_path(naive, naive->now.quarantine.entries[i]) ==
             segment )
            return true;
    for_each_device(naive, device)
    {
        if ( segment_of(device) == segment && !device->draft &&
             (device->quarantined ||
              (naive_is_foreign(device) && device->owner != XPCI_OWNER_XEN)) )
            return true;
    }
    return false;
}

bool naive_is_doubtful(struct naive *naive, const struct naive_device *device)
{
    const struct naive_device *way;
    struct naive_ways ways;
    uint8_t base;

    naive_ways(naive, segment_of(device), &ways);
    base = base_of(&ways, device);
    way = naive_leads_to(naive, segment_of(device), base);
    return way && way->secondary != base &&
           any_guests(naive, segment_of(device));
}

bool naive_may_lead(struct naive *naive, const struct naive_device *device)
{
    return naive_is_free(naive, device) && !naive_is_doubtful(naive, device);
}

bool naive_is_fixed(const struct naive *naive,
                    const struct naive_device *device)
{
    size_t i;

    if ( naive_is_foreign(device) )
        return true;
    for ( i = 0; device->bridge_only && i < NAIVE_SEGMENTS; i++ )
        if ( naive->now.segments[i].used && naive->now.segments[i].paths_lost &&
             naive->now.segments[i].number == segment_of(device) )
            return true;
    return device->bridge_only &&
           path_set_has(&naive->now.quarantine, device->path);
}

void naive_settle_paths(struct naive *naive, uint16_t number)
{
    struct naive_segment *segment = naive_segment(naive, number);
    struct naive_ways ways;
    struct naive_device *device;

    if ( segment->settled )
        return;
    segment->settled = true;
    ways_before(naive, number, &ways);
    for_each_device(naive, device)
    {
        if ( segment_of(device) == number && !device->draft )
            device->path = naive_path(naive, &ways, device);
    }
}

static void follow_set(struct naive *naive, struct path_set *set,
                       const struct naive_ways *before,
                       const struct naive_ways *after, const bool known[256])
{
    size_t i;
    unsigned int bus;

    for ( i = 0; i < set->count; i++ )
    {
        struct path_node node = naive->paths.nodes[set->entries[i]];

        for ( bus = 0; bus < 256; bus++ )
            if ( known[bus] && node.kind == PATH_DEVICE && node.step < 256 &&
                 node.parent == before->path[bus] )
            {
                set->entries[i] = paths_intern(&naive->paths, PATH_DEVICE,
                                               after->path[bus], node.step);
                break;
            }
    }
}

static void follow(struct naive *naive, uint16_t segment,
                   const struct naive_ways *before,
                   const struct naive_ways *after)
{
    struct naive_device *device;
    bool known[256];

    became_known(before, after, known);
    for_each_device(naive, device)
    {
        if ( segment_of(device) == segment && device->path && !device->draft &&
             !device->displaced &&
             follows(naive, before, after, known, device) )
            device->path = naive_path(naive, after, device);
    }
    follow_set(naive, &naive->now.quarantine, before, after, known);
    follow_set(naive, &naive->now.tainted, before, after, known);
}

/* Who leads now is who led last. */
static void remember_leaders(struct naive *naive, uint16_t segment,
                             const struct naive_ways *ways)
{
    struct naive_device *device;
    unsigned int bus;

    for ( bus = 0; bus < 256; bus++ )
        naive_segment(naive, segment)->last[bus] =
            ways->from[bus] ? ways->from[bus]->id : 0;
    for_each_device(naive, device)
    {
        if ( segment_of(device) == segment && device->bridge &&
             ways->from[device->secondary] == device &&
             !ways->kept[device->secondary] )
            device->has_led = true;
    }
}

static void goes_away(struct naive *naive, struct naive_device *device)
{
    device->displaced = true;
    device->quarantined = device->remembered = false;
    if ( device->bridge_only )
        return;
    if ( naive_is_foreign(device) )
    {
        path_set_add(&naive->now.quarantine, device->path);
        device->owner = XPCI_OWNER_QUARANTINE;
    }
    naive_tell(naive, &naive->displaced, device->sbdf, true);
}

void naive_displace(struct naive *naive, uint16_t segment)
{
    struct naive_ways before;
    struct naive_ways after;
    struct naive_device *device;

    ways_before(naive, segment, &before);
    naive_ways(naive, segment, &after);
    follow(naive, segment, &before, &after);
    for_each_device(naive, device)
    {
        if ( device->id == naive->adopted )
        {
            device->path = naive_path(naive, &after, device);
            device->quarantined = device->remembered = false;
        }
        if ( segment_of(device) == segment && device->path && !device->draft &&
             !device->displaced &&
             device->path != naive_path(naive, &after, device) )
            goes_away(naive, device);
    }
    remember_leaders(naive, segment, &after);
}

void naive_take(struct naive *naive, struct naive_device *device)
{
    if ( !path_set_delete(&naive->now.quarantine, device->path) &&
         !naive_segment(naive, segment_of(device))->paths_lost )
        return;
    device->quarantined = device->remembered = true;
    device->owner = XPCI_OWNER_QUARANTINE;
}

void naive_take_new(struct naive *naive, struct naive_device *device)
{
    naive_take(naive, device);
    if ( !naive_is_doubtful(naive, device) )
        return;
    device->quarantined = true;
    device->owner = XPCI_OWNER_QUARANTINE;
}

void naive_bring_back(struct naive *naive, uint16_t segment)
{
    struct naive_ways ways;
    struct naive_device *device;

    naive_ways(naive, segment, &ways);
    for_each_device(naive, device)
    {
        if ( segment_of(device) != segment || !device->displaced ||
             device->path != naive_path(naive, &ways, device) )
            continue;
        device->displaced = false;
        if ( device->bridge_only )
            continue;
        naive_take(naive, device);
        naive_tell(naive, &naive->displaced, device->sbdf, false);
    }
}
