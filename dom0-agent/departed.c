/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "agree/difference.h"
#include "departed.h"

void departed_init(struct departed *departed)
{
    *departed = (struct departed){ .devices = NULL };
}

void departed_dispose(struct departed *departed)
{
    size_t i;

    for ( i = 0; i < departed->count; i++ )
        free(departed->devices[i].path);
    free(departed->devices);
    departed_init(departed);
}

static void forget(struct departed *departed, size_t index)
{
    struct departed_device *device = &departed->devices[index];

    free(device->path);
    memmove(device, device + 1,
            (departed->count - index - 1) * sizeof(*device));
    departed->count--;
}

/* Where it is, or `count`: it is not there. */
static size_t find(const struct departed *departed, const char *path)
{
    size_t i;

    for ( i = 0; i < departed->count; i++ )
        if ( !strcmp(departed->devices[i].path, path) )
            break;

    return i;
}

static int make_room(struct departed *departed)
{
    size_t room = departed->room ? 2 * departed->room : 16;
    struct departed_device *devices;

    if ( departed->count == DEPARTED_MOST )
        forget(departed, 0);
    if ( departed->count < departed->room )
        return 0;
    devices = reallocarray(departed->devices, room, sizeof(*devices));
    if ( !devices )
        return -ENOMEM;
    departed->devices = devices;
    departed->room = room;

    return 0;
}

int departed_went(struct departed *departed, const struct xpci_snapshot *before,
                  const struct xpci_device_info *device)
{
    char text[XPCI_PATH_LENGTH], *path;
    size_t index;

    path = strdup(xpci_path_format(text, before, device->sbdf));
    if ( !path )
        return -ENOMEM;
    index = find(departed, path);
    if ( index < departed->count )
        forget(departed, index);
    if ( make_room(departed) )
    {
        free(path);
        return -ENOMEM;
    }
    departed->devices[departed->count++] =
        (struct departed_device){ path, *device };

    return 0;
}

bool departed_came(struct departed *departed, const struct xpci_snapshot *now,
                   const struct xpci_device_info *device, uint32_t *from)
{
    char path[XPCI_PATH_LENGTH];
    size_t index = find(departed, xpci_path_format(path, now, device->sbdf));
    bool same;

    if ( index == departed->count )
        return false;
    same = difference_same_device(&departed->devices[index].device, device);
    *from = departed->devices[index].device.sbdf;
    forget(departed, index);

    return same;
}
