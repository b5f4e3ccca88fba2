/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The naive model's operations.
 */
#include "naive_rules.h"

#include "grow.h"

#include <stdlib.h>
#include <string.h>

static void dispose_state(struct naive_state *state)
{
    free(state->devices);
    path_set_dispose(&state->quarantine);
    path_set_dispose(&state->tainted);
    memset(state, 0, sizeof(*state));
}

void naive_init(struct naive *naive, const struct world *world)
{
    memset(naive, 0, sizeof(*naive));
    naive->world = world;
    paths_init(&naive->paths);
    naive->now.devices =
        grow(NULL, 1, &naive->now.room, sizeof(*naive->now.devices));
}

void naive_dispose(struct naive *naive)
{
    dispose_state(&naive->now);
    dispose_state(&naive->before);
    paths_dispose(&naive->paths);
    free(naive->reads);
    free(naive->left.entries);
    free(naive->displaced.entries);
    memset(naive, 0, sizeof(*naive));
}

static void copy_state(struct naive_state *to, const struct naive_state *from)
{
    to->devices =
        grow(to->devices, from->count + 1, &to->room, sizeof(*to->devices));
    to->count = from->count;
    if ( from->count )
        memcpy(to->devices, from->devices,
               from->count * sizeof(*from->devices));
    memcpy(to->segments, from->segments, sizeof(to->segments));
    path_set_copy(&to->quarantine, &from->quarantine);
    path_set_copy(&to->tainted, &from->tainted);
}

void naive_begin(struct naive *naive)
{
    struct naive_device *device;

    naive->left.count = naive->displaced.count = naive->groups = 0;
    naive->read_count = naive->visits = naive->adopted = 0;
    for_each_device(naive, device)
    {
        device->draft = device->looked_at = device->read = false;
        device->silent = device->asleep = device->leaves = false;
        device->behind = false;
    }
    copy_state(&naive->before, &naive->now);
}

int naive_fail(struct naive *naive, int rc)
{
    copy_state(&naive->now, &naive->before);
    naive->left.count = naive->displaced.count = 0;
    return rc;
}

void naive_tell(struct naive *naive, struct naive_told_list *list,
                uint32_t sbdf, bool how)
{
    list->entries = grow(list->entries, list->count + 1, &list->room,
                         sizeof(*list->entries));
    list->entries[list->count++] =
        (struct naive_told){ sbdf, naive->groups, how };
}

/* --- Going ------------------------------------------------------------- */

static void leaves(struct naive *naive, struct naive_device *device,
                   bool answers)
{
    device->leaves = true;
    /* What was displaced was remembered then. */
    if ( naive_is_foreign(device) && !device->displaced )
        path_set_add(&naive->now.quarantine, device->path);
    if ( !device->bridge_only )
        naive_tell(naive, &naive->left, device->sbdf,
                   answers && !device->displaced);
}

static void vfs_leave(struct naive *naive, const struct naive_device *physfn,
                      bool answers)
{
    struct naive_device *device;

    for_each_device(naive, device)
    {
        if ( device->virtfn && device->physfn == physfn->sbdf &&
             !device->leaves && !device->draft )
            leaves(naive, device, answers);
    }
    naive->groups++;
}

void naive_mark_behind(struct naive *naive, const struct naive_device *bridge)
{
    struct naive_device *device;

    for_each_device(naive, device)
    {
        device->behind = bridge->bridge && !device->draft &&
                         segment_of(device) == segment_of(bridge) &&
                         naive_is_behind(naive, bus_of(device), bridge);
    }
}

static void forget_those_that_left(struct naive *naive)
{
    size_t kept = 0;
    size_t i;

    for ( i = 0; i < naive->now.count; i++ )
        if ( !naive->now.devices[i].leaves )
            naive->now.devices[kept++] = naive->now.devices[i];
    naive->now.count = kept;
}

