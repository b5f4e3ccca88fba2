/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "sorted.h"

#define ROOM_FIRST 16U

static uint32_t sbdf_of(const char *item)
{
    uint32_t sbdf;

    memcpy(&sbdf, item, sizeof(sbdf));

    return sbdf;
}

/* Where it is, or would be. */
static size_t place_of(const char *items, size_t count, size_t size,
                       uint32_t sbdf)
{
    size_t low = 0, high = count;

    while ( low < high )
    {
        size_t middle = low + (high - low) / 2;

        if ( sbdf_of(items + middle * size) < sbdf )
            low = middle + 1;
        else
            high = middle;
    }

    return low;
}

void *sorted_find(const void *items, size_t count, size_t size, uint32_t sbdf)
{
    size_t place = place_of(items, count, size, sbdf);
    char *item;

    /* Where there is no item, there may be no array. */
    if ( place == count )
        return NULL;
    item = (char *)items + place * size;

    return sbdf_of(item) == sbdf ? item : NULL;
}

void *sorted_insert(void *items, size_t *count, size_t *room, size_t size,
                    uint32_t sbdf)
{
    size_t place = place_of(items, *count, size, sbdf);
    char *item;

    if ( *count == *room )
    {
        size_t more = *room ? *room * 2 : ROOM_FIRST;
        void *bigger = reallocarray(items, more, size);

        if ( !bigger )
            return NULL;
        items = bigger;
        *room = more;
    }
    item = (char *)items + place * size;
    memmove(item + size, item, (*count - place) * size);
    memset(item, 0, size);
    memcpy(item, &sbdf, sizeof(sbdf));
    ++*count;

    return items;
}

void sorted_remove(void *items, size_t *count, size_t size, uint32_t sbdf)
{
    char *item = sorted_find(items, *count, size, sbdf);

    if ( !item )
        return;
    --*count;
    memmove(item, item + size, (char *)items + *count * size - item);
}
