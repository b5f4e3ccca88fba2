/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>

#include "failing.h"
#include "fake_store.h"

/* What the real one takes as a name, and as a message. */
static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/_@";
#define MESSAGE_MOST 4096

static struct fake_store *fake_of(const struct store *store)
{
    return (struct fake_store *)store;
}

/* Every call can be the one at which the connection breaks. */
static int call(struct fake_store *fake)
{
    fake->calls++;
    if ( !fake->connected )
        return -EBADF;
    if ( fake->fail_at && fake->calls == fake->fail_at )
    {
        fake->connected = false;
        return -EPIPE;
    }

    return 0;
}

static struct tree_entry *find(const struct tree *tree, const char *path)
{
    size_t i;

    for ( i = 0; i < tree->count; i++ )
    {
        if ( !strcmp(tree->entries[i].key, path) )
            return &tree->entries[i];
    }

    return NULL;
}

static void copy(struct tree *to, const struct tree *from)
{
    size_t i;

    failing_pause();
    tree_dispose(to);
    for ( i = 0; i < from->count; i++ )
    {
        if ( tree_add(to, from->entries[i].key, "%s", from->entries[i].value) )
            abort();
    }
    failing_resume();
}

static char *duplicate(const char *text)
{
    char *copied;

    failing_pause();
    copied = strdup(text);
    failing_resume();
    if ( !copied )
        abort();

    return copied;
}

static void put(struct tree *tree, const char *path, const char *value)
{
    struct tree_entry *there = find(tree, path);

    failing_pause();
    if ( there )
    {
        free(there->value);
        there->value = duplicate(value);
    }
    else if ( tree_add(tree, path, "%s", value) )
        abort();
    failing_resume();
}

static struct tree *current(struct fake_store *fake)
{
    return fake->in_transaction ? &fake->inside : &fake->nodes;
}

static int fake_connect(struct store *store)
{
    struct fake_store *fake = fake_of(store);

    fake->connects++;
    if ( fake->down )
        return -ECONNREFUSED;
    fake->connected = true;

    return call(fake);
}

static void fake_disconnect(struct store *store)
{
    struct fake_store *fake = fake_of(store);

    fake->connected = false;
    fake->in_transaction = false;
    tree_dispose(&fake->inside);
    free(fake->watched);
    fake->watched = NULL;
}

static int fake_fd(const struct store *store)
{
    (void)store;

    return -1;
}

static int fake_begin(struct store *store)
{
    struct fake_store *fake = fake_of(store);
    int rc = call(fake);

    if ( rc )
        return rc;
    if ( fake->in_transaction )
        return -EBUSY;
    fake->in_transaction = true;
    copy(&fake->inside, &fake->nodes);

    return 0;
}

static int fake_commit(struct store *store)
{
    struct fake_store *fake = fake_of(store);
    int rc = call(fake);

    fake->in_transaction = false;
    if ( rc )
        return rc;
    if ( fake->conflicts )
    {
        fake->conflicts--;
        return -EAGAIN;
    }
    copy(&fake->nodes, &fake->inside);
    fake->commits++;

    return 0;
}

static void fake_abandon(struct store *store)
{
    fake_of(store)->in_transaction = false;
}

static int fake_write(struct store *store, const char *path, const char *value)
{
    struct fake_store *fake = fake_of(store);
    int rc = call(fake);

    if ( rc )
        return rc;
    if ( strspn(path, allowed) != strlen(path) )
        return -EINVAL;
    if ( strlen(path) + strlen(value) + 2 > MESSAGE_MOST )
        return -E2BIG;
    put(current(fake), path, value);
    fake->writes++;

    return 0;
}

static int fake_remove(struct store *store, const char *path)
{
    struct fake_store *fake = fake_of(store);
    struct tree *tree = current(fake);
    size_t i, kept = 0, length = strlen(path);
    int rc = call(fake);

    if ( rc )
        return rc;
    for ( i = 0; i < tree->count; i++ )
    {
        struct tree_entry *entry = &tree->entries[i];

        if ( !strncmp(entry->key, path, length) &&
             (!entry->key[length] || entry->key[length] == '/') )
        {
            free(entry->key);
            free(entry->value);
        }
        else
            tree->entries[kept++] = *entry;
    }
    rc = kept == tree->count ? -ENOENT : 0;
    tree->count = kept;

    return rc;
}

static int fake_read(struct store *store, const char *path, char **value)
{
    struct fake_store *fake = fake_of(store);
    const struct tree_entry *entry;
    int rc = call(fake);

    *value = NULL;
    if ( rc )
        return rc;
    entry = find(current(fake), path);
    if ( !entry )
        return -ENOENT;
    *value = duplicate(entry->value);

    return 0;
}

static int fake_protect(struct store *store, const char *path)
{
    struct fake_store *fake = fake_of(store);
    int rc = call(fake);

    if ( rc )
        return rc;
    free(fake->protected);
    fake->protected = duplicate(path);

    return 0;
}

static int fake_watch(struct store *store, const char *path)
{
    struct fake_store *fake = fake_of(store);
    int rc = call(fake);

    if ( rc )
        return rc;
    free(fake->watched);
    fake->watched = duplicate(path);
    fake->fired = true;

    return 0;
}

static int fake_next_watch(struct store *store)
{
    struct fake_store *fake = fake_of(store);
    int rc = call(fake);

    if ( rc )
        return rc;
    rc = fake->fired;
    fake->fired = false;

    return rc;
}

static void fake_close(struct store *store)
{
    fake_of(store)->closed = true;
}

static const struct store_ops fake_ops = {
    .connect = fake_connect,
    .disconnect = fake_disconnect,
    .watch_fd = fake_fd,
    .alive_fd = fake_fd,
    .begin = fake_begin,
    .commit = fake_commit,
    .abandon = fake_abandon,
    .write = fake_write,
    .remove = fake_remove,
    .read = fake_read,
    .protect = fake_protect,
    .watch = fake_watch,
    .next_watch = fake_next_watch,
    .close = fake_close,
};

void fake_store_init(struct fake_store *fake)
{
    *fake = (struct fake_store){ .store = { &fake_ops } };
    tree_init(&fake->nodes);
    tree_init(&fake->inside);
}

void fake_store_dispose(struct fake_store *fake)
{
    tree_dispose(&fake->nodes);
    tree_dispose(&fake->inside);
    free(fake->watched);
    free(fake->protected);
    fake_store_init(fake);
}

const char *fake_store_get(const struct fake_store *fake, const char *path)
{
    const struct tree_entry *entry = find(&fake->nodes, path);

    return entry ? entry->value : NULL;
}

void fake_store_put(struct fake_store *fake, const char *path,
                    const char *value)
{
    put(&fake->nodes, path, value);
    if ( fake->watched && !strncmp(path, fake->watched, strlen(fake->watched)) )
        fake->fired = true;
}

void fake_store_crash(struct fake_store *fake)
{
    tree_dispose(&fake->nodes);
    tree_dispose(&fake->inside);
    fake->in_transaction = false;
    fake->connected = false;
    fake->down = true;
}
