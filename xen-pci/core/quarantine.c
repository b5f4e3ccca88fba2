/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps a set of stable paths.
 */
#include "quarantine.h"

/* Where a path, or the first 0, is; NULL where it is not there. */
static uint64_t *find(const struct xpci_segment *segment, uint64_t path)
{
    struct xpci_path_chunk *chunk;
    unsigned int i;

    for ( chunk = segment->quarantine; chunk; chunk = chunk->next )
        for ( i = 0; i < XPCI_CHUNK_PATHS; i++ )
            if ( chunk->path[i] == path )
                return &chunk->path[i];

    return NULL;
}

int xpci_quarantine_reserve(struct xpci *xpci, struct xpci_segment *segment,
                            uint32_t count)
{
    struct xpci_path_chunk *chunk;
    uint32_t room = 0, chunks = 0;
    unsigned int i;

    if ( !count )
        return 0;

    for ( chunk = segment->quarantine; chunk; chunk = chunk->next, chunks++ )
        for ( i = 0; i < XPCI_CHUNK_PATHS; i++ )
            room += !chunk->path[i];

    while ( room < count )
    {
        if ( ++chunks > XPCI_PATH_CHUNKS_MAX )
            return -ENOMEM;
        chunk = xpci_alloc(xpci, sizeof(*chunk));
        if ( !chunk )
            return -ENOMEM;
        chunk->next = segment->quarantine;
        segment->quarantine = chunk;
        room += XPCI_CHUNK_PATHS;
    }

    return 0;
}

void xpci_quarantine_add(struct xpci_segment *segment, uint64_t path)
{
    uint64_t *slot = find(segment, path);

    if ( !slot )
        slot = find(segment, 0);
    if ( slot )
        *slot = path;
    else
        segment->paths_lost = true;
}

bool xpci_quarantine_has(const struct xpci_segment *segment, uint64_t path)
{
    return find(segment, path);
}

bool xpci_quarantine_delete(struct xpci_segment *segment, uint64_t path)
{
    uint64_t *slot = find(segment, path);

    if ( slot )
        *slot = 0;

    return slot;
}

bool xpci_quarantine_take(struct xpci_segment *segment, uint64_t path)
{
    return xpci_quarantine_delete(segment, path) || segment->paths_lost;
}
