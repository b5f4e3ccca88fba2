/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "../difference.h"
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

static int compare_moves(const void *first, const void *second)
{
    const struct move *a = first, *b = second;

    return a->from < b->from ? -1 : a->from > b->from;
}

/* Returns how many of them moved. */
static size_t take_moved(struct move *found,
                         const struct differences *differences)
{
    size_t i, count = 0;

    for ( i = 0; i < differences->count; i++ )
    {
        const struct difference *difference = &differences->items[i];

        if ( difference->kind == DIFFERENCE_MOVED )
            found[count++] = (struct move){ difference->before->sbdf,
                                            difference->after->sbdf };
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

        if ( a->sbdf != b->sbdf || !difference_same_device(a, b) ||
             a->secondary != b->secondary || a->subordinate != b->subordinate )
            return false;
    }

    return true;
}

int moves_find(struct moves *moves, const struct xpci_snapshot *before,
               const struct xpci_snapshot *now)
{
    const struct difference_side old = { before, NULL }, fresh = { now, NULL };
    struct differences differences;
    struct move *found = NULL;
    size_t count;
    int rc = 0;

    if ( !before->device_count || same_numbers(before, now) )
        return 0;
    differences_init(&differences);
    rc = differences_find(&differences, &old, &fresh);
    if ( rc || !differences.count )
        goto out;
    found = calloc(differences.count, sizeof(*found));
    if ( !found )
    {
        rc = -ENOMEM;
        goto out;
    }
    count = take_moved(found, &differences);
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
    differences_dispose(&differences);

    return rc;
}
