/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "moves.h"

void moves_init(struct moves *moves)
{
    *moves = (struct moves){ .moves = NULL };
}

void moves_dispose(struct moves *moves)
{
    free(moves->moves);
    moves_init(moves);
}

struct placed {
    char *path;
    const struct xpci_device_info *device;
};

struct places {
    struct placed *placed;
    size_t count;
};

static void places_dispose(struct places *places)
{
    size_t i;

    for ( i = 0; i < places->count; i++ )
        free(places->placed[i].path);
    free(places->placed);
    *places = (struct places){ NULL, 0 };
}

static int compare_placed(const void *first, const void *second)
{
    const struct placed *a = first, *b = second;

    return strcmp(a->path, b->path);
}

static int places_of(struct places *places,
                     const struct xpci_snapshot *snapshot)
{
    char path[XPCI_PATH_LENGTH];
    size_t i;

    *places = (struct places){ NULL, 0 };
    if ( !snapshot->device_count )
        return 0;
    places->placed = calloc(snapshot->device_count, sizeof(struct placed));
    if ( !places->placed )
        return -ENOMEM;
    for ( i = 0; i < snapshot->device_count; i++ )
    {
        const struct xpci_device_info *device = &snapshot->devices[i];

        xpci_path_format(path, snapshot, device->sbdf);
        places->placed[i].path = strdup(path);
        if ( !places->placed[i].path )
        {
            places_dispose(places);
            return -ENOMEM;
        }
        places->placed[i].device = device;
        places->count++;
    }
    qsort(places->placed, places->count, sizeof(struct placed), compare_placed);

    return 0;
}

static bool same_device(const struct xpci_device_info *a,
                        const struct xpci_device_info *b)
{
    return a->vendor == b->vendor && a->device == b->device &&
           a->class_revision == b->class_revision && a->type == b->type;
}

static int compare_moves(const void *first, const void *second)
{
    const struct move *a = first, *b = second;

    return a->from < b->from ? -1 : a->from > b->from;
}

/* Both are sorted by path: walk them side by side. */
static size_t match(struct move *found, const struct places *before,
                    const struct places *now)
{
    size_t i = 0, j = 0, count = 0;

    while ( i < before->count && j < now->count )
    {
        const struct placed *old = &before->placed[i];
        const struct placed *fresh = &now->placed[j];
        int order = strcmp(old->path, fresh->path);

        if ( !order && old->device->sbdf != fresh->device->sbdf &&
             same_device(old->device, fresh->device) )
            found[count++] =
                (struct move){ old->device->sbdf, fresh->device->sbdf };
        i += order <= 0;
        j += order >= 0;
    }

    return count;
}

/* The same numbers everywhere: nothing moved. */
static bool same_numbers(const struct xpci_snapshot *before,
                         const struct xpci_snapshot *now)
{
    size_t i;

    if ( before->device_count != now->device_count )
        return false;
    for ( i = 0; i < now->device_count; i++ )
    {
        const struct xpci_device_info *a = &before->devices[i];
        const struct xpci_device_info *b = &now->devices[i];

        if ( a->sbdf != b->sbdf || !same_device(a, b) ||
             a->secondary != b->secondary || a->subordinate != b->subordinate )
            return false;
    }

    return true;
}

int moves_find(struct moves *moves, const struct xpci_snapshot *before,
               const struct xpci_snapshot *now)
{
    struct places old = { NULL, 0 }, fresh = { NULL, 0 };
    struct move *found = NULL;
    size_t count;
    int rc = 0;

    if ( !before->device_count || same_numbers(before, now) )
        return 0;
    rc = places_of(&old, before);
    if ( rc )
        goto out;
    rc = places_of(&fresh, now);
    if ( rc )
        goto out;
    found = calloc(old.count, sizeof(*found));
    if ( !found )
    {
        rc = -ENOMEM;
        goto out;
    }
    count = match(found, &old, &fresh);
    if ( count )
    {
        qsort(found, count, sizeof(*found), compare_moves);
        free(moves->moves);
        moves->moves = found;
        moves->count = count;
        moves->when = time(NULL);
        moves->total += count;
        found = NULL;
    }

out:
    free(found);
    places_dispose(&old);
    places_dispose(&fresh);

    return rc;
}
