/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Config space from sysfs: this machine's as it reads now, or a captured tree.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "libpci.h"
#include "sysfs_devices.h"
#include "sysfs_type.h"

#define SYSFS_PCI "/sys/bus/pci"

/* libpci's own limit for a path in sysfs is 1024 with what it appends. */
#define ROOT_MOST 960

struct sysfs_space {
    struct config_space space;
    struct pci_access *access;
    char *root;
    bool is_live; /* devices come and go: the list is read each time */
    struct device_list list; /* of a captured tree */
};

/* No handle is kept: its open file would hide that a device went away. */
static uint32_t read_now(struct pci_access *access, uint32_t sbdf,
                         unsigned int offset)
{
    struct pci_dev *dev = libpci_device(access, sbdf);
    uint32_t dword;

    if ( !dev )
        return 0xffffffffU;
    dword = libpci_read_dword(dev, offset);
    pci_free_dev(dev);

    return dword;
}

static uint32_t sysfs_read(struct config_space *space, uint32_t sbdf,
                           unsigned int offset)
{
    struct sysfs_space *sysfs = (struct sysfs_space *)space;
    struct device_entry *entry;

    if ( !sysfs->is_live )
    {
        entry = device_list_find(&sysfs->list, sbdf);
        if ( !entry )
            return 0xffffffffU;
        if ( entry->config )
            return device_entry_read(entry, offset);
    }

    return read_now(sysfs->access, sbdf, offset);
}

static int list_live(struct sysfs_space *sysfs, config_space_each *each,
                     void *data)
{
    const struct warning_sink nobody = { NULL, NULL };
    struct device_list list;
    int rc;

    device_list_init(&list);
    rc = sysfs_devices_read(&list, sysfs->access, SYSFS_PCI, false, &nobody,
                            NULL);
    if ( !rc )
        rc = device_list_report(&list, each, data);
    device_list_dispose(&list);

    return rc;
}

static int sysfs_list(struct config_space *space, config_space_each *each,
                      void *data)
{
    struct sysfs_space *sysfs = (struct sysfs_space *)space;

    return sysfs->is_live ? list_live(sysfs, each, data)
                          : device_list_report(&sysfs->list, each, data);
}

static void sysfs_hint(struct config_space *space, uint32_t sbdf,
                       struct config_space_hint *hint)
{
    sysfs_type_hint(((struct sysfs_space *)space)->root, sbdf, hint);
}

static void sysfs_close(struct config_space *space)
{
    struct sysfs_space *sysfs = (struct sysfs_space *)space;

    device_list_dispose(&sysfs->list);
    libpci_close(sysfs->access);
    free(sysfs->root);
    free(sysfs);
}

static int open_root(struct config_space **space, const char *root,
                     bool is_live, const struct warning_sink *sink,
                     struct xpci_message *message)
{
    static const struct config_space_ops ops = {
        .read = sysfs_read,
        .list = sysfs_list,
        .close = sysfs_close,
        .hint = sysfs_hint,
    };
    struct sysfs_space *sysfs = calloc(1, sizeof(*sysfs));
    int rc;

    if ( sysfs )
        sysfs->root = strdup(root);
    if ( !sysfs || !sysfs->root )
    {
        free(sysfs);
        message_set(message, "%s: no memory", root);
        return -ENOMEM;
    }
    sysfs->space.ops = &ops;
    sysfs->space.source = XPCI_SOURCE_SYSFS;
    sysfs->is_live = is_live;
    device_list_init(&sysfs->list);

    /* A live tree too is read now: its warnings are said once. */
    rc = libpci_open(&sysfs->access, PCI_ACCESS_SYS_BUS_PCI, "sysfs.path", root,
                     message);
    if ( !rc )
        rc = sysfs_devices_read(&sysfs->list, sysfs->access, root, !is_live,
                                sink, message);
    if ( rc )
    {
        sysfs_close(&sysfs->space);
        return rc;
    }
    if ( is_live )
        device_list_dispose(&sysfs->list);
    *space = &sysfs->space;

    return 0;
}

int config_space_open_live(struct config_space **space, config_space_warn *warn,
                           void *data, struct xpci_message *message)
{
    const struct warning_sink sink = { warn, data };

    return open_root(space, SYSFS_PCI, true, &sink, message);
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
    const struct warning_sink sink = { warn, data };
    char root[ROOT_MOST];
    int rc = find_root(root, path, message);

    return rc ? rc : open_root(space, root, false, &sink, message);
}
