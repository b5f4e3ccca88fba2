/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which devices moved to another SBDF, also by leaving and coming back.
 */
#include <stdlib.h>

#include "agree/difference.h"
#include "array.h"
#include "renumbering.h"

void departed_init(struct departed *departed)
{
    *departed = (struct departed){ .devices = NULL };
}

void departed_dispose(struct departed *departed)
{
    size_t i;

    for ( i = 0; i < departed->count; i++ )
        free(departed->devices[i].path);
    free(departed->devices);
    departed_init(departed);
}

static void forget(struct departed *departed, size_t index)
{
    struct departed_device *device = &departed->devices[index];

    free(device->path);
    memmove(device, device + 1,
            (departed->count - index - 1) * sizeof(*device));
    departed->count--;
}

/* Where it is, or `count`: it is not there. */
static size_t find(const struct departed *departed, const char *path)
{
    size_t i;

    for ( i = 0; i < departed->count; i++ )
        if ( !strcmp(departed->devices[i].path, path) )
            break;

    return i;
}

int departed_went(struct departed *departed, const struct xpci_snapshot *before,
                  const struct xpci_device_info *device)
{
    char text[XPCI_PATH_LENGTH];
    struct departed_device fresh = { .device = *device };
    size_t index;

    fresh.path = strdup(xpci_path_format(text, before, device->sbdf));
    if ( !fresh.path )
        return -ENOMEM;
    index = find(departed, fresh.path);
    if ( index < departed->count )
        forget(departed, index);
    if ( departed->count == DEPARTED_MOST )
        forget(departed, 0);
    if ( ARRAY_APPEND(departed->devices, departed->count, fresh) )
        return 0;
    free(fresh.path);

    return -ENOMEM;
}

bool departed_came(struct departed *departed, const struct xpci_snapshot *now,
                   const struct xpci_device_info *device, uint32_t *from)
{
    char path[XPCI_PATH_LENGTH];
    size_t index = find(departed, xpci_path_format(path, now, device->sbdf));
    bool same;

    if ( index == departed->count )
        return false;
    same = identity_same_device(&departed->devices[index].device, device);
    *from = departed->devices[index].device.sbdf;
    forget(departed, index);

    return same;
}

void moves_init(struct moves *moves)
{
    *moves = (struct moves){ .moves = NULL };
}

void moves_dispose(struct moves *moves)
{
    free(moves->moves);
    departed_dispose(&moves->departed);
    moves_init(moves);
}

static int compare_from(const void *first, const void *second)
{
    const struct move *a = first, *b = second;

    return a->from < b->from ? -1 : a->from > b->from;
}

static int compare_to(const void *first, const void *second)
{
    const struct move *a = first, *b = second;

    return a->to < b->to ? -1 : a->to > b->to;
}

/* What moved, and what came back elsewhere; what went is remembered. */
static int take_moved(struct moves *moves, struct move *found, size_t *count,
                      const struct differences *differences,
                      const struct xpci_snapshot *before,
                      const struct xpci_snapshot *now)
{
    size_t i;
    int rc = 0;

    for ( i = 0; i < differences->count; i++ )
    {
        const struct difference *difference = &differences->items[i];
        uint32_t from;

        if ( difference->kind == DIFFERENCE_MOVED )
            found[(*count)++] = (struct move){ difference->before->sbdf,
                                               difference->after->sbdf };
        else if ( difference->kind == DIFFERENCE_CAME &&
                  departed_came(&moves->departed, now, difference->after,
                                &from) &&
                  from != difference->after->sbdf )
            found[(*count)++] = (struct move){ from, difference->after->sbdf };
        else if ( difference->kind == DIFFERENCE_WENT &&
                  departed_went(&moves->departed, before, difference->before) )
            rc = -ENOMEM;
    }

    return rc;
}

/*
 * Old moves go on with the new ones: `all` has room for both, and gets each
 * device once, from where it was first.  Returns how many.
 */
static size_t compose(struct move *all, struct move *old, size_t old_count,
                      const struct move *found, size_t found_count)
{
    size_t i, count = 0;

    if ( old_count )
        qsort(old, old_count, sizeof(*old), compare_to);
    for ( i = 0; i < found_count; i++ )
    {
        const struct move key = { .to = found[i].from };
        struct move *first =
            old_count ? bsearch(&key, old, old_count, sizeof(*old), compare_to)
                      : NULL;

        all[count] = found[i];
        if ( first )
        {
            all[count].from = first->from;
            first->from = first->to;
        }
        count += all[count].from != all[count].to;
    }
    for ( i = 0; i < old_count; i++ )
        if ( old[i].from != old[i].to )
            all[count++] = old[i];
    if ( count )
        qsort(all, count, sizeof(*all), compare_from);

    return count;
}

/* Takes `found` in.  0 or -ENOMEM. */
static int take_in(struct moves *moves, const struct move *found, size_t count,
                   time_t when)
{
    size_t old_count = when - moves->when <= MOVES_TOGETHER ? moves->count : 0;
    struct move *all = calloc(old_count + count, sizeof(*all));

    if ( !all )
        return -ENOMEM;
    moves->count = compose(all, moves->moves, old_count, found, count);
    free(moves->moves);
    moves->moves = all;
    moves->when = when;
    moves->total += count;

    return 0;
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

        if ( a->sbdf != b->sbdf ||
             (identity_compare(a, b) & (IDENTITY_DEVICE | IDENTITY_NUMBERS)) )
            return false;
    }

    return true;
}

int moves_find(struct moves *moves, const struct xpci_snapshot *before,
               const struct xpci_snapshot *now, time_t when)
{
    const struct difference_side old = { before, NULL }, fresh = { now, NULL };
    struct differences differences;
    struct move *found = NULL;
    size_t count = 0;
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
    rc = take_moved(moves, found, &count, &differences, before, now);
    if ( count && take_in(moves, found, count, when) )
        rc = -ENOMEM;

out:
    free(found);
    differences_dispose(&differences);

    return rc;
}
