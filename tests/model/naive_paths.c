/* SPDX-License-Identifier: GPL-2.0-only */
#include "naive_paths.h"

#include "grow.h"

#include <stdlib.h>
#include <string.h>

void paths_init(struct paths *paths)
{
    memset(paths, 0, sizeof(*paths));
}

void paths_dispose(struct paths *paths)
{
    free(paths->nodes);
    paths_init(paths);
}

int paths_intern(struct paths *paths, enum path_kind kind, int parent,
                 unsigned int step)
{
    unsigned int bucket =
        ((unsigned int)parent * 31U + step * 7U + kind) % PATH_BUCKETS;
    int i;

    for ( i = paths->first[bucket]; i; i = paths->nodes[i].next )
        if ( paths->nodes[i].kind == kind && paths->nodes[i].parent == parent &&
             paths->nodes[i].step == step )
            return i;
    if ( !paths->count )
        paths->count = 1;
    paths->nodes = grow(paths->nodes, paths->count + 1, &paths->room,
                        sizeof(*paths->nodes));
    i = (int)paths->count++;
    paths->nodes[i] =
        (struct path_node){ kind, parent, step, paths->first[bucket] };
    paths->first[bucket] = i;
    return i;
}

void path_set_dispose(struct path_set *set)
{
    free(set->entries);
    memset(set, 0, sizeof(*set));
}

void path_set_copy(struct path_set *to, const struct path_set *from)
{
    to->entries =
        grow(to->entries, from->count + 1, &to->room, sizeof(*to->entries));
    to->count = from->count;
    if ( from->count )
        memcpy(to->entries, from->entries,
               from->count * sizeof(*from->entries));
}

bool path_set_has(const struct path_set *set, int path)
{
    size_t i;

    for ( i = 0; i < set->count; i++ )
        if ( set->entries[i] == path )
            return true;
    return false;
}

void path_set_add(struct path_set *set, int path)
{
    if ( path_set_has(set, path) )
        return;
    set->entries =
        grow(set->entries, set->count + 1, &set->room, sizeof(*set->entries));
    set->entries[set->count++] = path;
}

bool path_set_delete(struct path_set *set, int path)
{
    size_t i;

    for ( i = 0; i < set->count; i++ )
        if ( set->entries[i] == path )
        {
            set->entries[i] = set->entries[--set->count];
            return true;
        }
    return false;
}
