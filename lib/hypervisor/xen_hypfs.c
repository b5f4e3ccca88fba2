/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walk through the directory: format, pages, one generation for all.
 */
#include <stdio.h>
#include <stdlib.h>

#include "message.h"
#include "xen_hypfs.h"

#define PATH_ROOM 128

/* More pages than all segments could fill are nobody's true answer. */
#define PAGES_MAX (0x10000U * 0x100U)

static int fail(struct xpci_message *message, const char *path, int rc)
{
    message_set(message, "cannot read %s: %s", path, strerror(-rc));

    return rc;
}

static int read_entry(const struct xen_hypfs_source *source, const char *path,
                      char **text, struct xpci_message *message)
{
    int rc = source->read(source->data, path, text);

    return rc ? fail(message, path, rc) : 0;
}

static int expect(const char *path, const char *found, const char *expected,
                  struct xpci_message *message)
{
    message_set(message, "%s: found \"%.32s\", expected %s", path, found,
                expected);

    return -EINVAL;
}

static int read_state(const struct xen_hypfs_source *source,
                      struct xpci_message *message)
{
    static const char path[] = XEN_HYPFS_ROOT "/state";
    char *state = NULL;
    int rc = read_entry(source, path, &state, message);

    if ( rc )
        return rc;
    if ( !strcmp(state, "on") )
        rc = 1;
    else if ( strcmp(state, "off") )
        rc = expect(path, state, "on or off", message);
    free(state);

    return rc;
}

int xen_hypfs_is_module(const struct xen_hypfs_source *source,
                        struct xpci_message *message)
{
    static const char path[] = XEN_HYPFS_ROOT "/format";
    char *format = NULL;
    int rc = source->read(source->data, path, &format);

    if ( rc == -ENOENT )
        return 0;
    if ( rc )
        return fail(message, path, rc);
    if ( strcmp(format, "1") && strcmp(format, "2") )
        rc = expect(path, format, "format 1 or 2", message);
    else
        rc = read_state(source, message);
    free(format);

    return rc;
}

static int read_generation(const struct xen_hypfs_source *source,
                           uint32_t *generation, struct xpci_message *message)
{
    static const char path[] = XEN_HYPFS_ROOT "/generation";
    char *text = NULL;
    int rc = read_entry(source, path, &text, message);

    if ( rc )
        return rc;
    if ( xen_hypfs_decimal(text, generation) )
        rc = expect(path, text, "a decimal number", message);
    free(text);

    return rc;
}

/* "SSSS" or "SSSS.P": the segment that a page is about. */
static int parse_page(const char *page, uint16_t *segment, bool *first)
{
    static const char hex[] = "0123456789abcdef";
    size_t length = strlen(page), digits = strspn(page, hex);

    if ( digits != 4 )
        return -EINVAL;
    *segment = strtoul(page, NULL, 16);
    *first = !page[4];
    if ( *first )
        return 0;
    digits = strspn(page + 5, hex);

    return page[4] == '.' && digits >= 1 && digits <= 2 && length == 5 + digits
               ? 0
               : -EINVAL;
}

typedef int parse_text(struct xpci_snapshot *snapshot, const char *where,
                       uint16_t segment, const char *text, uint32_t *generation,
                       struct xpci_message *message);

/*
 * One file of a page.  -EAGAIN: it is of another generation, or gone since
 * the pages were listed.
 */
static int read_text(const struct xen_hypfs_source *source, const char *page,
                     const char *name, uint16_t segment, parse_text *parse,
                     struct xpci_snapshot *snapshot,
                     struct xpci_message *message)
{
    char path[PATH_ROOM], *text = NULL;
    uint32_t generation;
    int rc;

    snprintf(path, sizeof(path), XEN_HYPFS_ROOT "/segments/%s/%s", page, name);
    rc = source->read(source->data, path, &text);
    if ( rc == -ENOENT )
        return -EAGAIN;
    if ( rc )
        return fail(message, path, rc);
    rc = parse(snapshot, path, segment, text, &generation, message);
    if ( rc == -ENOMEM )
        fail(message, path, rc);
    if ( !rc && generation != snapshot->generation )
        rc = -EAGAIN;
    free(text);

    return rc;
}

static int read_page(const struct xen_hypfs_source *source, const char *page,
                     struct xpci_snapshot *snapshot,
                     struct xpci_message *message)
{
    uint16_t segment;
    bool first;
    int rc;

    if ( parse_page(page, &segment, &first) )
        return expect(XEN_HYPFS_ROOT "/segments", page,
                      "SSSS or SSSS.PP in lower-case hex", message);
    rc = read_text(source, page, "devices", segment, xen_hypfs_parse_devices,
                   snapshot, message);
    if ( !rc && first )
        rc = read_text(source, page, "buses", segment, xen_hypfs_parse_buses,
                       snapshot, message);

    return rc;
}

/* 0, an error, or -EAGAIN: the tables changed meanwhile. */
static int read_once(const struct xen_hypfs_source *source,
                     struct xpci_snapshot *snapshot,
                     struct xpci_message *message)
{
    static const char path[] = XEN_HYPFS_ROOT "/segments";
    char *names = NULL, *page, *rest;
    unsigned int pages = 0;
    uint32_t generation;
    int rc = read_generation(source, &snapshot->generation, message);

    if ( rc )
        return rc;
    rc = source->list(source->data, path, &names);
    if ( rc )
        return fail(message, path, rc);
    for ( page = strtok_r(names, "\n", &rest); !rc && page;
          page = strtok_r(NULL, "\n", &rest) )
    {
        rc = ++pages > PAGES_MAX ? expect(path, page, "no more pages", message)
                                 : read_page(source, page, snapshot, message);
    }
    free(names);
    if ( rc )
        return rc;

    /* Pages that came or went since: their number alone does not tell. */
    rc = read_generation(source, &generation, message);

    return rc || generation == snapshot->generation ? rc : -EAGAIN;
}

/* `snapshot` is sorted: no device is on two pages. */
static int check_pages(const struct xpci_snapshot *snapshot,
                       struct xpci_message *message)
{
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i;

    for ( i = 1; i < snapshot->device_count; i++ )
    {
        if ( snapshot->devices[i].sbdf == snapshot->devices[i - 1].sbdf )
            return expect(XEN_HYPFS_ROOT "/segments",
                          xpci_sbdf_format(sbdf, snapshot->devices[i].sbdf),
                          "each device once", message);
    }

    return 0;
}

int xen_hypfs_read(const struct xen_hypfs_source *source,
                   struct xpci_snapshot *snapshot, struct xpci_message *message)
{
    unsigned int tries;
    int rc = -EAGAIN;

    for ( tries = 0; rc == -EAGAIN && tries < XEN_HYPFS_TRIES; tries++ )
    {
        xpci_snapshot_dispose(snapshot);
        xpci_snapshot_init(snapshot);
        rc = read_once(source, snapshot, message);
    }
    if ( rc == -EAGAIN )
        fail(message, XEN_HYPFS_ROOT " at one moment, it keeps changing", rc);
    if ( !rc )
    {
        xpci_snapshot_sort(snapshot);
        rc = check_pages(snapshot, message);
    }
    if ( !rc )
        rc = xpci_snapshot_name_conflicts(snapshot);
    if ( rc )
    {
        xpci_snapshot_dispose(snapshot);
        xpci_snapshot_init(snapshot);
        return rc;
    }
    snapshot->source = XPCI_SOURCE_XEN_MODULE;

    return 0;
}
