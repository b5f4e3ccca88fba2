/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake of Xen's hypfs: the tree of nodes, and the hypercall that reads one.
 */
#include <stdio.h>

#include "control.h"

struct direntry {
    uint32_t off_next;
    uint32_t size;
    char name[];
};
#define DIRENTRY_SIZE(length) \
    ((unsigned int)((sizeof(struct direntry) + (length) + 4U) & ~3U))

void (*fake_hypfs_between)(void);
static void *dyndata;
static bool locked;
static char *guest_end; /* of the room that the caller has */
static const struct hypfs_entry *entered[8];
static size_t depth;

/* --- The guest's memory ------------------------------------------------ */

int fake_copy_to_guest(struct fake_guest_handle to, const void *from,
                       size_t bytes)
{
    if ( fake_fails() )
        return (int)bytes;
    ASSERT(to.at && to.at + bytes <= guest_end);
    memcpy(to.at, from, bytes);

    return 0;
}

/* --- Nodes ------------------------------------------------------------- */

static const struct hypfs_entry *node_enter(const struct hypfs_entry *entry)
{
    return entry;
}

static void node_exit(const struct hypfs_entry *entry)
{
    ASSERT(entry);
}

static unsigned int node_getsize(const struct hypfs_entry *entry)
{
    return entry->size;
}

static int leaf_read(const struct hypfs_entry *entry,
                     struct fake_guest_handle uaddr)
{
    const struct hypfs_entry_leaf *leaf =
        container_of(entry, const struct hypfs_entry_leaf, e);

    return copy_to_guest(uaddr, (const char *)leaf->u.content, entry->size)
               ? -EFAULT
               : 0;
}

static int write_entry(struct fake_guest_handle *uaddr, const char *name,
                       unsigned int size, bool is_last)
{
    char buffer[64] = "";
    struct direntry *entry = (void *)buffer;
    unsigned int length = DIRENTRY_SIZE(strlen(name));

    ASSERT(length <= sizeof(buffer));
    entry->off_next = is_last ? 0 : length;
    entry->size = size;
    memcpy(entry->name, name, strlen(name) + 1);
    if ( copy_to_guest(*uaddr, buffer, length) )
        return -EFAULT;
    uaddr->at += length;

    return 0;
}

static int dir_read(const struct hypfs_entry *entry,
                    struct fake_guest_handle uaddr)
{
    const struct hypfs_entry_dir *dir =
        container_of(entry, const struct hypfs_entry_dir, e);
    const struct hypfs_entry *child, *inside;
    int rc;

    list_for_each_entry(child, &dir->dirlist, list)
    {
        inside = child->funcs->enter(child);
        if ( IS_ERR(inside) )
            return PTR_ERR(inside);
        rc = write_entry(&uaddr, child->name, child->funcs->getsize(child),
                         child->list.next == &dir->dirlist);
        child->funcs->exit(child);
        if ( rc )
            return rc;
    }

    return 0;
}

int hypfs_write_deny(struct hypfs_entry_leaf *leaf,
                     struct fake_guest_handle uaddr, unsigned int ulen)
{
    (void)leaf;
    (void)uaddr;
    (void)ulen;

    return -EACCES;
}

struct hypfs_entry *hypfs_leaf_findentry(const struct hypfs_entry_dir *dir,
                                         const char *name,
                                         unsigned int name_len)
{
    (void)dir;
    (void)name;
    (void)name_len;

    return ERR_PTR(-ENOTDIR);
}

static struct hypfs_entry *dir_findentry(const struct hypfs_entry_dir *dir,
                                         const char *name,
                                         unsigned int name_len)
{
    struct hypfs_entry *child;

    list_for_each_entry(
        child, &dir->dirlist,
        list) if ( strlen(child->name) == name_len &&
                   !strncmp(child->name, name, name_len) ) return child;

    return ERR_PTR(-ENOENT);
}

const struct hypfs_funcs hypfs_dir_funcs = {
    .enter = node_enter,
    .exit = node_exit,
    .read = dir_read,
    .write = hypfs_write_deny,
    .getsize = node_getsize,
    .findentry = dir_findentry,
};
const struct hypfs_funcs hypfs_leaf_ro_funcs = {
    .enter = node_enter,
    .exit = node_exit,
    .read = leaf_read,
    .write = hypfs_write_deny,
    .getsize = node_getsize,
    .findentry = hypfs_leaf_findentry,
};
HYPFS_DIR_INIT(hypfs_root, "");

static void add_entry(struct hypfs_entry_dir *parent, struct hypfs_entry *entry)
{
    ASSERT(entry->funcs->enter && entry->funcs->exit && entry->funcs->read &&
           entry->funcs->write && entry->funcs->getsize &&
           entry->funcs->findentry);
    ASSERT(IS_ERR(
        dir_findentry(parent, entry->name, (unsigned int)strlen(entry->name))));
    list_add_tail(&entry->list, &parent->dirlist);
    parent->e.size += DIRENTRY_SIZE(strlen(entry->name));
    entry->parent = &parent->e;
}

void hypfs_add_dir(struct hypfs_entry_dir *parent, struct hypfs_entry_dir *dir,
                   bool nofault)
{
    ASSERT(nofault);
    add_entry(parent, &dir->e);
}

