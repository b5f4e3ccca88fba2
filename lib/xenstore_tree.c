/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys and values of a part of xenstore: sorting, and what differs.
 */
#include <stdarg.h>
#include <stdio.h>

#include "array.h"
#include "xenstore_tree.h"

void tree_init(struct tree *tree)
{
    *tree = (struct tree){ NULL, 0 };
}

void tree_dispose(struct tree *tree)
{
    size_t i;

    for ( i = 0; i < tree->count; i++ )
    {
        free(tree->entries[i].key);
        free(tree->entries[i].value);
    }
    free(tree->entries);
    tree_init(tree);
}

int tree_add(struct tree *tree, const char *key, const char *format, ...)
{
    struct tree_entry entry = { NULL, NULL };
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vasprintf(&entry.value, format, arguments);
    va_end(arguments);
    if ( length < 0 )
        return -ENOMEM;
    entry.key = strdup(key);
    if ( entry.key && ARRAY_APPEND(tree->entries, tree->count, entry) )
        return 0;
    free(entry.key);
    free(entry.value);

    return -ENOMEM;
}

static int compare(const void *first, const void *second)
{
    const struct tree_entry *a = first, *b = second;

    return strcmp(a->key, b->key);
}

void tree_sort(struct tree *tree)
{
    if ( tree->count )
        qsort(tree->entries, tree->count, sizeof(*tree->entries), compare);
}

int tree_difference(const struct tree *before, const struct tree *now,
                    tree_change *change, void *data)
{
    size_t i = 0, j = 0;
    int rc = 0;

    while ( !rc && (i < before->count || j < now->count) )
    {
        const struct tree_entry *old =
            i < before->count ? &before->entries[i] : NULL;
        const struct tree_entry *fresh =
            j < now->count ? &now->entries[j] : NULL;
        int order = !old ? 1 : !fresh ? -1 : compare(old, fresh);

        if ( order < 0 )
            rc = change(data, old->key, NULL);
        else if ( order || strcmp(old->value, fresh->value) )
            rc = change(data, fresh->key, fresh->value);
        i += order <= 0;
        j += order >= 0;
    }

    return rc;
}
