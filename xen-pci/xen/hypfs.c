/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypfs directory /xen-pci (docs/hypfs.md).
 *
 * hypfs's lock is held in all of this, pcidevs_lock is taken inside it, and
 * nothing that runs under pcidevs_lock may call hypfs.  Of all dynamic nodes
 * on a path there is one buffer for each CPU, made when `segments` is entered.
 * A file's text is made when the file is entered, and goes when it is left.
 */
#include <xen/err.h>
#include <xen/guest_access.h>
#include <xen/hypfs.h>
#include <xen/init.h>
#include <xen/sched.h>
#include <xen/vmap.h>

#include <xen-pci/version.h>

#include "glue.h"

/* A page of a segment is one directory; see docs/hypfs.md. */
#define PAGE_DEVICES 256U
#define CHUNK 8U
#define BUSES 256U

struct page {
    uint16_t segment;
    unsigned int number;
};

/* Must begin with what hypfs puts there. */
struct path {
    struct hypfs_dyndir_id directory;
    unsigned int promised; /* the size of `segments`, as the caller was told */
    struct page page;
    char *text;
    unsigned int length; /* without the NUL */
};

/* Call `each` for every page; stops when it returns anything but 0. */
static int for_each_page(int (*each)(const struct page *page, bool is_last,
                                     void *data),
                         void *data)
{
    const struct xpci *xpci = xpci_instance();
    struct xpci_device_info infos[CHUNK];
    struct xpci_walk walk = {};
    struct page page = {};
    unsigned int in_page = 0;
    bool any = false;
    int rc = 0;

    pcidevs_lock();
    while ( xpci && !rc && !walk.done )
    {
        int i, count = xpci_walk_devices(xpci, &walk, infos, CHUNK);

        for ( i = 0; !rc && i < count; i++ )
        {
            uint16_t segment = XPCI_SEGMENT(infos[i].sbdf);

            if ( any && segment == page.segment && in_page < PAGE_DEVICES )
            {
                in_page++;
                continue;
            }
            if ( any )
                rc = each(&page, false, data);
            page.number = any && segment == page.segment ? page.number + 1 : 0;
            page.segment = segment;
            in_page = 1;
            any = true;
        }
        if ( count < 0 )
            rc = count;
    }
    if ( any && !rc )
        rc = each(&page, true, data);
    pcidevs_unlock();

    return rc;
}

static void page_name(char *name, const struct page *page)
{
    if ( page->number )
        snprintf(name, HYPFS_DYNDIR_ID_NAMELEN, "%04x.%x", page->segment,
                 page->number);
    else
        snprintf(name, HYPFS_DYNDIR_ID_NAMELEN, "%04x", page->segment);
}

/* The files. */

static const struct hypfs_entry *begin_text(const struct hypfs_entry *entry,
                                            unsigned int lines)
{
    struct path *path = hypfs_get_dyndata();

    path->text = vzalloc((lines + 1) * XPCI_LINE);
    if ( !path->text )
        return ERR_PTR(-ENOMEM);
    path->length = snprintf(path->text, XPCI_LINE, "generation %u\n",
                            xpci_generation(xpci_instance()));

    return entry;
}

/* Find the page's first device. */
static void begin_page(const struct xpci *xpci, const struct page *page,
                       struct xpci_walk *walk)
{
    struct xpci_device_info infos[CHUNK];
    unsigned int skip = page->number * PAGE_DEVICES;

    *walk = (struct xpci_walk){ .next = XPCI_SBDF(page->segment, 0, 0) };
    while ( skip && !walk->done )
    {
        int count = xpci_walk_devices(xpci, walk, infos, min(skip, CHUNK));

        if ( count <= 0 )
            break;
        skip -= count;
    }
}

static const struct hypfs_entry *enter_devices(const struct hypfs_entry *entry,
                                               bool problems)
{
    struct path *path = hypfs_get_dyndata();
    const struct xpci *xpci = xpci_instance();
    struct xpci_device_info info;
    struct xpci_walk walk;
    unsigned int room;

    pcidevs_lock();
    entry = begin_text(entry, PAGE_DEVICES);
    if ( !IS_ERR(entry) )
        begin_page(xpci, &path->page, &walk);
    for ( room = PAGE_DEVICES; !IS_ERR(entry) && room && !walk.done; room-- )
    {
        char *line = path->text + path->length;

        if ( xpci_walk_devices(xpci, &walk, &info, 1) != 1 ||
             XPCI_SEGMENT(info.sbdf) != path->page.segment )
            break;
        if ( !problems )
            path->length += xpci_text_device(line, &info);
        else if ( xpci_device_problem(&info) != XPCI_PROBLEM_NONE )
            path->length += xpci_text_problem(line, &info);
    }
    pcidevs_unlock();

    return entry;
}

