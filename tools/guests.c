/* SPDX-License-Identifier: GPL-2.0-only */
/* What guests are given, against the topology. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "array.h"
#include "guests.h"

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
        free(guests->configs[i].text);
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

/*
 * A config that was written after the daemon saw the renumbering means what
 * it says; with --from, somebody says that it is older.
 */
static bool is_newer(const struct guests *guests,
                     const struct guest_entry *entry,
                     const struct history *history)
{
    struct tm utc = { 0 };
    const char *end =
        strptime(history->renumbering.when, "%Y-%m-%dT%H:%M:%SZ", &utc);

    return !history->has_before && entry->config != GUEST_RUNNING && end &&
           guests->configs[entry->config].changed >= timegm(&utc);
}

static void check_history(const struct guests *guests,
                          struct guest_entry *entry,
                          const struct history *history)
{
    if ( is_newer(guests, entry, history) )
        return;
    switch ( history_fate(history, entry->sbdf, &entry->now) )
    {
    case FATE_MOVED:
        entry->problems |= GUEST_MOVED;
        break;
    case FATE_GONE:
    case FATE_REPLACED:
        entry->problems |= GUEST_GONE;
        break;
    default:
        break;
    }
}

/* A VF reads ffff as its vendor; where no PF tells, that is all there is. */
static bool is_orphan(const struct xpci_snapshot *snapshot,
                      const struct xpci_device_info *device)
{
    if ( !(device->flags & XPCI_VIRTFN) )
        return device->vendor == 0xffff;
    return !xpci_snapshot_device(snapshot, device->physfn);
}

/* What the entry names, once it is corrected. */
static uint32_t meant(const struct guest_entry *entry)
{
    return entry->problems & GUEST_MOVED ? entry->now : entry->sbdf;
}

static void check_device(struct guest_entry *entry,
                         const struct xpci_snapshot *snapshot)
{
    const struct xpci_device_info *device =
        xpci_snapshot_device(snapshot, meant(entry));

    if ( !device )
    {
        if ( !(entry->problems & GUEST_GONE) )
            entry->problems |= GUEST_STALE;
        return;
    }
    if ( device->flags & XPCI_BRIDGE )
        entry->problems |= GUEST_BRIDGE;
    else if ( is_orphan(snapshot, device) )
        entry->problems |= GUEST_ORPHAN;
}

static const struct xpci_bus_info *aliased_bus(
    const struct guest_entry *entry, const struct xpci_snapshot *snapshot)
{
    uint32_t sbdf = meant(entry);
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
             !strcmp(guests->entries[i].guest, entry->guest) )
            continue;
        other = aliased_bus(&guests->entries[i], snapshot);
        if ( !other || other->upstream != bus->upstream )
            continue;
        entry->problems |= GUEST_SHARED;
        entry->shared = i;
        break;
    }
}

void guests_check(struct guests *guests, const struct history *history)
{
    const struct xpci_snapshot *snapshot = &history->now.snapshot;
    size_t i;

    for ( i = 0; i < guests->count; i++ )
    {
        struct guest_entry *entry = &guests->entries[i];

        if ( !entry->has_sbdf )
        {
            entry->problems = GUEST_UNKNOWN;
            continue;
        }
        check_history(guests, entry, history);
        check_device(entry, snapshot);
    }
    for ( i = 0; i < guests->count; i++ )
        if ( guests->entries[i].has_sbdf &&
             !(guests->entries[i].problems & GUEST_BRIDGE) )
            check_shared(guests, i, snapshot);
}
