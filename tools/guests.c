/* SPDX-License-Identifier: GPL-2.0-only */
/* What guests are given, against the topology. */
#include <errno.h>
#include <string.h>

#include "agree/identity.h"
#include "array.h"
#include "guests.h"
#include "ownership.h"

void guests_init(struct guests *guests)
{
    *guests = (struct guests){ .entries = NULL };
}

void guests_dispose(struct guests *guests)
{
    size_t i;

    for ( i = 0; i < guests->count; i++ )
    {
        free(guests->entries[i].guest);
        free(guests->entries[i].text);
    }
    for ( i = 0; i < guests->config_count; i++ )
    {
        guest_notes_dispose(&guests->configs[i]);
        free(guests->configs[i].text);
    }
    free(guests->entries);
    free(guests->configs);
    guests_init(guests);
}

int guests_add(struct guests *guests, const struct guest_entry *entry)
{
    if ( ARRAY_APPEND(guests->entries, guests->count, *entry) )
        return 0;
    free(entry->guest);
    free(entry->text);
    return -ENOMEM;
}

/* A VF reads ffff as its vendor; where no PF tells, that is all there is. */
static bool is_orphan(const struct xpci_snapshot *snapshot,
                      const struct xpci_device_info *device)
{
    if ( !(device->flags & XPCI_VIRTFN) )
        return device->vendor == 0xffff;
    return !xpci_snapshot_device(snapshot, device->physfn);
}

uint32_t guests_meant(const struct guest_entry *entry)
{
    return entry->problems & GUEST_MOVED ? entry->now : entry->sbdf;
}

bool guests_same(const struct guest_entry *a, const struct guest_entry *b)
{
    if ( a->config == b->config )
        return a->domain == b->domain;

    return a->hidden || b->hidden || !strcmp(a->guest, b->guest);
}

#define CLASS_BRIDGE 0x06U
#define SUBCLASS_OTHER 0x80U /* such as a switch of GPUs: a guest can have it */

bool guests_is_machines(const struct xpci_device_info *device)
{
    return device->class_revision >> 24 == CLASS_BRIDGE &&
           (device->class_revision >> 16 & 0xffU) != SUBCLASS_OTHER &&
           !(device->flags & XPCI_BRIDGE);
}

/* The problem that the tables have with what is at `sbdf`. */
static enum xpci_problem problem_at(const struct xpci_snapshot *snapshot,
                                    uint32_t sbdf)
{
    size_t i;

    for ( i = 0; i < snapshot->problem_count; i++ )
        if ( snapshot->problems[i].has_sbdf &&
             snapshot->problems[i].sbdf == sbdf )
            return snapshot->problems[i].kind;

    return XPCI_PROBLEM_NONE;
}

/* What the tables say of it: a JSON file has it as a problem, not as a flag. */
static void check_tables(struct guest_entry *entry,
                         const struct xpci_snapshot *snapshot,
                         const struct xpci_device_info *device)
{
    enum xpci_problem problem = problem_at(snapshot, device->sbdf);

    if ( (device->flags & XPCI_DISPLACED) ||
         (problem == XPCI_PROBLEM_STALE && !(device->flags & XPCI_BRIDGE)) )
        entry->problems |= GUEST_DISPLACED;
    if ( (device->flags & XPCI_CHANGED) || problem == XPCI_PROBLEM_MISMATCH )
        entry->problems |= GUEST_CHANGED;
    if ( entry->config != GUEST_RUNNING || device->owner == entry->domain )
        return;
    /* What is being attached is dom0's for a moment. */
    if ( device->owner == XPCI_OWNER_DOM0
             ? entry->connected
             : ownership_is_foreign(device->owner) )
        entry->problems |= GUEST_OWNER;
}

/* What dom0's kernel says of it.  `device` is NULL: the tables have none. */
static void check_answer(struct guest_entry *entry, const struct view *dom0,
                         const struct xpci_device_info *device)
{
    const struct xpci_device_info *answer =
        xpci_snapshot_device(&dom0->snapshot, guests_meant(entry));

    if ( answer )
    {
        if ( device && !identity_same_device(answer, device) )
            entry->problems |= GUEST_CHANGED;
    }
    else if ( view_lists(dom0, guests_meant(entry)) )
        entry->problems |= GUEST_SILENT;
    else if ( device )
        entry->problems |= GUEST_GONE;
}

static void check_device(struct guest_entry *entry,
                         const struct xpci_snapshot *snapshot,
                         const struct view *dom0)
{
    const struct xpci_device_info *device =
        xpci_snapshot_device(snapshot, guests_meant(entry));

    if ( device )
        check_tables(entry, snapshot, device);
    if ( dom0 )
        check_answer(entry, dom0, device);
    if ( !device )
    {
        if ( !(entry->problems & (GUEST_LOST | GUEST_SILENT)) )
            entry->problems |= GUEST_STALE;
        return;
    }
    if ( (device->flags & XPCI_BRIDGE) || guests_is_machines(device) )
        entry->problems |= GUEST_BRIDGE;
    else if ( is_orphan(snapshot, device) )
        entry->problems |= GUEST_ORPHAN;
}