static const struct hypfs_entry *cf_check
devices_enter(const struct hypfs_entry *entry)
{
    return enter_devices(entry, false);
}

static const struct hypfs_entry *cf_check
problems_enter(const struct hypfs_entry *entry)
{
    return enter_devices(entry, true);
}

static const struct hypfs_entry *cf_check
buses_enter(const struct hypfs_entry *entry)
{
    struct path *path = hypfs_get_dyndata();
    unsigned int bus;

    pcidevs_lock();
    entry = begin_text(entry, BUSES);
    for ( bus = 0; !IS_ERR(entry) && !path->page.number && bus < BUSES; bus++ )
    {
        struct xpci_bus_info info;

        if ( !xpci_bus(xpci_instance(), path->page.segment, bus, &info) )
            path->length += xpci_text_bus(path->text + path->length, &info);
    }
    pcidevs_unlock();

    return entry;
}

static void cf_check text_exit(const struct hypfs_entry *entry)
{
    struct path *path = hypfs_get_dyndata();

    vfree(path->text);
    path->text = NULL;
}

static unsigned int cf_check text_getsize(const struct hypfs_entry *entry)
{
    const struct path *path = hypfs_get_dyndata();

    return path->length + 1;
}

static int cf_check text_read(const struct hypfs_entry *entry,
                              XEN_GUEST_HANDLE_PARAM(void) uaddr)
{
    const struct path *path = hypfs_get_dyndata();

    return copy_to_guest(uaddr, path->text, path->length + 1) ? -EFAULT : 0;
}

#define TEXT_FUNCS(enter_function)                                     \
    {                                                                  \
        .enter = enter_function, .exit = text_exit, .read = text_read, \
        .write = hypfs_write_deny, .getsize = text_getsize,            \
        .findentry = hypfs_leaf_findentry,                             \
    }

static const struct hypfs_funcs devices_funcs = TEXT_FUNCS(devices_enter);
static const struct hypfs_funcs buses_funcs = TEXT_FUNCS(buses_enter);
static const struct hypfs_funcs problems_funcs = TEXT_FUNCS(problems_enter);

static HYPFS_VARSIZE_INIT(devices_leaf, XEN_HYPFS_TYPE_STRING, "devices", 0,
                          &devices_funcs);
static HYPFS_VARSIZE_INIT(buses_leaf, XEN_HYPFS_TYPE_STRING, "buses", 0,
                          &buses_funcs);
static HYPFS_VARSIZE_INIT(problems_leaf, XEN_HYPFS_TYPE_STRING, "problems", 0,
                          &problems_funcs);

/* A page's directory: a template, of which a copy gets a name. */
static HYPFS_DIR_INIT(page_dir, "");

/* The directory of pages. */

static const struct hypfs_entry *cf_check
segments_enter(const struct hypfs_entry *entry)
{
    return hypfs_alloc_dyndata(struct path) ? entry : ERR_PTR(-ENOMEM);
}

static void cf_check segments_exit(const struct hypfs_entry *entry)
{
    hypfs_free_dyndata();
}

struct listing {
    XEN_GUEST_HANDLE_PARAM(void) uaddr;
    unsigned int size;
};

static int cf_check add_size(const struct page *page, bool is_last, void *data)
{
    struct listing *listing = data;
    char name[HYPFS_DYNDIR_ID_NAMELEN];
    struct hypfs_entry entry = page_dir.e;

    page_name(name, page);
    entry.name = name;
    listing->size += hypfs_dynid_entry_size(&entry, 0);

    return 0;
}

static unsigned int cf_check segments_getsize(const struct hypfs_entry *entry)
{
    struct path *path = hypfs_get_dyndata();
    struct listing listing = {};

    path->promised = for_each_page(add_size, &listing) ? 0 : listing.size;

    return path->promised;
}

static int cf_check list_page(const struct page *page, bool is_last, void *data)
{
    struct listing *listing = data;
    char name[HYPFS_DYNDIR_ID_NAMELEN];
    struct hypfs_entry_dir directory = page_dir;

    page_name(name, page);
    directory.e.name = name;
    if ( listing->size < hypfs_dynid_entry_size(&directory.e, 0) )
        return -ENOBUFS;
    listing->size -= hypfs_dynid_entry_size(&directory.e, 0);

    return hypfs_read_dyndir_id_entry(&directory, 0, is_last, &listing->uaddr);
}

static int cf_check segments_read(const struct hypfs_entry *entry,
                                  XEN_GUEST_HANDLE_PARAM(void) uaddr)
{
    const struct path *path = hypfs_get_dyndata();
    /* The caller has room for so much; a device may have come since. */
    struct listing listing = { .uaddr = uaddr, .size = path->promised };

    return for_each_page(list_page, &listing);
}

