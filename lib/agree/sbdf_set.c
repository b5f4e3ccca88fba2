/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arrays sorted by SBDF: binary search, insertion, removal, and sets.
 */
#include <stdlib.h>

#include "array.h"
#include "sbdf_set.h"

static uint32_t sbdf_of(const void *item)
{
    uint32_t sbdf;

    memcpy(&sbdf, item, sizeof(sbdf));

    return sbdf;
}

int sorted_compare(const void *first, const void *second)
{
    uint32_t a = sbdf_of(first), b = sbdf_of(second);

    return a < b ? -1 : a > b;
}

/* The index of an item, or the index at which to insert it. */
static size_t index_of(const char *items, size_t count, size_t size,
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
    size_t index = index_of(items, count, size, sbdf);
    char *item;

    /* Where there is no item, there may be no array. */
    if ( index == count )
        return NULL;
    item = (char *)items + index * size;

    return sbdf_of(item) == sbdf ? item : NULL;
}

void *sorted_insert(void *items, size_t *count, size_t size, uint32_t sbdf)
{
    size_t index = index_of(items, *count, size, sbdf);
    char *item;

    items = array_grow(items, *count, size);
    if ( !items )
        return NULL;
    item = (char *)items + index * size;
    memmove(item + size, item, (*count - index) * size);
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

void sbdf_set_init(struct sbdf_set *set)
{
    *set = (struct sbdf_set){ 0 };
}

void sbdf_set_dispose(struct sbdf_set *set)
{
    free(set->sbdf);
    sbdf_set_init(set);
}

int sbdf_set_add(struct sbdf_set *set, uint32_t sbdf)
{
    return ARRAY_APPEND(set->sbdf, set->count, sbdf) ? 0 : -ENOMEM;
}

void sbdf_set_sort(struct sbdf_set *set)
{
    size_t i, kept = 0;

    if ( !set->count )
        return;
    qsort(set->sbdf, set->count, sizeof(*set->sbdf), sorted_compare);
    for ( i = 1; i < set->count; i++ )
    {
        if ( set->sbdf[i] != set->sbdf[kept] )
            set->sbdf[++kept] = set->sbdf[i];
    }
    set->count = kept + 1;
}

bool sbdf_set_has(const struct sbdf_set *set, uint32_t sbdf)
{
    return sorted_find(set->sbdf, set->count, sizeof(*set->sbdf), sbdf);
}

int sbdf_set_insert(struct sbdf_set *set, uint32_t sbdf)
{
    uint32_t *members;

    if ( sbdf_set_has(set, sbdf) )
        return 0;
    members = sorted_insert(set->sbdf, &set->count, sizeof(*members), sbdf);
    if ( !members )
        return -ENOMEM;
    set->sbdf = members;

    return 0;
}

void sbdf_set_remove(struct sbdf_set *set, uint32_t sbdf)
{
    sorted_remove(set->sbdf, &set->count, sizeof(*set->sbdf), sbdf);
}
