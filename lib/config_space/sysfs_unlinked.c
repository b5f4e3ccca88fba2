/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Captured trees lose links: a bridge is then seen only as a directory on
 * the way of what is behind it.  Without it the buses behind it would seem to
 * hang off the bridge above.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "libpci.h"
#include "sysfs_devices.h"

#define CONFIG_MOST 4096U
#define HEADER_SIZE 64U

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

/* What is needed of it here: it is a bridge, and where it leads. */
static bool read_bridge(struct device_entry *entry, const char *directory)
{
    unsigned int layout, first;

    entry->config = read_config(directory, &entry->config_size);
    if ( !entry->config )
        return false;
    layout = entry->config[PCI_HEADER_TYPE] & 0x7fU;
    first = entry->config[PCI_CAPABILITY_LIST] & 0xfcU;
    entry->facts.bridge =
        layout == PCI_HEADER_TYPE_BRIDGE || layout == PCI_HEADER_TYPE_CARDBUS;
    entry->facts.secondary = entry->config[PCI_SECONDARY_BUS];
    entry->facts.capabilities_cut =
        (entry->config[PCI_STATUS] & PCI_STATUS_CAP_LIST) &&
        first + 4 > entry->config_size;

    return entry->facts.bridge;
}

/*
 * `way` is the real path of a listed device.  Every directory on it that is
 * named like a device and is not listed is a bridge without a link.
 */
static int read_way(const struct device_list *list, struct device_list *found,
                    char *way)
{
    char *slash = strchr(way, '/');

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
            if ( read_bridge(&entry, way) )
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

static int read_ways(const struct device_list *list, struct device_list *found,
                     const char *path)
{
    char link[PATH_MAX];
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < list->count; i++ )
    {
        char *way;

        rc = sysfs_device_path(link, sizeof(link), path, list->entries[i].sbdf,
                               ".");
        if ( rc )
            break;
        way = realpath(link, NULL);
        if ( !way )
            continue; /* it went away meanwhile */
        rc = read_way(list, found, way);
        free(way);
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

int sysfs_unlinked_read(struct device_list *list, const char *path,
                        const struct warning_sink *sink)
{
    char first[XPCI_SBDF_LENGTH];
    struct device_list found;
    int rc;

    device_list_init(&found);
    rc = read_ways(list, &found, path);
    if ( !rc && found.count )
    {
        warning_say(sink,
                    "%s/devices: %zu bridges have no link here (first: %s); "
                    "taken from the directories of the devices behind them",
                    path, found.count,
                    xpci_sbdf_format(first, found.entries[0].sbdf));
        rc = take_over(list, &found);
        device_list_sort(list);
    }
    device_list_dispose(&found);

    return rc;
}
