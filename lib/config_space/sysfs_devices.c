/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list of functions in a sysfs tree.
 *
 * libpci can list a sysfs tree too, but gives up on the first name that it
 * cannot read: this file reads the names, and libpci reads config space.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sysfs_devices.h"

/* Why an entry of the tree was left out. */
enum omission {
    OMIT_SEGMENT,
    OMIT_NAME,
    OMIT_DANGLING,
    OMIT_CONFIG,
    OMIT_NODE, /* the node only */
    OMISSIONS
};

static const char *const omission_text[OMISSIONS] = {
    [OMIT_SEGMENT] = "in a segment above ffff, which Xen's hypercalls cannot "
                     "express; left out",
    [OMIT_NAME] = "with a name that is no SBDF; left out",
    [OMIT_DANGLING] = "whose link leads nowhere; left out",
    [OMIT_CONFIG] = "without readable config space (64 bytes at least, not "
                    "all ones); left out",
    [OMIT_NODE] = "with a NUMA node that is none; taken as not known",
};

struct reading {
    struct device_list *list;
    struct pci_access *access;
    const char *path;
    size_t count[OMISSIONS];
    char first[OMISSIONS][NAME_MAX + 1];
};

/* More nodes than any machine has. */
#define NODES_MOST 0x10000

#define CONFIG_MOST 4096U
#define HEADER_SIZE 64U

static int device_path(char *text, size_t size, const char *path, uint32_t sbdf,
                       const char *leaf)
{
    char name[XPCI_SBDF_LENGTH];
    int length = snprintf(text, size, "%s/devices/%s/%s", path,
                          xpci_sbdf_format(name, sbdf), leaf);

    return length < 0 || (size_t)length >= size ? -ENAMETOOLONG : 0;
}

static void omit(struct reading *reading, enum omission why, const char *name)
{
    if ( !reading->count[why]++ )
        snprintf(reading->first[why], sizeof(reading->first[why]), "%s", name);
}

/* Is `name` an SBDF, in the one form that sysfs has? */
static bool name_to_sbdf(struct reading *reading, const char *name,
                         uint32_t *sbdf)
{
    char canonical[XPCI_SBDF_LENGTH];

    int rc = xpci_sbdf_parse(name, sbdf);

    if ( rc == -ERANGE )
        omit(reading, OMIT_SEGMENT, name);
    else if ( rc || strcmp(name, xpci_sbdf_format(canonical, *sbdf)) )
    {
        omit(reading, OMIT_NAME, name);
        rc = -EINVAL;
    }

    return !rc;
}

/* The PF, from the link that Linux makes for each VF. */
static void read_physfn(struct reading *reading, struct device_entry *entry)
{
    char path[PATH_MAX], target[PATH_MAX];
    const char *name;
    ssize_t length;

    if ( device_path(path, sizeof(path), reading->path, entry->sbdf, "physfn") )
        return;
    length = readlink(path, target, sizeof(target) - 1);
    if ( length < 0 )
        return;
    target[length] = '\0';
    name = strrchr(target, '/');
    name = name ? name + 1 : target;

    /* A VF that is its own PF is reported with the orphans. */
    entry->is_virtfn = true;
    if ( xpci_sbdf_parse(name, &entry->physfn) )
        entry->physfn = entry->sbdf;
}

/* Read strictly: libpci would read a file without a number as node 0. */
static void read_node(struct reading *reading, struct device_entry *entry,
                      const char *name)
{
    char path[PATH_MAX], text[32] = "", *end;
    FILE *file;
    long node;

    if ( device_path(path, sizeof(path), reading->path, entry->sbdf,
                     "numa_node") )
        return;
    file = fopen(path, "re");
    if ( !file )
        return; /* kernels without NUMA have none */
    end = fgets(text, sizeof(text), file);
    fclose(file);
    if ( !end )
        return; /* an empty file in a captured tree */

    node = strtol(text, &end, 10);
    if ( end == text || strspn(end, "\n") != strlen(end) || node < -1 ||
         node >= NODES_MOST )
        omit(reading, OMIT_NODE, name);
    else if ( node >= 0 )
        entry->node = (uint32_t)node;
}

static int read_device(struct reading *reading, const char *name)
{
    struct device_entry entry = { .node = XPCI_NO_NODE };
    uint8_t header[HEADER_SIZE];
    char path[PATH_MAX];
    struct pci_dev *dev;
    struct stat status;
    int rc = 0;

    if ( !name_to_sbdf(reading, name, &entry.sbdf) )
        return 0;
    if ( device_path(path, sizeof(path), reading->path, entry.sbdf, ".") ||
         stat(path, &status) )
    {
        omit(reading, OMIT_DANGLING, name);
        return 0;
    }

    dev = libpci_device(reading->access, entry.sbdf);
    if ( !dev )
        return -ENOMEM;
    if ( !libpci_read(dev, 0, header, sizeof(header)) ||
         device_facts_read(&entry.facts, libpci_read_dword, dev) )
        omit(reading, OMIT_CONFIG, name);
    else
    {
        read_physfn(reading, &entry);
        read_node(reading, &entry, name);
        rc = device_list_add(reading->list, &entry);
    }
    pci_free_dev(dev);

    return rc;
}

