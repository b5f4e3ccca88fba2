/* SPDX-License-Identifier: GPL-2.0-only */
/* The images of Xen that are installed, beside the build that runs. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zlib.h>

#include "message.h"
#include "xen_build.h"

/* An image unpacked: 2.5 MiB are usual, 16 of them with all debugging. */
#define IMAGE_ROOM (32U << 20)

/* What is in a file, maybe compressed: at most IMAGE_ROOM; 0: nothing. */
static size_t unpack(const char *path, uint8_t *room)
{
    gzFile file = gzopen(path, "rb");
    int length;

    if ( !file )
        return 0;
    length = gzread(file, room, IMAGE_ROOM);
    if ( gzclose(file) != Z_OK || length < 0 )
        return 0;
    return (size_t)length;
}

/* xen-VERSION-BUILD.gz: the image itself need not have its version. */
static void version_of_name(struct xen_build *build, const char *name)
{
    const char *version = name + strlen("xen-"), *end = strrchr(name, '-');

    if ( end > version && end - version <= XEN_BUILD_VERSION_LENGTH )
        snprintf(build->version, sizeof(build->version), "%.*s",
                 (int)(end - version), version);
}

static bool is_image(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');

    return !strncmp(entry->d_name, "xen-", 4) && end &&
           (!strcmp(end, ".gz") || !strcmp(end, ".efi"));
}

/* A file that `path` names, and not by way of a link. */
static bool is_file(const char *path, struct stat *status)
{
    return !lstat(path, status) && S_ISREG(status->st_mode);
}

/* The images in boot/below, which may be missing unless `below` is "". */
static int find_below(struct xen_images *images, const char *boot,
                      const char *below, uint8_t *room)
{
    char directory[4096], path[8192];
    const struct dirent *entry;
    struct stat status;
    DIR *stream;

    snprintf(directory, sizeof(directory), "%s/%s", boot, below);
    stream = opendir(directory);
    if ( !stream )
        return *below && errno == ENOENT ? 0 : -errno;
    while ( images->count < XEN_IMAGES_MAX && (entry = readdir(stream)) )
    {
        struct xen_image *image = &images->items[images->count];

        snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
        if ( !is_image(entry) || !is_file(path, &status) )
            continue;
        *image =
            (struct xen_image){ .module = *below, .made = status.st_mtime };
        snprintf(image->name, sizeof(image->name), "%.16s%s%.230s", below,
                 *below ? "/" : "", entry->d_name);
        xen_build_of_image(&image->build, room, unpack(path, room));
        if ( image->module )
            version_of_name(&image->build, entry->d_name);
        images->count++;
    }
    closedir(stream);
    return 0;
}

int xen_images_find(struct xen_images *images, const char *boot)
{
    uint8_t *room = malloc(IMAGE_ROOM);
    int rc;

    images->count = 0;
    if ( !room )
        return -ENOMEM;
    rc = find_below(images, boot, "", room);
    if ( !rc )
        rc = find_below(images, boot, XEN_BUILD_MODULE, room);
    free(room);
    return rc;
}

int xen_build_compare(const char *first, const char *second)
{
    for ( ;; )
    {
        unsigned long a = 0, b = 0;
        char *end;

        if ( isdigit((unsigned char)*first) )
        {
            a = strtoul(first, &end, 10);
            first = end;
        }
        if ( isdigit((unsigned char)*second) )
        {
            b = strtoul(second, &end, 10);
            second = end;
        }
        if ( a != b )
            return a < b ? -1 : 1;
        if ( *first != '.' && *second != '.' )
            break;
        first += *first == '.';
        second += *second == '.';
    }
    /* "-pre" and "-rc" come before what they prepare. */
    if ( (*first == '-') != (*second == '-') )
        return *first == '-' ? -1 : 1;
    return strcmp(first, second);
}

/* Is `image`, a stock one, newer than `running`, which is `ours`? */
static bool is_newer(const struct xen_image *image,
                     const struct xen_build *running,
                     const struct xen_image *ours)
{
    int order;

    if ( image->module || image == ours || !image->build.version[0] )
        return false;
    order = xen_build_compare(image->build.version, running->version);
    return order > 0 || (!order && image->made > ours->made);
}

enum xen_age xen_build_age(const struct xen_build *running,
                           const struct xen_images *images,
                           const struct xen_image **newer)
{
    const struct xen_image *ours = NULL;
    bool unknown = false;
    size_t i;

    *newer = NULL;
    if ( !running->id[0] )
        return XEN_AGE_UNKNOWN;
    for ( i = 0; i < images->count; i++ )
    {
        unknown = unknown || !images->items[i].build.id[0];
        if ( !strcmp(images->items[i].build.id, running->id) )
            ours = &images->items[i];
    }
    if ( !ours )
        return unknown || !images->count ? XEN_AGE_UNKNOWN : XEN_AGE_GONE;
    for ( i = 0; i < images->count; i++ )
    {
        const struct xen_image *image = &images->items[i];

        if ( is_newer(image, running, ours) &&
             (!*newer || xen_build_compare(image->build.version,
                                           (*newer)->build.version) > 0) )
            *newer = image;
    }
    return *newer ? XEN_AGE_OLDER : XEN_AGE_CURRENT;
}

const char *xen_age_name(enum xen_age age)
{
    static const char *const names[] = {
        [XEN_AGE_UNKNOWN] = "unknown",
        [XEN_AGE_CURRENT] = "current",
        [XEN_AGE_GONE] = "gone",
        [XEN_AGE_OLDER] = "older",
    };

    return names[age];
}

void xen_age_words(struct xpci_message *message, enum xen_age age,
                   const struct xen_build *running,
                   const struct xen_image *newer)
{
    message_set(message, "%s", "");
    if ( age == XEN_AGE_GONE )
        message_set(message,
                    "the running Xen %s is not the installed one: an update "
                    "takes effect with a reboot",
                    running->version);
    else if ( age == XEN_AGE_OLDER )
        message_set(message,
                    "the running Xen %s is older than the installed stock Xen "
                    "%s (%s): boot that, or build the module with its source",
                    running->version, newer->build.version, newer->name);
}
