/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups of neighbouring devices that a picture shows once.
 */
#include <stdlib.h>

#include "group.h"

/* Fewer than these are shown one by one; VFs are many by nature. */
#define RUN_LEAST 3U
#define VF_RUN_LEAST 2U

struct groups {
    const struct xpci_snapshot *snapshot;
    uint64_t *kind; /* of each device: equal numbers for devices alike */
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

static bool has_problem(const struct xpci_snapshot *snapshot,
                        const struct xpci_device_info *device)
{
    size_t i;

    for ( i = 0; i < snapshot->problem_count; i++ )
        if ( snapshot->problems[i].has_sbdf &&
             snapshot->problems[i].sbdf == device->sbdf )
            return true;

    return false;
}

/* Kind of the device alone; a device with a problem is alone of its kind. */
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
    if ( has_problem(snapshot, device) )
        hash = mix(hash, device->sbdf);

    return hash;
}

/* Walk the tree bottom up; `level` has the number of each level so far. */
static void find_kinds(struct groups *groups, struct tree *tree)
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
            level[step.depth + 1] = own_kind(groups->snapshot, step.device);
            break;
        case TREE_BUS_END:
            level[step.depth] = mix(level[step.depth], level[step.depth + 1]);
            break;
        default:
            groups->kind[step.device - groups->snapshot->devices] =
                level[step.depth + 1];
            level[step.depth] =
                mix(mix(level[step.depth], XPCI_DEVFN(step.device->sbdf)),
                    level[step.depth + 1]);
            break;
        }
    }
}

struct groups *groups_open(const struct xpci_snapshot *snapshot)
{
    struct groups *groups = calloc(1, sizeof(*groups));
    struct tree *tree = tree_open(snapshot);

    if ( groups )
    {
        groups->snapshot = snapshot;
        groups->kind =
            calloc(snapshot->device_count + 1, sizeof(*groups->kind));
    }
    if ( !groups || !tree || !groups->kind )
    {
        groups_close(groups);
        groups = NULL;
    }
    else
        find_kinds(groups, tree);
    tree_close(tree);

    return groups;
}

void groups_close(struct groups *groups)
{
    if ( !groups )
        return;
    free(groups->kind);
    free(groups);
}

size_t groups_count(const struct groups *groups, size_t index, size_t end)
{
    bool is_virtfn = groups->snapshot->devices[index].flags & XPCI_VIRTFN;
    size_t count = 1;

    while ( index + count < end &&
            groups->kind[index + count] == groups->kind[index] )
        count++;

    return count >= (is_virtfn ? VF_RUN_LEAST : RUN_LEAST) ? count : 1;
}
