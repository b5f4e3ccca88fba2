/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list of functions in a sysfs tree, read in one pass: each file of each
 * function is opened once.
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
    const char *path;
    int devices; /* the directory; -1: not open */
    size_t count[OMISSIONS];
    char first[OMISSIONS][NAME_MAX + 1];
};

/* More nodes than any machine has. */
#define NODES_MOST 0x10000

#define CONFIG_MOST 4096U

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

/* `name`/`leaf`, in a directory of sysfs. */
static const char *leaf_of(char *path, size_t size, const char *name,
                           const char *leaf)
{
    snprintf(path, size, "%s/%s", name, leaf);

    return path;
}

#define LEAF_MOST (NAME_MAX + 64)

/* The first line of a small file, or an empty string. */
static void read_word(const struct reading *reading, const char *name,
                      const char *leaf, char *text, size_t size)
{
    char path[LEAF_MOST];
    int fd = openat(reading->devices, leaf_of(path, sizeof(path), name, leaf),
                    O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);

    if ( fd >= 0 )
        close(fd);
    text[got < 0 ? 0 : got] = '\0';
    text[strcspn(text, "\n")] = '\0';
}

/*
 * The PF, from the link that Linux makes for each VF.  -ENODATA: there is such
 * a link, and it cannot be read.
 */
static int read_physfn(const struct reading *reading,
                       struct device_entry *entry, const char *name)
{
    char path[LEAF_MOST], target[PATH_MAX];
    const char *last;
    ssize_t length = readlinkat(reading->devices,
                                leaf_of(path, sizeof(path), name, "physfn"),
                                target, sizeof(target) - 1);

    if ( length < 0 )
        return errno == ENOENT || errno == EINVAL ? 0 : -ENODATA;
    target[length] = '\0';
    last = strrchr(target, '/');
    last = last ? last + 1 : target;

    /* A VF that is its own PF is reported with the orphans. */
    entry->is_virtfn = true;
    if ( xpci_sbdf_parse(last, &entry->physfn) )
        entry->physfn = entry->sbdf;

    return 0;
}

/* Kernels without NUMA have no such file, and captured trees an empty one. */
static void read_node(struct reading *reading, struct device_entry *entry,
                      const char *name)
{
    char text[32], *end;
    long node;

    read_word(reading, name, "numa_node", text, sizeof(text));
    if ( !*text )
        return;
    node = strtol(text, &end, 10);
    if ( end == text || *end || node < -1 || node >= NODES_MOST )
        omit(reading, OMIT_NODE, name);
    else if ( node >= 0 )
        entry->node = (uint32_t)node;
}

/*
 * What sysfs knows of a function whose config space says nothing.  The link is
 * that of the port above it.
 */
static enum device_silence ask_why(const struct reading *reading,
                                   const char *name, enum device_silence why)
{
    char text[64];

    read_word(reading, name, "power_state", text, sizeof(text));
    if ( !strcmp(text, "D3cold") )
        return SILENCE_D3COLD;
    read_word(reading, name, "current_link_width", text, sizeof(text));
    if ( !strcmp(text, "0") )
        return SILENCE_LINK_DOWN;
    read_word(reading, name, "../current_link_width", text, sizeof(text));
    if ( !strcmp(text, "0") )
        return SILENCE_LINK_DOWN;

    return why;
}

static int add_silent(struct reading *reading, uint32_t sbdf, const char *name,
                      enum device_silence why)
{
    omit(reading, OMIT_CONFIG, name);

    return device_list_add_silent(reading->list, sbdf,
                                  ask_why(reading, name, why));
}

/*
 * Facts from config space; true, or false and why they cannot be had.  A read
 * that fails, or ones where there can be none, say nothing of the rest either.
 */
static bool read_facts(struct sysfs_config *config, struct device_entry *entry,
                       enum device_silence *why)
{
    *why = SILENCE_ONES;
    if ( device_facts_read(&entry->facts, sysfs_config_dword, config) )
        return false;
    *why = config->error ? SILENCE_UNREADABLE : SILENCE_TORN;

    return !config->error && (!entry->facts.torn || config->cut);
}

/* A function that has no vendor is a VF, or does not answer. */
static bool has_vendor(struct sysfs_config *config,
                       const struct device_entry *entry)
{
    return entry->is_virtfn || sysfs_config_dword(config, 0) != UINT32_MAX;
}

/* Append `entry` with what was read of its config space. */
static int add_entry(struct reading *reading, struct device_entry *entry,
                     const struct sysfs_config *config)
{
    int rc;

    entry->config = malloc(SYSFS_CONFIG_KEPT);
    if ( !entry->config )
        return -ENOMEM;
    memcpy(entry->config, config->bytes, SYSFS_CONFIG_KEPT);
    entry->config_size = SYSFS_CONFIG_KEPT;
    entry->is_partial = true;
    entry->kept = config->kept;
    rc = device_list_add(reading->list, entry);
    if ( rc )
        free(entry->config);

    return rc;
}

static int read_open_device(struct reading *reading, struct device_entry *entry,
                            struct sysfs_config *config, const char *name)
{
    enum device_silence why;

