/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "alike.h"

/* Fewer than these are shown one by one; VFs are many by nature. */
#define RUN_LEAST 3U
#define VF_RUN_LEAST 2U

struct alike {
    const struct xpci_snapshot *snapshot;
    uint64_t *kind; /* of each device: equal numbers for what is alike */
};

/* FNV-1a, a number at a time. */
static uint64_t mix(uint64_t hash, uint64_t number)
{
    unsigned int i;

    for ( i = 0; i < 8; i++ )
        hash = (hash ^ ((number >> (8 * i)) & 0xff)) * 0x100000001b3ULL;

    return hash;
}

#define MIX_FIRST 0xcbf29ce484222325ULL

static bool is_troubled(const struct xpci_snapshot *snapshot,
                        const struct xpci_device_info *device)
{
    size_t i;

    for ( i = 0; i < snapshot->problem_count; i++ )
        if ( snapshot->problems[i].has_sbdf &&
             snapshot->problems[i].sbdf == device->sbdf )
            return true;

    return false;
}

/* What a device is by itself; one in trouble is like no other. */
static uint64_t own_kind(const struct xpci_snapshot *snapshot,
                         const struct xpci_device_info *device)
{
    uint64_t hash = mix(MIX_FIRST, device->type);

    hash = mix(hash, device->class_revision >> 8);
    hash = mix(hash, device->vendor);
    hash = mix(hash, device->device);
    if ( device->flags & XPCI_VIRTFN )
    {
        hash = mix(hash, XPCI_DEVFN(device->physfn));
        hash = mix(hash, (device->sbdf >> 8) - (device->physfn >> 8));
    }
    if ( is_troubled(snapshot, device) )
        hash = mix(hash, device->sbdf);

    return hash;
}

/* Bottom up, along a walk of the tree: each level's number so far. */
static void find_kinds(struct alike *alike, struct tree *tree)
{
    uint64_t level[TREE_DEPTH + 1] = { 0 };
    struct tree_step step;

    for ( tree_next(tree, &step); step.event != TREE_END;
          tree_next(tree, &step) )
    {
        switch ( step.event )
        {
        case TREE_BUS:
            level[step.depth + 1] = MIX_FIRST;
            break;
        case TREE_DEVICE:
            level[step.depth + 1] = own_kind(alike->snapshot, step.device);
            break;
        case TREE_BUS_END:
            level[step.depth] = mix(level[step.depth], level[step.depth + 1]);
            break;
        default:
            alike->kind[step.device - alike->snapshot->devices] =
                level[step.depth + 1];
            level[step.depth] =
                mix(mix(level[step.depth], XPCI_DEVFN(step.device->sbdf)),
                    level[step.depth + 1]);
            break;
        }
    }
}

struct alike *alike_open(const struct xpci_snapshot *snapshot)
{
    struct alike *alike = calloc(1, sizeof(*alike));
    struct tree *tree = tree_open(snapshot);

    if ( alike )
    {
        alike->snapshot = snapshot;
        alike->kind = calloc(snapshot->device_count + 1, sizeof(*alike->kind));
    }
    if ( !alike || !tree || !alike->kind )
    {
        alike_close(alike);
        alike = NULL;
    }
    else
        find_kinds(alike, tree);
    tree_close(tree);

    return alike;
}

void alike_close(struct alike *alike)
{
    if ( !alike )
        return;
    free(alike->kind);
    free(alike);
}

size_t alike_run(const struct alike *alike, size_t index, size_t end)
{
    bool is_virtfn = alike->snapshot->devices[index].flags & XPCI_VIRTFN;
    size_t count = 1;

    while ( index + count < end &&
            alike->kind[index + count] == alike->kind[index] )
        count++;

    return count >= (is_virtfn ? VF_RUN_LEAST : RUN_LEAST) ? count : 1;
}