void naive_take_away(struct naive *naive, struct naive_device *device,
                     bool answers)
{
    struct naive_device *last;
    struct naive_device *other;

    do
    {
        last = NULL;
        for_each_device(naive, other)
        {
            if ( other->behind && !other->leaves &&
                 (!last || other->sbdf > last->sbdf) )
                last = other;
        }
        if ( last )
        {
            vfs_leave(naive, last, answers);
            leaves(naive, last, answers);
        }
    } while ( last );
    vfs_leave(naive, device, answers);
    leaves(naive, device, answers);
    forget_those_that_left(naive);
}

static bool is_guests(const struct naive_device *device)
{
    return !device->bridge_only && device->owner != XPCI_OWNER_DOM0 &&
           device->owner < XPCI_OWNER_QUARANTINE;
}

/* Would a guest lose something that answers? */
static bool is_refused(const struct naive *naive,
                       const struct naive_device *device, bool answers)
{
    const struct naive_device *other;

    for_each_device(naive, other)
    {
        const struct naive_device *physfn =
            other->virtfn ? naive_record(naive, other->physfn) : NULL;

        if ( answers && is_guests(other) && !other->displaced &&
             (other == device || other->behind || physfn == device ||
              (physfn && physfn->behind)) )
            return true;
    }
    return false;
}

static int goes(struct naive *naive, struct naive_device *device, bool answers)
{
    uint16_t segment = segment_of(device);
    int rc = device->bridge_only ? -ENODEV : 0;

    naive_mark_behind(naive, device);
    if ( is_refused(naive, device, answers) )
        return naive_fail(naive, -EBUSY);
    naive_settle_paths(naive, segment);
    naive_take_away(naive, device, answers);
    naive_displace(naive, segment);
    naive_bring_back(naive, segment);
    return rc;
}

int naive_remove(struct naive *naive, uint32_t sbdf)
{
    struct naive_device *device;

    naive_begin(naive);
    device = naive_record(naive, sbdf);
    if ( !device )
        return -ENODEV;
    return goes(naive, device,
                !device->displaced && !device->bridge_only &&
                    naive_answers(naive, device));
}

int naive_depart(struct naive *naive, uint32_t sbdf)
{
    struct naive_device *device;

    naive_begin(naive);
    device = naive_record(naive, sbdf);
    return device ? goes(naive, device, false) : -ENODEV;
}

void naive_refuse(struct naive *naive, uint32_t sbdf, bool no_memory)
{
    struct naive_device *device;
    bool remembers;
    size_t i;

    naive_begin(naive);
    device = naive_record(naive, sbdf);
    if ( !device || device->bridge_only )
        return;
    naive_settle_paths(naive, segment_of(device));
    vfs_leave(naive, device, false);
    remembers = device->remembered || naive_is_foreign(device);
    if ( remembers && !device->displaced )
        path_set_add(&naive->now.quarantine, device->path);
    for ( i = 0; i < naive->left.count; i++ )
        remembers |=
            naive_is_foreign(naive_record(naive, naive->left.entries[i].sbdf));
    if ( remembers && no_memory )
        naive_segment(naive, segment_of(device))->paths_lost = true;
    device->quarantined = device->remembered = false;
    device->owner = XPCI_OWNER_DOM0;
    device->bridge_only = device->bridge;
    device->leaves = !device->bridge;
    forget_those_that_left(naive);
}

/* --- Coming ------------------------------------------------------------ */

struct naive_device *naive_append(struct naive *naive,
                                  const struct naive_device *device)
{
    struct naive_device *appended;

    naive->now.devices = grow(naive->now.devices, naive->now.count + 1,
                              &naive->now.room, sizeof(*naive->now.devices));
    appended = &naive->now.devices[naive->now.count++];
    *appended = *device;
    appended->id = ++naive->ids;
    return appended;
}

void naive_enter(struct naive *naive, struct naive_device *device)
{
    const struct naive_device *physfn =
        device->virtfn ? naive_record(naive, device->physfn) : NULL;
    struct naive_ways ways;

    device->draft = false;
    device->extfn = physfn ? physfn->extfn : device->extfn;
    if ( physfn && naive_is_foreign(physfn) )
    {
        device->quarantined = true;
        device->owner = XPCI_OWNER_QUARANTINE;
    }
    if ( !naive_segment(naive, segment_of(device))->settled )
        return;
    naive_ways(naive, segment_of(device), &ways);
    device->path = naive_path(naive, &ways, device);
    naive_take_new(naive, device);
}

