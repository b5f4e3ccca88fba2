/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps a set of stable paths.
 */
#include "quarantine.h"

/* Where a path belongs; its lowest bit is always set. */
static uint32_t home_of(uint64_t path, uint32_t room)
{
    return (uint32_t)(path >> 1) & (room - 1U);
}

static uint32_t next_slot(uint32_t slot, uint32_t room)
{
    return (slot + 1U) & (room - 1U);
}

/* The slot of a path, or the free one where it belongs.  There is one. */
static uint32_t find(const uint64_t *paths, uint32_t room, uint64_t path)
{
    uint32_t slot = home_of(path, room);

    while ( paths[slot] && paths[slot] != path )
        slot = next_slot(slot, room);

    return slot;
}

int xpci_quarantine_reserve(struct xpci *xpci, struct xpci_segment *segment,
                            uint32_t count)
{
    const struct xpci_host *host = xpci->host;
    uint32_t room = segment->quarantine_room, slot;
    uint64_t *paths;

    if ( !count )
        return 0;
    if ( !room )
        room = XPCI_QUARANTINE_ROOM;
    while ( room < XPCI_QUARANTINE_ROOM_MOST &&
            room / 2U < segment->quarantine_count + count )
        room *= 2U;
    if ( room / 2U < segment->quarantine_count + count )
        return -ENOMEM;
    if ( room == segment->quarantine_room )
        return 0;

    paths = xpci_alloc(xpci, room * sizeof(*paths));
    if ( !paths )
        return -ENOMEM;
    for ( slot = 0; slot < segment->quarantine_room; slot++ )
        if ( segment->quarantine[slot] )
            paths[find(paths, room, segment->quarantine[slot])] =
                segment->quarantine[slot];
    if ( segment->quarantine && host->free )
        host->free(host->data, segment->quarantine,
                   segment->quarantine_room * sizeof(*paths));
    segment->quarantine = paths;
    segment->quarantine_room = room;

    return 0;
}

void xpci_quarantine_add(struct xpci_segment *segment, uint64_t path)
{
    uint32_t slot;

    if ( xpci_quarantine_has(segment, path) )
        return;
    if ( segment->quarantine_count >= segment->quarantine_room / 2U )
    {
        segment->paths_lost = true;
        return;
    }
    slot = find(segment->quarantine, segment->quarantine_room, path);
    segment->quarantine[slot] = path;
    segment->quarantine_count++;
}

bool xpci_quarantine_has(const struct xpci_segment *segment, uint64_t path)
{
    const uint64_t *paths = segment->quarantine;

    return segment->quarantine_count &&
           paths[find(paths, segment->quarantine_room, path)] == path;
}

/* What belongs before a free slot moves there, so that it is still found. */
static void close_up(uint64_t *paths, uint32_t room, uint32_t hole)
{
    uint32_t slot = next_slot(hole, room);

    for ( ; paths[slot]; slot = next_slot(slot, room) )
    {
        uint32_t from_home = slot - home_of(paths[slot], room);

        if ( (from_home & (room - 1U)) < ((slot - hole) & (room - 1U)) )
            continue;
        paths[hole] = paths[slot];
        hole = slot;
    }
    paths[hole] = 0;
}

bool xpci_quarantine_delete(struct xpci_segment *segment, uint64_t path)
{
    uint64_t *paths = segment->quarantine;

    if ( !xpci_quarantine_has(segment, path) )
        return false;
    close_up(paths, segment->quarantine_room,
             find(paths, segment->quarantine_room, path));
    segment->quarantine_count--;

    return true;
}

bool xpci_quarantine_take(struct xpci_segment *segment, uint64_t path)
{
    return xpci_quarantine_delete(segment, path) || segment->paths_lost;
}
