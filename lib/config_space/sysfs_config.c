/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading a function's config space from its file in sysfs, and finding where
 * these files are.
 */
#include <endian.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "sysfs_config.h"

#define ALL_ONES 0xffffffffU

/* The bits of the dwords from `offset` on. */
static uint64_t bits_of(unsigned int offset, unsigned int size)
{
    return (((uint64_t)1 << (size / 4)) - 1) << (offset / 4);
}

int sysfs_config_open(struct sysfs_config *config, int devices,
                      const char *name)
{
    char path[PATH_MAX];
    ssize_t got;
    int rc;

    config->error = 0;
    config->cut = 0;
    config->kept = 0;
    config->fd = -1;
    rc = snprintf(path, sizeof(path), "%s/config", name);
    if ( rc < 0 || (size_t)rc >= sizeof(path) )
        return -ENAMETOOLONG;
    config->fd = openat(devices, path, O_RDONLY | O_CLOEXEC);
    if ( config->fd < 0 )
        return -errno;
    got = pread(config->fd, config->bytes, SYSFS_CONFIG_HEADER, 0);
    if ( got == (ssize_t)SYSFS_CONFIG_HEADER )
    {
        config->kept = bits_of(0, SYSFS_CONFIG_HEADER);
        return 0;
    }
    rc = got < 0 ? -errno : -ENODATA;
    sysfs_config_close(config);

    return rc;
}

void sysfs_config_close(struct sysfs_config *config)
{
    if ( config->fd >= 0 )
        close(config->fd);
    config->fd = -1;
}

uint32_t sysfs_config_dword(void *source, unsigned int offset)
{
    struct sysfs_config *config = source;
    bool keeps = offset + sizeof(uint32_t) <= SYSFS_CONFIG_KEPT;
    uint32_t dword = ALL_ONES;
    ssize_t got;

    if ( keeps && (config->kept & bits_of(offset, sizeof(dword))) )
        memcpy(&dword, config->bytes + offset, sizeof(dword));
    else if ( !config->cut || offset < config->cut )
    {
        got = pread(config->fd, &dword, sizeof(dword), offset);
        if ( got < 0 && !config->error )
            config->error = -errno;
        if ( got >= 0 && got < (ssize_t)sizeof(dword) )
            config->cut = offset;
        if ( got != (ssize_t)sizeof(dword) )
            return ALL_ONES;
        if ( keeps )
        {
            memcpy(config->bytes + offset, &dword, sizeof(dword));
            config->kept |= bits_of(offset, sizeof(dword));
        }
    }

    return le32toh(dword);
}

int sysfs_find_root(char *root, const char *directory,
                    struct xpci_message *message)
{
    static const char *const places[] = { "bus/pci", "sys/bus/pci" };
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(places); i++ )
    {
        char devices[SYSFS_ROOT_MOST + 16];
        struct stat status;
        int length =
            snprintf(root, SYSFS_ROOT_MOST, "%s/%s", directory, places[i]);

        if ( length < 0 || length >= SYSFS_ROOT_MOST )
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

int sysfs_open_devices(const char *root)
{
    char path[SYSFS_ROOT_MOST + 16];
    int fd;

    snprintf(path, sizeof(path), "%s/devices", root);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 ? -errno : fd;
}