static int read_directory(struct reading *reading, struct xpci_message *message)
{
    char path[PATH_MAX];
    DIR *directory;
    int rc = 0;

    snprintf(path, sizeof(path), "%s/devices", reading->path);
    directory = opendir(path);
    if ( !directory )
    {
        rc = -errno;
        message_set(message, "%s: cannot be opened: %s", path, strerror(errno));
        return rc;
    }

    while ( !rc )
    {
        const struct dirent *found;

        errno = 0;
        found = readdir(directory);
        if ( found && found->d_name[0] != '.' )
            rc = read_device(reading, found->d_name);
        else if ( !found )
            break;
    }
    if ( !rc && errno )
        rc = -errno;
    if ( rc )
        message_set(message, "%s: %s", path, strerror(-rc));
    closedir(directory);

    return rc;
}

static size_t warn_of_omissions(const struct reading *reading,
                                const struct warning_sink *sink)
{
    size_t omitted = 0;
    unsigned int why;

    for ( why = 0; why < OMISSIONS; why++ )
    {
        if ( !reading->count[why] )
            continue;
        warning_say(sink, "%s/devices: %zu %s (first: %s)", reading->path,
                    reading->count[why], omission_text[why],
                    reading->first[why]);
        if ( why != OMIT_NODE )
            omitted += reading->count[why];
    }

    return omitted;
}

/*
 * Captured trees lose links: a bridge is then only a directory in the real
 * paths of the devices behind it.  Without the bridge their buses would seem
 * to hang off the bridge above.
 */

/* The config file below `directory`: its bytes, or NULL and 0. */
static uint8_t *read_config(const char *directory, size_t *size)
{
    char path[PATH_MAX];
    uint8_t *config;
    ssize_t got;
    int fd, length;

    *size = 0;
    length = snprintf(path, sizeof(path), "%s/config", directory);
    if ( length < 0 || (size_t)length >= sizeof(path) )
        return NULL;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if ( fd < 0 )
        return NULL;
    config = malloc(CONFIG_MOST);
    got = config ? read(fd, config, CONFIG_MOST) : -1;
    close(fd);
    if ( got < (ssize_t)HEADER_SIZE )
    {
        free(config);
        return NULL;
    }
    *size = (size_t)got;

    return config;
}

/* Fill in `entry` from `directory`: true, or false: there is no bridge. */
static bool read_bridge(struct device_entry *entry, const char *directory)
{
    entry->config = read_config(directory, &entry->config_size);

    return entry->config &&
           !device_facts_read(&entry->facts, device_entry_read, entry) &&
           entry->facts.bridge;
}

/*
 * `real` is the real path of a listed device.  Every directory in it that is
 * named like a device and is not listed is a bridge without a link.
 */
static int read_path(const struct device_list *list, struct device_list *found,
                     char *real)
{
    char *slash = strchr(real, '/');

    while ( slash )
    {
        struct device_entry entry = { .node = XPCI_NO_NODE };
        char *next = strchr(slash + 1, '/');
        int rc;

        if ( !next )
            break;
        *next = '\0';
        if ( !xpci_sbdf_parse(slash + 1, &entry.sbdf) &&
             !device_list_find(list, entry.sbdf) &&
             !device_list_find(found, entry.sbdf) )
        {
            if ( read_bridge(&entry, real) )
            {
                rc = device_list_add(found, &entry);
                if ( rc )
                {
                    free(entry.config);
                    return rc;
                }
                device_list_sort(found);
            }
            else
                free(entry.config);
        }
        *next = '/';
        slash = next;
    }

    return 0;
}

static int read_paths(const struct device_list *list, struct device_list *found,
                      const char *path)
{
    char link[PATH_MAX];
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < list->count; i++ )
    {
        char *real;

        rc = device_path(link, sizeof(link), path, list->entries[i].sbdf, ".");
        if ( rc )
            break;
        real = realpath(link, NULL);
        if ( !real )
            continue; /* it is gone by now */
        rc = read_path(list, found, real);
        free(real);
    }

    return rc;
}

/* Move all of `from` to `to`. */
static int take_over(struct device_list *to, struct device_list *from)
{
    int rc = 0;

    while ( !rc && from->count )
    {
        rc = device_list_add(to, &from->entries[from->count - 1]);
        if ( !rc )
            from->count--;
    }

    return rc;
}

static int read_unlinked(struct device_list *list, const char *path,
                         const struct warning_sink *sink)
{
    char first[XPCI_SBDF_LENGTH];
    struct device_list found;
    int rc;

    device_list_init(&found);
    rc = read_paths(list, &found, path);
    if ( !rc && found.count )
    {
        warning_say(sink,
                    "%s/devices: %zu bridge%s no link here (first: %s); "
                    "taken from the directories of the devices behind them",
                    path, found.count, found.count == 1 ? " has" : "s have",
                    xpci_sbdf_format(first, found.entries[0].sbdf));
        rc = take_over(list, &found);
        device_list_sort(list);
    }
    device_list_dispose(&found);

    return rc;
}

int sysfs_devices_read(struct device_list *list, struct pci_access *access,
                       const char *path, bool captured,
                       const struct warning_sink *sink,
                       struct xpci_message *message)
{
    struct reading reading = { .list = list, .access = access, .path = path };
    size_t omitted;
    int rc = read_directory(&reading, message);

    if ( rc )
        return rc;

    omitted = warn_of_omissions(&reading, sink);
    if ( !list->count && omitted )
    {
        message_set(message,
                    "%s/devices: found %zu entr%s, and none that is a "
                    "readable device",
                    path, omitted, omitted == 1 ? "y" : "ies");
        return -EINVAL;
    }
    if ( !list->count )
        warning_say(sink, "%s/devices: there is no PCI device", path);

    device_list_sort(list);
    if ( captured )
        rc = read_unlinked(list, path, sink);
    if ( rc )
        message_set(message, "%s: %s", path, strerror(-rc));
    else
        device_list_finish(list, sink);

    return rc;
}