void hypfs_add_leaf(struct hypfs_entry_dir *parent,
                    struct hypfs_entry_leaf *leaf, bool nofault)
{
    ASSERT(nofault && leaf->u.content);
    add_entry(parent, &leaf->e);
}

void hypfs_add_dyndir(struct hypfs_entry_dir *parent,
                      struct hypfs_entry_dir *template)
{
    template->e.parent = &parent->e;
}

void hypfs_string_set_reference(struct hypfs_entry_leaf *leaf, const char *text)
{
    leaf->u.content = text;
    leaf->e.size = (unsigned int)strlen(text) + 1;
}

/* --- Dynamic nodes ----------------------------------------------------- */

void *fake_hypfs_dyndata(size_t size)
{
    ASSERT(locked && !dyndata);
    dyndata = fake_alloc(size, true);

    return dyndata;
}

void *hypfs_get_dyndata(void)
{
    ASSERT(dyndata);

    return dyndata;
}

void hypfs_free_dyndata(void)
{
    xfree(dyndata);
    dyndata = NULL;
}

int hypfs_read_dyndir_id_entry(const struct hypfs_entry_dir *template,
                               unsigned int id, bool is_last,
                               struct fake_guest_handle *uaddr)
{
    ASSERT(!strchr(template->e.name, '%') && !id);

    return write_entry(uaddr, template->e.name,
                       template->e.funcs->getsize(&template->e), is_last);
}

static const struct hypfs_entry *dyndir_enter(const struct hypfs_entry *entry)
{
    ASSERT(entry == &((struct hypfs_dyndir_id *)dyndata)->dir.e);

    return entry;
}

static int dyndir_read(const struct hypfs_entry *entry,
                       struct fake_guest_handle uaddr)
{
    ASSERT(entry);

    return dir_read(&((struct hypfs_dyndir_id *)dyndata)->template->e, uaddr);
}

static struct hypfs_entry *dyndir_findentry(const struct hypfs_entry_dir *dir,
                                            const char *name,
                                            unsigned int name_len)
{
    ASSERT(dir);

    return dir_findentry(((struct hypfs_dyndir_id *)dyndata)->template, name,
                         name_len);
}

struct hypfs_entry *hypfs_gen_dyndir_id_entry(
    const struct hypfs_entry_dir *template, unsigned int id, void *data)
{
    struct hypfs_dyndir_id *made = hypfs_get_dyndata();

    made->template = template;
    made->id = id;
    made->data = data;
    made->dir = *template;
    made->dir.e.name = made->name;
    made->funcs = *template->e.funcs;
    made->funcs.enter = dyndir_enter;
    made->funcs.read = dyndir_read;
    made->funcs.findentry = dyndir_findentry;
    made->dir.e.funcs = &made->funcs;

    return &made->dir.e;
}

unsigned int hypfs_dynid_entry_size(const struct hypfs_entry *template,
                                    unsigned int id)
{
    ASSERT(!strchr(template->name, '%') && !id);

    return DIRENTRY_SIZE(strlen(template->name));
}

/* --- The hypercall ----------------------------------------------------- */

static int enter(const struct hypfs_entry *entry)
{
    const struct hypfs_entry *inside = entry->funcs->enter(entry);

    if ( IS_ERR(inside) )
        return PTR_ERR(inside);
    ASSERT(depth < ARRAY_SIZE(entered));
    entered[depth++] = entry;

    return 0;
}

static int find(const char *path, struct hypfs_entry **found)
{
    struct hypfs_entry *entry = &hypfs_root.e;
    size_t length;
    int rc;

    while ( *path == '/' && path[1] )
    {
        length = strcspn(++path, "/");
        rc = enter(entry);
        if ( rc )
            return rc;
        entry = entry->funcs->findentry(
            container_of(entry, struct hypfs_entry_dir, e), path,
            (unsigned int)length);
        if ( IS_ERR(entry) )
            return PTR_ERR(entry);
        path += length;
    }
    *found = entry;

    return enter(entry);
}

/* The names in a directory, a space after each. */
static void list_names(char *text)
{
    static char names[65536];
    const char *at = text;
    size_t length = 0;

    for ( ;; )
    {
        struct direntry head;

        memcpy(&head, at, sizeof(head));
        length += (size_t)snprintf(names + length, sizeof(names) - length,
                                   "%s ", at + sizeof(head));
        if ( !head.off_next )
            break;
        at += head.off_next;
    }
    memcpy(text, names, length + 1);
}

static int read_entry(const struct hypfs_entry *entry, char *text, size_t room)
{
    const unsigned int size = entry->funcs->getsize(entry);
    struct fake_guest_handle to = { text };
    int rc;

    if ( fake_hypfs_between )
        fake_hypfs_between();
    if ( size > room )
        return -ENOBUFS;
    guest_end = text + size;
    rc = entry->funcs->read(entry, to);
    if ( !rc && entry->type == XEN_HYPFS_TYPE_DIR && size )
        list_names(text);

    return rc;
}

int fake_hypfs_read(const char *path, char *text, size_t room)
{
    struct hypfs_entry *entry = NULL;
    int rc;

    locked = true;
    rc = find(path, &entry);
    if ( !rc )
        rc = read_entry(entry, text, room);
    while ( depth )
    {
        entry = (struct hypfs_entry *)entered[--depth];
        entry->funcs->exit(entry);
    }
    locked = false;
    ASSERT(!dyndata);

    return rc;
}
