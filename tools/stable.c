/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices by what a renumbering does not change. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agree/identity.h"
#include "stable.h"

void stable_init(struct stable *stable)
{
    *stable = (struct stable){ NULL, 0 };
}

void stable_dispose(struct stable *stable)
{
    size_t i;

    for ( i = 0; i < stable->count; i++ )
        free(stable->names[i].name);
    free(stable->names);
    stable_init(stable);
}

const char *stable_format(char *text, const struct xpci_snapshot *snapshot,
                          const struct xpci_device_info *device)
{
    size_t length;

    if ( !(device->flags & XPCI_VIRTFN) )
        return xpci_path_format(text, snapshot, device->sbdf);
    xpci_path_format(text, snapshot, device->physfn);
    length = strlen(text);
    snprintf(text + length, STABLE_LENGTH - length, "+%x",
             (device->sbdf - device->physfn) & 0xffffU);

    return text;
}

bool stable_is_name(const char *name)
{
    return strlen(name) < STABLE_LENGTH && strchr(name, ':') &&
           strchr(name, '/') &&
           strspn(name, "0123456789abcdef:./+") == strlen(name);
}

static int compare_names(const void *first, const void *second)
{
    const struct stable_name *a = first, *b = second;
    int order = strcmp(a->name, b->name);

    return order ? order
                 : (a->device->sbdf > b->device->sbdf) -
                       (a->device->sbdf < b->device->sbdf);
}

int stable_fill(struct stable *stable, const struct xpci_snapshot *snapshot)
{
    char text[STABLE_LENGTH];
    size_t i;

    stable->names = calloc(snapshot->device_count + 1, sizeof(*stable->names));
    if ( !stable->names )
        return -ENOMEM;
    for ( i = 0; i < snapshot->device_count; i++ )
    {
        const struct xpci_device_info *device = &snapshot->devices[i];
        struct stable_name *name = &stable->names[stable->count];

        if ( device->flags & XPCI_DISPLACED )
            continue;
        name->device = device;
        name->name = strdup(stable_format(text, snapshot, device));
        if ( !name->name )
        {
            stable_dispose(stable);
            return -ENOMEM;
        }
        stable->count++;
    }
    qsort(stable->names, stable->count, sizeof(*stable->names), compare_names);

    return 0;
}

/* The number of the first one that is not below `name`. */
static size_t lower_bound(const struct stable *stable, const char *name)
{
    size_t low = 0, high = stable->count;

    while ( low < high )
    {
        size_t middle = low + (high - low) / 2;

        if ( strcmp(stable->names[middle].name, name) < 0 )
            low = middle + 1;
        else
            high = middle;
    }

    return low;
}

enum stable_found stable_find(const struct stable *stable, const char *name,
                              const struct xpci_device_info *identity,
                              uint32_t *sbdf)
{
    unsigned int same_count = 0, another_count = 0;
    uint32_t at = *sbdf, same = at, another = at;
    size_t i;

    for ( i = lower_bound(stable, name);
          i < stable->count && !strcmp(stable->names[i].name, name); i++ )
    {
        const struct xpci_device_info *device = stable->names[i].device;

        if ( !identity_same_device(device, identity) )
        {
            another_count++;
            another = device->sbdf;
            continue;
        }
        same_count++;
        if ( same_count == 1 || device->sbdf == at )
            same = device->sbdf;
    }
    *sbdf = same_count ? same : another;
    if ( same_count )
        return same_count == 1 || same == at ? STABLE_SAME : STABLE_SEVERAL;

    return another_count ? STABLE_ANOTHER : STABLE_NONE;
}