    if ( !read_facts(config, entry, &why) )
        return add_silent(reading, entry->sbdf, name, why);
    if ( read_physfn(reading, entry, name) )
        return add_silent(reading, entry->sbdf, name, SILENCE_UNREADABLE);
    if ( !has_vendor(config, entry) )
        return add_silent(reading, entry->sbdf, name, SILENCE_TORN);
    /* A VF is where its PF is. */
    if ( !entry->is_virtfn )
        read_node(reading, entry, name);

    return add_entry(reading, entry, config);
}

/* Does a name in the directory lead to a directory? */
static bool leads_somewhere(const struct reading *reading, const char *name)
{
    struct stat status;

    return !fstatat(reading->devices, name, &status, 0) || errno != ENOENT;
}

static int read_device(struct reading *reading, const char *name)
{
    struct device_entry entry = { .node = XPCI_NO_NODE };
    struct sysfs_config config;
    int rc;

    if ( !name_to_sbdf(reading, name, &entry.sbdf) )
        return 0;
    rc = sysfs_config_open(&config, reading->devices, name);
    if ( rc == -ENOMEM )
        return rc;
    if ( rc == -ENOENT && !leads_somewhere(reading, name) )
    {
        omit(reading, OMIT_DANGLING, name);
        return device_list_add_silent(reading->list, entry.sbdf,
                                      SILENCE_UNREADABLE);
    }
    if ( rc )
        return add_silent(reading, entry.sbdf, name, SILENCE_UNREADABLE);
    rc = read_open_device(reading, &entry, &config, name);
    sysfs_config_close(&config);

    return rc;
}

static int read_directory(struct reading *reading, struct xpci_message *message)
{
    DIR *directory = NULL;
    int rc = 0, fd = sysfs_open_devices(reading->path);

    if ( fd >= 0 )
        directory = fdopendir(fd);
    if ( !directory )
    {
        rc = fd < 0 ? fd : -errno;
        if ( fd >= 0 )
            close(fd);
        message_set(message, "%s/devices: cannot be opened: %s", reading->path,
                    strerror(-rc));
        return rc;
    }

    reading->devices = fd;
    while ( !rc )
    {
        const struct dirent *found;

        errno = 0;
        found = readdir(directory);
        if ( found && found->d_name[0] != '.' )
            rc = read_device(reading, found->d_name);
        else if ( !found )
        {
            rc = -errno;
            break;
        }
    }
    if ( rc )
        message_set(message, "%s/devices: %s", reading->path, strerror(-rc));
    closedir(directory);
    reading->devices = -1;

    return rc;
}

static void give_nodes(struct device_list *list)
{
    size_t i;

    for ( i = 0; i < list->count; i++ )
    {
        struct device_entry *entry = &list->entries[i];
        const struct device_entry *physfn =
            entry->is_virtfn ? device_list_find(list, entry->physfn) : NULL;

        if ( physfn )
            entry->node = physfn->node;
    }
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
    if ( got < (ssize_t)SYSFS_CONFIG_HEADER )
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

/* Buses that a listed bridge leads to directly, of one segment. */
static void mark_secondaries(const struct device_list *list, size_t first,
                             bool *led_to)
{
    size_t i;

    memset(led_to, 0, 256);
    for ( i = first;
          i < list->count && XPCI_SEGMENT(list->entries[i].sbdf) ==
                                 XPCI_SEGMENT(list->entries[first].sbdf);
          i++ )
    {
        if ( list->entries[i].facts.bridge )
            led_to[list->entries[i].facts.secondary] = true;
    }
}

static int read_real_path(const struct device_list *list,
                          struct device_list *found, const char *path,
                          uint32_t sbdf)
{
    char link[PATH_MAX], name[XPCI_SBDF_LENGTH], *real;
    int rc = snprintf(link, sizeof(link), "%s/devices/%s", path,
                      xpci_sbdf_format(name, sbdf));

    if ( rc < 0 || (size_t)rc >= sizeof(link) )
        return -ENAMETOOLONG;
    real = realpath(link, NULL);
    if ( !real )
        return 0; /* it is gone by now */
    rc = read_path(list, found, real);
    free(real);

    return rc;
}

/* Only where no listed bridge leads to a device's bus can one be missing. */
static int read_paths(const struct device_list *list, struct device_list *found,
                      const char *path)
{
    bool led_to[256];
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < list->count; i++ )
    {
        uint32_t sbdf = list->entries[i].sbdf;

        if ( !i ||
             XPCI_SEGMENT(sbdf) != XPCI_SEGMENT(list->entries[i - 1].sbdf) )
            mark_secondaries(list, i, led_to);
        if ( !led_to[XPCI_BUS(sbdf)] )
            rc = read_real_path(list, found, path, sbdf);
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

int sysfs_devices_read(struct device_list *list, const char *path,
                       const struct warning_sink *sink,
                       struct xpci_message *message)
{
    struct reading reading = { .list = list, .path = path, .devices = -1 };
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
    give_nodes(list);
    rc = read_unlinked(list, path, sink);
    if ( rc )
        message_set(message, "%s: %s", path, strerror(-rc));
    else
        device_list_finish(list, sink);

    return rc;
}