static const struct xpci_bus_info *aliased_bus(
    const struct guest_entry *entry, const struct xpci_snapshot *snapshot)
{
    uint32_t sbdf = guests_meant(entry);
    const struct xpci_bus_info *bus =
        xpci_snapshot_bus(snapshot, XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf));

    return bus && bus->has_upstream && xpci_snapshot_device(snapshot, sbdf)
               ? bus
               : NULL;
}

/* Behind one aliasing bridge, and of two guests. */
static void check_shared(struct guests *guests, size_t number,
                         const struct xpci_snapshot *snapshot)
{
    struct guest_entry *entry = &guests->entries[number];
    const struct xpci_bus_info *bus = aliased_bus(entry, snapshot), *other;
    size_t i;

    for ( i = 0; bus && i < guests->count; i++ )
    {
        if ( !guests->entries[i].has_sbdf ||
             (guests->entries[i].problems & GUEST_BRIDGE) ||
             guests_same(&guests->entries[i], entry) )
            continue;
        other = aliased_bus(&guests->entries[i], snapshot);
        if ( !other || other->upstream != bus->upstream )
            continue;
        entry->problems |= GUEST_SHARED;
        entry->shared = i;
        break;
    }
}

/* Does the entry, once it is corrected, name what is at `sbdf`? */
static bool names_place(const struct guest_entry *entry, uint32_t sbdf)
{
    uint32_t differs = guests_meant(entry) ^ sbdf;

    return entry->has_sbdf && !(entry->problems & GUEST_LOST) &&
           !(entry->all_functions ? differs & ~7U : differs);
}

static bool is_given_along(const struct guests *guests,
                           const struct guest_entry *entry, uint32_t sbdf)
{
    size_t i;

    for ( i = 0; i < guests->count; i++ )
        if ( guests_same(&guests->entries[i], entry) &&
             names_place(&guests->entries[i], sbdf) )
            return true;

    return false;
}

/* Behind one aliasing bridge, and its neighbours are not given along. */
static void check_alone(const struct guests *guests, struct guest_entry *entry,
                        const struct xpci_snapshot *snapshot)
{
    const struct xpci_bus_info *bus = aliased_bus(entry, snapshot), *other;
    size_t i;

    for ( i = 0; bus && i < snapshot->device_count; i++ )
    {
        const struct xpci_device_info *device = &snapshot->devices[i];

        /* What is in quarantine has no DMA. */
        if ( (device->flags & XPCI_BRIDGE) ||
             device->owner == XPCI_OWNER_QUARANTINE )
            continue;
        other = xpci_snapshot_bus(snapshot, XPCI_SEGMENT(device->sbdf),
                                  XPCI_BUS(device->sbdf));
        if ( !other || !other->has_upstream ||
             other->upstream != bus->upstream ||
             is_given_along(guests, entry, device->sbdf) )
            continue;
        if ( !entry->alone_count++ )
            entry->alone = device->sbdf;
        entry->problems |= GUEST_ALONE;
    }
}

/* The same function, by two entries. */
static void check_twice(struct guests *guests, size_t number)
{
    struct guest_entry *entry = &guests->entries[number];
    size_t i;

    for ( i = 0; i < guests->count; i++ )
    {
        const struct guest_entry *other = &guests->entries[i];

        /* A guest that runs has what its config, or a copy of it, says. */
        if ( i == number ||
             (other->config != entry->config && guests_same(other, entry)) )
            continue;
        if ( (entry->problems & GUEST_LOST) ||
             !(names_place(other, guests_meant(entry)) ||
               (entry->all_functions && !(other->problems & GUEST_LOST) &&
                names_place(entry, guests_meant(other)))) )
            continue;
        entry->problems |= GUEST_TWICE;
        entry->twice = i;
        break;
    }
}

void guests_check(struct guests *guests, const struct history *history,
                  const struct view *dom0)
{
    const struct xpci_snapshot *snapshot = &history->now.snapshot;
    size_t i;

    for ( i = 0; i < guests->count; i++ )
    {
        struct guest_entry *entry = &guests->entries[i];

        if ( entry->has_sbdf )
            check_device(entry, snapshot, dom0);
    }
    for ( i = 0; i < guests->count; i++ )
    {
        struct guest_entry *entry = &guests->entries[i];

        if ( !entry->has_sbdf )
            continue;
        check_twice(guests, i);
        if ( entry->problems & GUEST_BRIDGE )
            continue;
        check_shared(guests, i, snapshot);
        if ( !(entry->problems & GUEST_SHARED) && !entry->hidden )
            check_alone(guests, entry, snapshot);
    }
}
