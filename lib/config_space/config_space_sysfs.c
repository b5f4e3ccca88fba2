/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Config space from sysfs: this machine's, or a captured tree, as it read when
 * it was opened; what was not read then is read when somebody asks.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_space_sysfs.h"
#include "sysfs_devices.h"
#include "sysfs_type.h"

struct sysfs_space {
    struct config_space space;
    char root[SYSFS_ROOT_MOST];
    struct device_list list;
    struct device_entry *recent; /* read last; NULL: none */
};

static const struct sysfs_space *const_sysfs_of(
    const struct config_space *space)
{
    return (const struct sysfs_space *)space;
}

/* No handle is kept: its open file would hide that a device went away. */
static uint32_t read_now(const struct sysfs_space *sysfs, uint32_t sbdf,
                         unsigned int offset)
{
    char name[XPCI_SBDF_LENGTH];
    struct sysfs_config config;
    uint32_t dword = 0xffffffffU;
    int devices = sysfs_open_devices(sysfs->root);

    if ( devices < 0 )
        return dword;
    if ( !sysfs_config_open(&config, devices, xpci_sbdf_format(name, sbdf)) )
        dword = sysfs_config_dword(&config, offset);
    sysfs_config_close(&config);
    close(devices);

    return dword;
}

static uint32_t sysfs_read(struct config_space *space, uint32_t sbdf,
                           unsigned int offset)
{
    struct sysfs_space *sysfs = (struct sysfs_space *)space;
    struct device_entry *entry = sysfs->recent;

    /* One function is read many times in a row. */
    if ( !entry || entry->sbdf != sbdf )
        entry = device_list_find(&sysfs->list, sbdf);
    if ( !entry )
        return 0xffffffffU;
    sysfs->recent = entry;
    if ( !entry->is_partial ||
         (offset < SYSFS_CONFIG_KEPT &&
          entry->kept & (uint64_t)1 << offset / sizeof(uint32_t)) )
        return device_entry_read(entry, offset);

    return read_now(sysfs, sbdf, offset);
}

static int sysfs_list(struct config_space *space, config_space_each *each,
                      void *data)
{
    return device_list_report(&((struct sysfs_space *)space)->list, each, data);
}

static void sysfs_hint(struct config_space *space, uint32_t sbdf,
                       struct config_space_hint *hint)
{
    sysfs_type_hint(const_sysfs_of(space)->root, sbdf, hint);
}

static void sysfs_close(struct config_space *space)
{
    struct sysfs_space *sysfs = (struct sysfs_space *)space;

    device_list_dispose(&sysfs->list);
    free(sysfs);
}

int config_space_open_sysfs(struct config_space **space, const char *path,
                            config_space_warn *warn, void *data,
                            struct xpci_message *message)
{
    static const struct config_space_ops ops = {
        .read = sysfs_read,
        .list = sysfs_list,
        .close = sysfs_close,
        .hint = sysfs_hint,
    };
    const struct warning_sink sink = { warn, data };
    struct sysfs_space *sysfs = calloc(1, sizeof(*sysfs));
    int rc;

    if ( !sysfs )
    {
        message_set(message, "%s: no memory", path);
        return -ENOMEM;
    }
    sysfs->space.ops = &ops;
    sysfs->space.source = XPCI_SOURCE_SYSFS;
    device_list_init(&sysfs->list);
    rc = sysfs_find_root(sysfs->root, path, message);
    if ( !rc )
        rc = sysfs_devices_read(&sysfs->list, sysfs->root, &sink, message);
    if ( rc )
    {
        sysfs_close(&sysfs->space);
        return rc;
    }
    *space = &sysfs->space;

    return 0;
}

int config_space_open_live(struct config_space **space, config_space_warn *warn,
                           void *data, struct xpci_message *message)
{
    return config_space_open_sysfs(space, "/sys", warn, data, message);
}

const struct device_list *sysfs_space_list(const struct config_space *space)
{
    return &const_sysfs_of(space)->list;
}

/* The bits of a dword by which functions are told from each other. */
static uint32_t telling_bits(const struct device_entry *entry,
                             unsigned int offset)
{
    const struct device_facts *facts = &entry->facts;

    if ( offset >= SYSFS_CONFIG_HEADER )
        /* Type of an Express function; else ID, and where the next is. */
        return offset == facts->express                    ? 0x00f0ffffU
               : facts->express && offset > facts->express ? 0
                                                           : 0x0000ffffU;
    switch ( offset )
    {
    case 0x00: /* a VF's are its PF's where somebody has filled them in */
        return entry->is_virtfn ? 0 : 0xffffffffU;
    case 0x04: /* are there capabilities? */
        return 0x00100000U;
    case 0x08:
        return 0xffffffffU;
    case 0x0c: /* the header's layout */
        return 0x007f0000U;
    case 0x18: /* secondary and subordinate bus */
        return facts->bridge ? 0x00ffff00U : 0;
    case 0x34:
        return 0x000000fcU;
    default:
        return 0;
    }
}

/* 1, or -ESTALE. */
static int reads_the_same(int devices, const char *name,
                          struct device_entry *entry)
{
    struct sysfs_config now;
    unsigned int offset;
    int rc = 1;

    if ( sysfs_config_open(&now, devices, name) )
        return -ESTALE;
    for ( offset = 0; rc == 1 && offset < SYSFS_CONFIG_KEPT; offset += 4 )
    {
        uint32_t bits = telling_bits(entry, offset);

        if ( bits && (entry->kept & (uint64_t)1 << offset / 4) &&
             ((sysfs_config_dword(&now, offset) ^
               device_entry_read(entry, offset)) &
              bits) )
            rc = -ESTALE;
    }
    sysfs_config_close(&now);

    return rc;
}

/* 0, -ENODATA: the directory has no function, or another -errno. */
static int lists_others(int devices)
{
    int rc = -ENODATA, again = openat(devices, ".", O_RDONLY | O_CLOEXEC);
    DIR *directory = again < 0 ? NULL : fdopendir(again);
    const struct dirent *found;
    uint32_t sbdf;

    if ( !directory )
    {
        rc = -errno;
        if ( again >= 0 )
            close(again);
        return rc;
    }
    do
    {
        errno = 0;
        found = readdir(directory);
        if ( !found && errno )
            rc = -errno;
        else if ( found && !xpci_sbdf_parse(found->d_name, &sbdf) )
            rc = 0;
    } while ( found && rc == -ENODATA );
    closedir(directory);

    return rc;
}

int sysfs_space_confirm(const struct config_space *space, uint32_t sbdf)
{
    const struct sysfs_space *sysfs = const_sysfs_of(space);
    struct device_entry *entry = device_list_find(&sysfs->list, sbdf);
    int rc, devices = sysfs_open_devices(sysfs->root);
    char name[XPCI_SBDF_LENGTH];
    struct stat status;

    if ( devices < 0 )
        return devices;
    xpci_sbdf_format(name, sbdf);
    if ( !fstatat(devices, name, &status, AT_SYMLINK_NOFOLLOW) )
        rc = entry ? reads_the_same(devices, name, entry) : -ESTALE;
    else if ( errno != ENOENT )
        rc = -errno;
    /* A captured tree can have a bridge without a link of its own. */
    else if ( entry && !entry->is_partial )
        rc = 1;
    else
        rc = lists_others(devices);
    close(devices);

    return rc;
}
