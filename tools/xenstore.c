/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading xenstore: subtrees, and the renumbering that the daemon reports.
 */
#include <stdio.h>
#include <stdlib.h>

#include <xenstore.h>

#include "message.h"
#include "xenstore.h"

/* xenstored refuses longer ones. */
#define PATH_MOST 3072

struct xs_handle *xenstore_open(void)
{
    return xs_open(0);
}

void xenstore_close(struct xs_handle *handle)
{
    if ( handle )
        xs_close(handle);
}

static int failed(void)
{
    return errno ? -errno : -EIO;
}

/* A walk of a part of xenstore. */
struct walk {
    struct xs_handle *handle;
    xs_transaction_t transaction;
    struct tree *tree;
    char path[PATH_MOST + 1];
    size_t root; /* length of the path that keys are relative to */
};

/* Guests' names among them: what is not text is replaced. */
static int take_value(struct walk *walk)
{
    unsigned int length;
    char *value;
    int rc;

    errno = 0;
    value = xs_read(walk->handle, walk->transaction, walk->path, &length);
    if ( !value )
        return failed();
    rc = walk->tree->count < XENSTORE_MOST
             ? tree_add(walk->tree, walk->path + walk->root, "%s",
                        text_clean(value))
             : -E2BIG;
    free(value);

    return rc;
}

/* As deep as XENSTORE_DEPTH, no deeper. */
static int walk_below(struct walk *walk, unsigned int depth)
{
    size_t length = strlen(walk->path);
    unsigned int count, i;
    char **names;
    int rc = 0;

    if ( depth > XENSTORE_DEPTH )
        return -E2BIG;
    errno = 0;
    names = xs_directory(walk->handle, walk->transaction, walk->path, &count);
    if ( !names )
        return failed();
    for ( i = 0; !rc && i < count; i++ )
    {
        size_t room = sizeof(walk->path) - length;

        if ( (size_t)snprintf(walk->path + length, room, "/%s", names[i]) >=
             room )
            rc = -ENAMETOOLONG;
        if ( !rc )
            rc = take_value(walk);
        if ( !rc )
            rc = walk_below(walk, depth + 1);
        walk->path[length] = '\0';
    }
    free(names);

    return rc;
}

int xenstore_read(struct xs_handle *handle, const char *path, struct tree *tree)
{
    struct walk walk = { .handle = handle, .tree = tree };
    int rc;

    if ( strlen(path) + 1 > PATH_MOST )
        return -ENAMETOOLONG;
    do
    {
        strcpy(walk.path, path);
        walk.root = strlen(path) + 1;
        tree_dispose(tree);
        tree_init(tree);
        errno = 0;
        walk.transaction = xs_transaction_start(handle);
        if ( walk.transaction == XBT_NULL )
            return failed();
        rc = walk_below(&walk, 0);
        errno = 0;
        if ( !xs_transaction_end(handle, walk.transaction, rc) && !rc )
            rc = failed();
    } while ( rc == -EAGAIN );
    tree_sort(tree);

    return rc;
}

static int compare_entry(const void *key, const void *entry)
{
    return strcmp(key, ((const struct tree_entry *)entry)->key);
}

const char *xenstore_value(const struct tree *tree, const char *key)
{
    const struct tree_entry *found = NULL;

    if ( tree->count )
        found = bsearch(key, tree->entries, tree->count, sizeof(*found),
                        compare_entry);

    return found ? found->value : NULL;
}

void renumbering_init(struct renumbering *renumbering)
{
    *renumbering = (struct renumbering){ .when = "never" };
}

void renumbering_dispose(struct renumbering *renumbering)
{
    free(renumbering->moves);
    renumbering_init(renumbering);
}

bool renumbering_parse(const char *text, struct renumbered *move)
{
    char from[XPCI_SBDF_LENGTH], to[XPCI_SBDF_LENGTH], more;

    return sscanf(text, "%15s %15s%c", from, to, &more) == 2 &&
           !xpci_sbdf_parse(from, &move->from) &&
           !xpci_sbdf_parse(to, &move->to);
}

int renumbering_read(struct renumbering *renumbering, struct xs_handle *handle,
                     const char *path)
{
    char below[PATH_MOST];
    struct tree tree;
    size_t i;
    int rc;

    tree_init(&tree);
    if ( (size_t)snprintf(below, sizeof(below), "%s/renumbering", path) >=
         sizeof(below) )
        return -ENAMETOOLONG;
    rc = xenstore_read(handle, below, &tree);
    if ( rc )
        goto out;
    renumbering->moves = calloc(tree.count + 1, sizeof(*renumbering->moves));
    if ( !renumbering->moves )
    {
        rc = -ENOMEM;
        goto out;
    }
    for ( i = 0; i < tree.count; i++ )
    {
        const struct tree_entry *entry = &tree.entries[i];

        if ( !strcmp(entry->key, "time") )
            snprintf(renumbering->when, sizeof(renumbering->when), "%.31s",
                     entry->value);
        else if ( renumbering_parse(entry->value,
                                    &renumbering->moves[renumbering->count]) )
            renumbering->count++;
    }

out:
    tree_dispose(&tree);

    return rc == -ENOENT ? 0 : rc;
}

bool renumbering_to(const struct renumbering *renumbering, uint32_t from,
                    uint32_t *to)
{
    size_t i;

    for ( i = 0; i < renumbering->count; i++ )
    {
        *to = renumbering->moves[i].to;
        if ( renumbering->moves[i].from == from )
            return true;
    }

    return false;
}

bool renumbering_from(const struct renumbering *renumbering, uint32_t to,
                      uint32_t *from)
{
    size_t i;

    for ( i = 0; i < renumbering->count; i++ )
    {
        *from = renumbering->moves[i].from;
        if ( renumbering->moves[i].to == to )
            return true;
    }

    return false;
}