/* One device of a scan, which may be of many. */
static int scan(struct naive *naive, uint32_t sbdf)
{
    uint16_t segment = (uint16_t)(sbdf >> 16);
    struct naive_device seen;
    struct naive_device *device;

    if ( naive_record(naive, sbdf) )
        return 0;
    if ( !naive_identify(naive, sbdf, &seen) )
        return -ENODEV;
    copy_state(&naive->before, &naive->now);
    seen.draft = true;
    device = naive_append(naive, &seen);
    if ( naive_segment(naive, segment)->settled &&
         !naive_may_lead(naive, device) )
        device->primary = device->secondary = device->subordinate = 0;
    naive_displace(naive, segment);
    naive_enter(naive, &naive->now.devices[naive->now.count - 1]);
    naive_bring_back(naive, segment);
    return 0;
}

int naive_scan_device(struct naive *naive, uint32_t sbdf)
{
    naive_begin(naive);
    return scan(naive, sbdf);
}

/* What the scan of boot takes for there. */
static bool seen_by_scan(struct naive *naive, uint32_t sbdf)
{
    uint32_t id = naive_dword(naive, sbdf, 0x00);

    return id != 0xffffffff && id != 0 && id != 0x0000ffff && id != 0xffff0000;
}

size_t naive_scan_segment(struct naive *naive, uint16_t segment, size_t limit)
{
    size_t before = naive->now.count;
    unsigned int slot;
    unsigned int function;

    naive_begin(naive);
    for ( slot = 0; slot < 256 * 32; slot++ )
        for ( function = 0; function < 8; function++ )
        {
            uint32_t sbdf = (uint32_t)segment << 16 | slot << 3 | function;

            if ( naive->now.count - before >= limit )
                return limit;
            if ( !seen_by_scan(naive, sbdf) )
            {
                if ( !function )
                    break;
                continue;
            }
            (void)scan(naive, sbdf);
            if ( !function && !(naive_dword(naive, sbdf, 0x0c) & 0x00800000) )
                break;
        }
    return naive->now.count - before;
}

/* --- Toolstacks -------------------------------------------------------- */

static struct naive_device *present(struct naive *naive, uint32_t sbdf)
{
    struct naive_device *device;

    naive_begin(naive);
    device = naive_record(naive, sbdf);
    return device && !device->bridge_only && !device->displaced ? device : NULL;
}

int naive_assign(struct naive *naive, uint32_t sbdf, uint16_t domain)
{
    struct naive_device *device = present(naive, sbdf);

    if ( !device )
        return -ENODEV;
    if ( is_guests(device) )
        return -EBUSY;
    device->owner = domain;
    return 0;
}

int naive_deassign(struct naive *naive, uint32_t sbdf)
{
    struct naive_device *device = present(naive, sbdf);

    if ( !device )
        return -ENODEV;
    if ( is_guests(device) )
        device->owner = XPCI_OWNER_QUARANTINE;
    else
    {
        device->owner = XPCI_OWNER_DOM0;
        (void)path_set_delete(&naive->now.tainted, device->path);
    }
    return 0;
}

void naive_destroy(struct naive *naive, uint16_t domain)
{
    struct naive_device *device;

    naive_begin(naive);
    for_each_device(naive, device)
    {
        if ( device->owner == domain )
            device->owner = XPCI_OWNER_QUARANTINE;
    }
}

uint32_t naive_taint(struct naive *naive)
{
    const struct naive_device *device;

    for_each_device(naive, device)
    {
        if ( !device->path || device->displaced || device->bridge_only )
            continue;
        if ( naive_is_foreign(device) )
            path_set_add(&naive->now.tainted, device->path);
        else if ( path_set_has(&naive->now.tainted, device->path) )
            return device->sbdf;
    }
    return ~0U;
}
