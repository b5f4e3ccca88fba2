/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The naive model reads bridges again, from a device up to the root.
 */
#include "naive_rules.h"

/* After so many on one walk, all are read. */
#define ONE_BY_ONE 32

static void becomes_stale(struct naive_device *device)
{
    device->primary = device->secondary = device->subordinate = 0;
    device->stale = true;
    device->asleep = false;
}

void naive_visit(struct naive *naive, struct naive_device *device)
{
    uint8_t numbers[3] = { 0, 0, 0 };

    device->looked_at = true;
    /* What dom0 does not own is what its record says. */
    if ( naive_is_fixed(naive, device) )
        return;
    switch ( naive_reread(naive, device, numbers) )
    {
    case NAIVE_SAME:
        device->primary = numbers[0];
        device->secondary = numbers[1];
        device->subordinate = numbers[2];
        device->stale = false;
        break;
    case NAIVE_OTHER:
        becomes_stale(device);
        break;
    case NAIVE_SILENT:
        device->asleep = true;
        break;
    }
}

/* Look at all bridges on buses below `below`; false: all of them have been. */
static bool visit_all(struct naive *naive, uint16_t segment, unsigned int below)
{
    struct naive_device *device;
    bool any = false;

    for_each_device(naive, device)
    {
        if ( !device->bridge || device->looked_at ||
             segment_of(device) != segment || bus_of(device) >= below )
            continue;
        naive_visit(naive, device);
        any = true;
    }
    return any;
}

static bool clashes_with_answered(const struct naive *naive,
                                  const struct naive_device *device)
{
    const struct naive_device *other;

    for_each_device(naive, other)
    {
        if ( other->looked_at && !other->asleep && naive_clash(device, other) )
            return true;
    }
    return false;
}

/*
 * Where a bridge that answered clashes with one that nobody has looked at, all
 * are looked at; what does not answer then does not stand in its way.
 */
void naive_settle(struct naive *naive)
{
    struct naive_device *device;

    for_each_device(naive, device)
    {
        if ( device->bridge && !device->looked_at &&
             clashes_with_answered(naive, device) )
            (void)visit_all(naive, segment_of(device), 256);
    }
    for_each_device(naive, device)
    {
        if ( device->bridge && device->asleep &&
             clashes_with_answered(naive, device) )
            becomes_stale(device);
    }
}

/*
 * Something on `bus` answered: no bridge that does not leads there, if it is
 * better than the best that does.
 */
static void pass_over_asleep(struct naive *naive, uint16_t segment, uint8_t bus)
{
    const struct naive_device *best = NULL;
    struct naive_device *device;

    for_each_device(naive, device)
    {
        if ( device->bridge && segment_of(device) == segment &&
             !device->asleep && naive_covers(device, bus) &&
             (!best || naive_is_better(device, best, bus)) )
            best = device;
    }
    for_each_device(naive, device)
    {
        if ( device->bridge && segment_of(device) == segment &&
             device->asleep && naive_covers(device, bus) &&
             (!best || naive_is_better(device, best, bus)) )
            becomes_stale(device);
    }
}

/* Upwards, and again from the beginning where something was seen anew. */
void naive_refresh(struct naive *naive, uint16_t segment, uint8_t from)
{
    uint8_t bus = from;

    while ( bus )
    {
        struct naive_device *way = naive_leads_to(naive, segment, bus);
        bool own = way && way->secondary == bus;

        if ( own && !way->looked_at )
        {
            if ( ++naive->visits > ONE_BY_ONE )
                (void)visit_all(naive, segment, 256);
            else
                naive_visit(naive, way);
            naive_settle(naive);
            bus = from;
        }
        else if ( !own && visit_all(naive, segment, bus) )
        {
            naive_settle(naive);
            bus = from;
        }
        else if ( way && way->asleep )
        {
            pass_over_asleep(naive, segment, bus);
            bus = from;
        }
        else if ( way )
            bus = bus_of(way);
        else
            break;
    }
}

void naive_refresh_for(struct naive *naive, uint32_t sbdf, bool virtfn,
                       uint32_t physfn)
{
    uint16_t segment = (uint16_t)(sbdf >> 16);
    uint8_t bus = (uint8_t)(sbdf >> 8);
    uint8_t physfn_bus = (uint8_t)(physfn >> 8);

    if ( virtfn && physfn_bus != bus )
    {
        const struct naive_device *to_physfn;

        naive_refresh(naive, segment, physfn_bus);
        to_physfn = naive_leads_to(naive, segment, physfn_bus);
        if ( to_physfn && to_physfn == naive_leads_to(naive, segment, bus) )
            return;
    }
    naive_refresh(naive, segment, bus);
}

/* As it was before the operation; NULL: it is new. */
static const struct naive_device *as_before(const struct naive *naive,
                                            const struct naive_device *device)
{
    size_t i;

    for ( i = 0; i < naive->before.count; i++ )
        if ( naive->before.devices[i].id == device->id )
            return &naive->before.devices[i];
    return NULL;
}

static bool is_touched(const struct naive *naive,
                       const struct naive_device *device)
{
    const struct naive_device *before = as_before(naive, device);

    if ( !before )
        return device->primary || device->secondary || device->subordinate;
    return before->primary != device->primary ||
           before->secondary != device->secondary ||
           before->subordinate != device->subordinate ||
           before->stale != device->stale;
}

bool naive_is_touched(const struct naive *naive)
{
    const struct naive_device *device;

    for_each_device(naive, device)
    {
        if ( device->bridge && is_touched(naive, device) )
            return true;
    }
    return false;
}

bool naive_bridges_confirmed(struct naive *naive, uint32_t reported)
{
    const struct naive_device *device;

    for_each_device(naive, device)
    {
        if ( device->read && device->sbdf != reported &&
             (device->silent || is_touched(naive, device)) &&
             !naive_still(naive, device) )
            return false;
    }
    return true;
}
