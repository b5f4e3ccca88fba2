/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "sbdf_set.h"

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
    if ( set->count == set->room )
    {
        size_t room = set->room ? set->room * 2 : 16;
        uint32_t *bigger = realloc(set->sbdf, room * sizeof(*bigger));

        if ( !bigger )
            return -ENOMEM;
        set->sbdf = bigger;
        set->room = room;
    }
    set->sbdf[set->count++] = sbdf;

    return 0;
}

static int compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

void sbdf_set_sort(struct sbdf_set *set)
{
    size_t i, kept = 0;

    if ( !set->count )
        return;
    qsort(set->sbdf, set->count, sizeof(*set->sbdf), compare);
    for ( i = 1; i < set->count; i++ )
    {
        if ( set->sbdf[i] != set->sbdf[kept] )
            set->sbdf[++kept] = set->sbdf[i];
    }
    set->count = kept + 1;
}

bool sbdf_set_has(const struct sbdf_set *set, uint32_t sbdf)
{
    return set->count &&
           bsearch(&sbdf, set->sbdf, set->count, sizeof(*set->sbdf), compare);
}
