/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Config space from a directory that is laid out like /sys: another machine's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "libpci.h"
#include "sysfs_devices.h"

/* libpci's own limit for a path in sysfs is 1024 with what it appends. */
#define ROOT_MOST 960

struct sysfs_space {
    struct config_space space;
    struct pci_access *access;
    struct device_list list;
};

static uint32_t sysfs_read(struct config_space *space, uint32_t sbdf,
                           unsigned int offset)
{
    struct sysfs_space *sysfs = (struct sysfs_space *)space;
    const struct device_entry *entry = device_list_find(&sysfs->list, sbdf);
    struct pci_dev *dev;
    uint32_t dword = 0xffffffffU;

    if ( !entry )
        return dword;
    if ( entry->config )
    {
        if ( offset + 4 <= entry->config_size )
            dword = entry->config[offset] |
                    ((uint32_t)entry->config[offset + 1] << 8) |
                    ((uint32_t)entry->config[offset + 2] << 16) |
                    ((uint32_t)entry->config[offset + 3] << 24);
        return dword;
    }

    dev = libpci_device(sysfs->access, sbdf);
    if ( dev )
    {
        dword = libpci_read_dword(dev, offset);
        pci_free_dev(dev);
    }

    return dword;
}

static int sysfs_list(struct config_space *space, config_space_each *each,
                      void *data)
{
    return device_list_report(&((struct sysfs_space *)space)->list, each, data);
}

static void sysfs_close(struct config_space *space)
{
    struct sysfs_space *sysfs = (struct sysfs_space *)space;

    device_list_dispose(&sysfs->list);
    libpci_close(sysfs->access);
    free(sysfs);
}

/* Where bus/pci is: below `directory` or below its `sys`. */
static int find_root(char *root, const char *directory,
                     struct xpci_message *message)
{
    static const char *const places[] = { "bus/pci", "sys/bus/pci" };
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(places); i++ )
    {
        char devices[ROOT_MOST + 16];
        struct stat status;
        int length = snprintf(root, ROOT_MOST, "%s/%s", directory, places[i]);

        if ( length < 0 || length >= ROOT_MOST )
        {
            message_set(message, "%.64s...: the name is too long", directory);
            return -ENAMETOOLONG;
        }
        errno = 0;
        snprintf(devices, sizeof(devices), "%s/devices", root);
        if ( !stat(devices, &status) && S_ISDIR(status.st_mode) )
            return 0;
        if ( errno == EACCES )
        {
            message_set(message, "%s: %s", devices, strerror(EACCES));
            return -EACCES;
        }
    }

    message_set(message,
                "%s: found neither bus/pci/devices nor sys/bus/pci/devices, "
                "expected a directory laid out like /sys",
                directory);

    return -ENOENT;
}

int config_space_open_sysfs(struct config_space **space, const char *path,
                            config_space_warn *warn, void *data,
                            struct xpci_message *message)
{
    static const struct config_space_ops ops = {
        .read = sysfs_read,
        .list = sysfs_list,
        .close = sysfs_close,
    };
    const struct warning_sink sink = { warn, data };
    struct sysfs_space *sysfs;
    char root[ROOT_MOST];
    int rc = find_root(root, path, message);

    if ( rc )
        return rc;
    sysfs = calloc(1, sizeof(*sysfs));
    if ( !sysfs )
    {
        message_set(message, "%s: no memory", path);
        return -ENOMEM;
    }
    sysfs->space.ops = &ops;
    sysfs->space.source = XPCI_SOURCE_SYSFS;
    device_list_init(&sysfs->list);

    rc = libpci_open(&sysfs->access, PCI_ACCESS_SYS_BUS_PCI, "sysfs.path", root,
                     message);
    if ( !rc )
        rc = sysfs_devices_read(&sysfs->list, sysfs->access, root, true, &sink,
                                message);
    if ( rc )
    {
        sysfs_close(&sysfs->space);
        return rc;
    }
    *space = &sysfs->space;

    return 0;
}
