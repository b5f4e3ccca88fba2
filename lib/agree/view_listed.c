/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "view_listed.h"

/* `directory` is laid out like /sys, or has such a `sys`. */
static DIR *open_devices(const char *directory)
{
    static const char *const places[] = { "", "/sys" };
    DIR *devices = NULL;
    unsigned int i;
    char *path;

    for ( i = 0; !devices && i < ARRAY_SIZE(places); i++ )
    {
        if ( asprintf(&path, "%s%s/bus/pci/devices", directory, places[i]) < 0 )
        {
            errno = ENOMEM;
            return NULL;
        }
        devices = opendir(path);
        free(path);
    }

    return devices;
}

int view_listed(struct sbdf_set *listed, const struct view_source *source)
{
    const struct dirent *entry;
    uint32_t sbdf;
    DIR *devices;
    int rc = 0;

    if ( source->kind == VIEW_DUMP )
        return 0;
    devices = open_devices(source->kind == VIEW_LIVE ? "/sys" : source->path);
    if ( !devices )
        return -errno;

    for ( ;; )
    {
        errno = 0;
        entry = readdir(devices);
        if ( !entry )
            break;
        if ( xpci_sbdf_parse(entry->d_name, &sbdf) )
            continue;
        rc = sbdf_set_add(listed, sbdf);
        if ( rc )
            break;
    }
    if ( !rc && errno )
        rc = -errno;
    closedir(devices);

    return rc;
}