struct search {
    const char *name;
    unsigned int name_len;
    struct page found;
};

static int cf_check match_page(const struct page *page, bool is_last,
                               void *data)
{
    struct search *search = data;
    char name[HYPFS_DYNDIR_ID_NAMELEN];

    page_name(name, page);
    if ( strlen(name) != search->name_len ||
         strncmp(name, search->name, search->name_len) )
        return 0;
    search->found = *page;

    return 1;
}

static struct hypfs_entry *cf_check segments_findentry(
    const struct hypfs_entry_dir *dir, const char *name, unsigned int name_len)
{
    struct search search = { .name = name, .name_len = name_len };
    struct path *path = hypfs_get_dyndata();
    struct hypfs_entry *entry;

    if ( for_each_page(match_page, &search) != 1 )
        return ERR_PTR(-ENOENT);

    path->page = search.found;
    entry = hypfs_gen_dyndir_id_entry(&page_dir, path->page.segment, NULL);
    page_name(path->directory.name, &path->page);

    return entry;
}

static const struct hypfs_funcs segments_funcs = {
    .enter = segments_enter,
    .exit = segments_exit,
    .read = segments_read,
    .write = hypfs_write_deny,
    .getsize = segments_getsize,
    .findentry = segments_findentry,
};

static HYPFS_DIR_INIT_FUNC(segments_dir, "segments", &segments_funcs);

/*
 * The generation: as it was when the file was entered, so that it does not get
 * longer than the size that the caller was told.
 */

struct number {
    unsigned int size; /* with the NUL */
    char text[11];
};

static const struct hypfs_entry *cf_check
generation_enter(const struct hypfs_entry *entry)
{
    const struct xpci *xpci = xpci_instance();
    struct number *number = hypfs_alloc_dyndata(struct number);

    if ( !number )
        return ERR_PTR(-ENOMEM);
    number->size = snprintf(number->text, sizeof(number->text), "%u",
                            xpci ? xpci_generation(xpci) : 0) +
                   1;

    return entry;
}

static void cf_check generation_exit(const struct hypfs_entry *entry)
{
    hypfs_free_dyndata();
}

static unsigned int cf_check generation_getsize(const struct hypfs_entry *entry)
{
    const struct number *number = hypfs_get_dyndata();

    return number->size;
}

static int cf_check generation_read(const struct hypfs_entry *entry,
                                    XEN_GUEST_HANDLE_PARAM(void) uaddr)
{
    const struct number *number = hypfs_get_dyndata();

    return copy_to_guest(uaddr, number->text, number->size) ? -EFAULT : 0;
}

static const struct hypfs_funcs generation_funcs = {
    .enter = generation_enter,
    .exit = generation_exit,
    .read = generation_read,
    .write = hypfs_write_deny,
    .getsize = generation_getsize,
    .findentry = hypfs_leaf_findentry,
};

static HYPFS_VARSIZE_INIT(generation_leaf, XEN_HYPFS_TYPE_STRING, "generation",
                          0, &generation_funcs);
static HYPFS_STRING_INIT(format_leaf, "format");
static HYPFS_STRING_INIT(module_leaf, "module");
static HYPFS_STRING_INIT(state_leaf, "state");
static HYPFS_DIR_INIT(top_dir, "xen-pci");

static int __init cf_check add_directory(void)
{
    bool on;

    /* Without an IOMMU, Xen has not scanned anything up to now. */
    pcidevs_lock();
    on = xpci_instance_get();
    pcidevs_unlock();

    hypfs_string_set_reference(&format_leaf, "2");
    hypfs_string_set_reference(&module_leaf, XPCI_VERSION);
    hypfs_string_set_reference(&state_leaf, on ? "on" : "off");
    /* Its content is made on reading, but hypfs wants to see some. */
    generation_leaf.u.content = "";
    devices_leaf.u.content = "";
    buses_leaf.u.content = "";
    problems_leaf.u.content = "";

    hypfs_add_dir(&hypfs_root, &top_dir, true);
    hypfs_add_leaf(&top_dir, &format_leaf, true);
    hypfs_add_leaf(&top_dir, &module_leaf, true);
    hypfs_add_leaf(&top_dir, &state_leaf, true);
    hypfs_add_leaf(&top_dir, &generation_leaf, true);
    hypfs_add_dir(&top_dir, &segments_dir, true);
    hypfs_add_dyndir(&segments_dir, &page_dir);
    hypfs_add_leaf(&page_dir, &devices_leaf, true);
    hypfs_add_leaf(&page_dir, &buses_leaf, true);
    hypfs_add_leaf(&page_dir, &problems_leaf, true);

    return 0;
}
__initcall(add_directory);
