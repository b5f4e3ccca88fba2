/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walking a snapshot as a tree of buses and devices.
 */
#include <stdlib.h>

#include "tree.h"

/*
 * The buses are kept twice: by number, and as `children`, an index sorted by
 * the bridge that leads to them.  A bridge's children, and the root buses,
 * are a run in that index.
 */
struct tree_child {
    size_t parent;
    bool is_spill; /* not the bridge's secondary bus */
    size_t bus;
};

/* One level of the walk: a run of buses, or the devices of one bus. */
struct tree_level {
    size_t next;
    size_t begin;
    size_t end;
    size_t current; /* the bus or device whose children are above */
};

struct tree {
    const struct xpci_snapshot *snapshot;
    struct tree_bus *buses;
    size_t bus_count;
    struct tree_child *children;
    struct tree_level levels[TREE_DEPTH];
    unsigned int depth; /* the level that goes on next; even: buses */
    size_t only;        /* the device on the first bus, or ONLY_NONE */
};

#define ONLY_NONE SIZE_MAX

static int compare_buses(const void *left, const void *right)
{
    const struct tree_bus *a = left, *b = right;

    if ( a->segment != b->segment )
        return a->segment < b->segment ? -1 : 1;
    return (int)a->bus - (int)b->bus;
}

static int compare_children(const void *left, const void *right)
{
    const struct tree_child *a = left, *b = right;

    if ( a->parent != b->parent )
        return a->parent < b->parent ? -1 : 1;
    if ( a->is_spill != b->is_spill )
        return a->is_spill ? 1 : -1;
    return a->bus < b->bus ? -1 : a->bus > b->bus;
}

static struct tree_bus *find_bus(const struct tree *tree, uint16_t segment,
                                 uint8_t bus)
{
    const struct tree_bus key = { .segment = segment, .bus = bus };

    return bsearch(&key, tree->buses, tree->bus_count, sizeof(key),
                   compare_buses);
}

static void add_bus(struct tree *tree, uint16_t segment, uint8_t bus)
{
    tree->buses[tree->bus_count++] = (struct tree_bus){
        .segment = segment,
        .bus = bus,
        .parent = TREE_ROOT,
    };
}

/* Every bus that is named anywhere, once, in order. */
static void collect_buses(struct tree *tree)
{
    const struct xpci_snapshot *snapshot = tree->snapshot;
    size_t i, kept = 0;

    /* lspci always has bus 0 of segment 0; so outputs can be compared. */
    if ( snapshot->device_count )
        add_bus(tree, 0, 0);
    for ( i = 0; i < snapshot->device_count; i++ )
    {
        const struct xpci_device_info *device = &snapshot->devices[i];
        uint16_t segment = XPCI_SEGMENT(device->sbdf);

        if ( !i || (device[-1].sbdf >> 8) != (device->sbdf >> 8) )
            add_bus(tree, segment, XPCI_BUS(device->sbdf));
        if ( device->flags & XPCI_CONFIGURED )
            add_bus(tree, segment, device->secondary);
    }
    if ( !tree->bus_count )
        return;
    qsort(tree->buses, tree->bus_count, sizeof(*tree->buses), compare_buses);
    for ( i = 1; i < tree->bus_count; i++ )
        if ( compare_buses(&tree->buses[kept], &tree->buses[i]) )
            tree->buses[++kept] = tree->buses[i];
    tree->bus_count = kept + 1;
}

static void place_devices(struct tree *tree)
{
    const struct xpci_snapshot *snapshot = tree->snapshot;
    size_t i, device = 0;

    for ( i = 0; i < tree->bus_count; i++ )
    {
        struct tree_bus *bus = &tree->buses[i];
        uint32_t number = XPCI_SBDF(bus->segment, bus->bus, 0) >> 8;

        bus->first = device;
        while ( device < snapshot->device_count &&
                snapshot->devices[device].sbdf >> 8 == number )
            device++;
        bus->end = device;
    }
}

static void find_parents(struct tree *tree)
{
    const struct xpci_snapshot *snapshot = tree->snapshot;
    size_t i;

    for ( i = 0; i < tree->bus_count; i++ )
    {
        struct tree_bus *bus = &tree->buses[i];
        const struct xpci_bus_info *info =
            xpci_snapshot_bus(snapshot, bus->segment, bus->bus);
        const struct xpci_device_info *bridge;

        if ( !info )
            continue;
        bridge = xpci_snapshot_device(snapshot, info->bridge);
        if ( bridge && XPCI_SEGMENT(bridge->sbdf) == bus->segment )
            bus->parent = (size_t)(bridge - snapshot->devices);
        else
            bus->note = "its bridge is not there";
    }
}

static struct tree_bus *parent_bus(const struct tree *tree,
                                   const struct tree_bus *bus)
{
    uint32_t sbdf;

    if ( bus->parent == TREE_ROOT )
        return NULL;
    sbdf = tree->snapshot->devices[bus->parent].sbdf;
    return find_bus(tree, XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf));
}

/* `bus` lies on a cycle: hang its lowest bus at the root. */
static void cut_cycle(const struct tree *tree, struct tree_bus *bus)
{
    struct tree_bus *lowest = bus, *at = parent_bus(tree, bus);

    while ( at != bus )
    {
        if ( at->bus < lowest->bus )
            lowest = at;
        at = parent_bus(tree, at);
    }
    lowest->parent = TREE_ROOT;
    lowest->note = "its way up goes round";
}

/* A walk to the root has at most 256 buses; a longer one is on a cycle. */
static void cut_cycles(struct tree *tree)
{
    size_t i;

    for ( i = 0; i < tree->bus_count; i++ )
    {
        struct tree_bus *at = &tree->buses[i];
        unsigned int steps;

        for ( steps = 0; at && steps < 256; steps++ )
            at = parent_bus(tree, at);
        if ( at )
            cut_cycle(tree, at);
    }
}

static void sort_children(struct tree *tree)
{
    size_t i;

    for ( i = 0; i < tree->bus_count; i++ )
    {
        const struct tree_bus *bus = &tree->buses[i];
        struct tree_child *child = &tree->children[i];

        child->parent = bus->parent;
        child->bus = i;
        if ( bus->parent != TREE_ROOT )
            child->is_spill =
                tree->snapshot->devices[bus->parent].secondary != bus->bus;
    }
    if ( tree->bus_count )
        qsort(tree->children, tree->bus_count, sizeof(*tree->children),
              compare_children);
}

/* The first child of `parent`, or of the next one that has any. */
static size_t first_child(const struct tree *tree, size_t parent)
{
    size_t low = 0, high = tree->bus_count;

    while ( low < high )
    {
        size_t middle = low + (high - low) / 2;

        if ( tree->children[middle].parent < parent )
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void enter_buses(struct tree *tree, unsigned int depth, size_t parent)
{
    size_t begin = first_child(tree, parent), end = begin;

    while ( end < tree->bus_count && tree->children[end].parent == parent )
        end++;
    tree->levels[depth] =
        (struct tree_level){ .next = begin, .begin = begin, .end = end };
}

struct tree *tree_open(const struct xpci_snapshot *snapshot)
{
    struct tree *tree = calloc(1, sizeof(*tree));
    /* Each device brings at most the bus it is on and its secondary. */
    size_t room = 2 * snapshot->device_count + 1;

    if ( !tree )
        return NULL;
    tree->snapshot = snapshot;
    tree->only = ONLY_NONE;
    tree->buses = calloc(room, sizeof(*tree->buses));
    if ( !tree->buses )
        goto fail;
    collect_buses(tree);
    tree->children = calloc(tree->bus_count + 1, sizeof(*tree->children));
    if ( !tree->children )
        goto fail;
    place_devices(tree);
    find_parents(tree);
    cut_cycles(tree);
    sort_children(tree);
    enter_buses(tree, 0, TREE_ROOT);
    return tree;

fail:
    tree_close(tree);
    return NULL;
}

void tree_only(struct tree *tree, size_t device)
{
    uint32_t sbdf = tree->snapshot->devices[device].sbdf;
    size_t bus = (size_t)(find_bus(tree, XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf)) -
                          tree->buses);
    size_t child = 0;

    while ( tree->children[child].bus != bus )
        child++;
    tree->only = device;
    tree->levels[0] =
        (struct tree_level){ .next = child, .begin = child, .end = child + 1 };
}

void tree_close(struct tree *tree)
{
    if ( !tree )
        return;
    free(tree->buses);
    free(tree->children);
    free(tree);
}

/* What a step says about number `index`: a child, or a device. */
static void describe(const struct tree *tree, struct tree_step *step,
                     size_t index)
{
    if ( step->depth % 2 )
    {
        step->device = &tree->snapshot->devices[index];
        step->bus = NULL;
    }
    else
    {
        step->bus = &tree->buses[tree->children[index].bus];
        step->device = NULL;
    }
}

void tree_next(struct tree *tree, struct tree_step *step)
{
    struct tree_level *level = &tree->levels[tree->depth];
    struct tree_level *below = level + 1;

    step->depth = tree->depth;
    if ( level->next == level->end )
    {
        if ( !tree->depth )
        {
            step->event = TREE_END;
            return;
        }
        tree->depth--;
        step->depth = tree->depth;
        step->event = step->depth % 2 ? TREE_DEVICE_END : TREE_BUS_END;
        describe(tree, step, tree->levels[tree->depth].current);
        return;
    }
    level->current = level->next++;
    step->only = level->end - level->begin == 1;
    step->last = level->next == level->end;
    describe(tree, step, level->current);
    if ( step->bus )
    {
        step->event = TREE_BUS;
        *below = (struct tree_level){ .next = step->bus->first,
                                      .begin = step->bus->first,
                                      .end = step->bus->end };
        if ( !tree->depth && tree->only != ONLY_NONE )
            *below = (struct tree_level){ .next = tree->only,
                                          .begin = tree->only,
                                          .end = tree->only + 1 };
    }
    else
    {
        step->event = TREE_DEVICE;
        enter_buses(tree, tree->depth + 1, level->current);
    }
    step->children = below->end - below->begin;
    tree->depth++;
}
