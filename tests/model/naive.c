/* SPDX-License-Identifier: GPL-2.0-only */
#include "naive_rules.h"

#include "grow.h"

#include <stdlib.h>
#include <string.h>

void naive_init(struct naive *naive, const struct world *world)
{
    memset(naive, 0, sizeof(*naive));
    naive->world = world;
}

void naive_dispose(struct naive *naive)
{
    free(naive->devices);
    free(naive->left);
    naive_init(naive, naive->world);
}

/* --- What config space says ------------------------------------------- */

static bool has_numbers(const struct world_function *function)
{
    return function->layout == 1 || function->layout == 2;
}

static bool is_there(const struct world_function *function)
{
    return function && function->class_revision != 0xffffffff;
}

static enum xpci_type type_of(const struct world_function *function)
{
    uint16_t class = (uint16_t)(function->class_revision >> 16);

    switch ( function->pcie )
    {
    case 0:
    case 1:
        return XPCI_TYPE_ENDPOINT;
    case 4:
        return XPCI_TYPE_ROOT_PORT;
    case 5:
        return XPCI_TYPE_UPSTREAM_PORT;
    case 6:
        return XPCI_TYPE_DOWNSTREAM_PORT;
    case 7:
        return XPCI_TYPE_PCIE_TO_PCI_BRIDGE;
    case 8:
        return XPCI_TYPE_PCI_TO_PCIE_BRIDGE;
    case 9:
        return XPCI_TYPE_RCIEP;
    case 10:
        return XPCI_TYPE_RCEC;
    }
    if ( function->layout == 2 || class == 0x0607 )
        return XPCI_TYPE_CARDBUS_BRIDGE;
    if ( function->layout == 1 || class == 0x0604 )
        return XPCI_TYPE_PCI_BRIDGE;
    return class == 0x0600 ? XPCI_TYPE_HOST_BRIDGE : XPCI_TYPE_PCI_DEVICE;
}

static void take_numbers(struct naive_device *device,
                         const struct world_function *function)
{
    device->primary = function->primary;
    device->secondary = function->secondary;
    device->subordinate = function->subordinate;
    device->stale = false;
}

static void becomes_stale(struct naive_device *device)
{
    device->primary = device->secondary = device->subordinate = 0;
    device->stale = true;
    device->asleep = false;
}

static void look_again(struct naive *naive, struct naive_device *device)
{
    const struct world_function *function =
        world_get(naive->world, device->sbdf);

    device->looked_at = true;
    if ( !function || (function->vendor == 0xffff &&
                       function->device == 0xffff && !is_there(function)) )
        device->asleep = true;
    else if ( function->vendor != device->vendor ||
              function->device != device->device ||
              function->layout != device->layout )
        becomes_stale(device);
    else
        take_numbers(device, function);
}

/*
 * Whatever clashes with a bridge that answered in this report is looked at
 * too; what does not answer then does not stand in its way any longer.
 */
static void settle(struct naive *naive)
{
    bool changed;
    size_t i;
    size_t j;

    do
    {
        changed = false;
        for ( i = 0; i < naive->count; i++ )
            for ( j = 0; j < naive->count; j++ )
            {
                struct naive_device *answered = &naive->devices[i];
                struct naive_device *other = &naive->devices[j];

                if ( !answered->looked_at || answered->asleep ||
                     !naive_clash(answered, other) )
                    continue;
                if ( !other->looked_at )
                {
                    look_again(naive, other);
                    changed = true;
                }
                if ( other->asleep )
                {
                    becomes_stale(other);
                    changed = true;
                }
            }
    } while ( changed );
}

/* Look at all bridges on lower buses; false: all of them have been. */
static bool sweep(struct naive *naive, uint16_t segment, uint8_t bus)
{
    bool any = false;
    size_t i;

    for ( i = 0; i < naive->count; i++ )
    {
        struct naive_device *device = &naive->devices[i];

        if ( device->bridge && !device->looked_at &&
             segment_of(device) == segment && bus_of(device) < bus )
        {
            look_again(naive, device);
            any = true;
        }
    }
    settle(naive);
    return any;
}

/* Upwards, and again from the beginning where something was seen anew. */
static void refresh(struct naive *naive, uint16_t segment, uint8_t from)
{
    uint8_t bus = from;

    for ( ;; )
    {
        struct naive_device *way = naive_leads_to(naive, segment, bus);
        bool own = way && way->secondary == bus;

        if ( own && !way->looked_at )
        {
            look_again(naive, way);
            settle(naive);
            if ( way->asleep )
                becomes_stale(way);
            bus = from;
        }
        else if ( !own && sweep(naive, segment, bus) )
            bus = from;
        else if ( !way )
            return;
        else if ( way->asleep )
        {
            becomes_stale(way);
            bus = from;
        }
        else
            bus = bus_of(way);
    }
}

static void refresh_for(struct naive *naive, uint32_t sbdf, bool virtfn,
                        uint32_t physfn)
{
    uint16_t segment = (uint16_t)(sbdf >> 16);
    uint8_t bus = (uint8_t)(sbdf >> 8);
    uint8_t physfn_bus = (uint8_t)(physfn >> 8);

    if ( virtfn && physfn_bus != bus )
    {
        const struct naive_device *to_physfn;

        refresh(naive, segment, physfn_bus);
        to_physfn = naive_leads_to(naive, segment, physfn_bus);
        if ( to_physfn && to_physfn == naive_leads_to(naive, segment, bus) )
            return;
    }
    refresh(naive, segment, bus);
}

/* --- Coming and going -------------------------------------------------- */

static void begin(struct naive *naive)
{
    size_t i;

    naive->left_count = naive->groups = 0;
    for ( i = 0; i < naive->count; i++ )
        naive->devices[i].looked_at = naive->devices[i].asleep = false;
}

static void leaves(struct naive *naive, struct naive_device *device)
{
    device->leaves = true;
    if ( device->bridge_only )
        return;
    naive->left = grow(naive->left, naive->left_count + 1, &naive->left_room,
                       sizeof(*naive->left));
    naive->left[naive->left_count].sbdf = device->sbdf;
    naive->left[naive->left_count++].group = naive->groups;
}

static void forget_those_that_left(struct naive *naive)
{
    size_t kept = 0;
    size_t i;

    for ( i = 0; i < naive->count; i++ )
        if ( !naive->devices[i].leaves )
            naive->devices[kept++] = naive->devices[i];
    naive->count = kept;
}

static void vfs_leave(struct naive *naive, const struct naive_device *physfn)
{
    struct naive_device *last;
    size_t i;

    do
    {
        last = NULL;
        for ( i = 0; i < naive->count; i++ )
        {
            struct naive_device *device = &naive->devices[i];

            if ( device->virtfn && device->physfn == physfn->sbdf &&
                 !device->leaves && (!last || device->sbdf > last->sbdf) )
                last = device;
        }
        if ( last )
            leaves(naive, last);
    } while ( last );
    naive->groups++;
}

static void take_away(struct naive *naive, struct naive_device *device)
{
    struct naive_device *last;
    size_t i;

    do
    {
        last = NULL;
        for ( i = 0; device->bridge && i < naive->count; i++ )
        {
            struct naive_device *other = &naive->devices[i];

            if ( !other->leaves && segment_of(other) == segment_of(device) &&
                 (!last || other->sbdf > last->sbdf) &&
                 naive_is_behind(naive, bus_of(other), device) )
                last = other;
        }
        if ( last )
        {
            vfs_leave(naive, last);
            leaves(naive, last);
        }
    } while ( last );
    vfs_leave(naive, device);
    leaves(naive, device);
    forget_those_that_left(naive);
}

/* What a report makes of the function that is at its SBDF now. */
static struct naive_device describe(const struct world_function *function,
                                    bool virtfn, uint32_t physfn)
{
    struct naive_device device = {
        .sbdf = function->sbdf,
        .vendor = function->vendor,
        .device = function->device,
        .class_revision = function->class_revision,
        .type = type_of(function),
        .layout = function->layout,
        .bridge = has_numbers(function),
        .virtfn = virtfn,
        .physfn = virtfn ? physfn : 0,
        .node = XPCI_NO_NODE,
    };

    if ( device.bridge )
        take_numbers(&device, function);
    return device;
}

static bool same_identity(const struct naive_device *a,
                          const struct naive_device *b)
{
    return a->vendor == b->vendor && a->device == b->device &&
           a->class_revision == b->class_revision && a->type == b->type &&
           a->layout == b->layout && a->virtfn == b->virtfn &&
           a->physfn == b->physfn;
}

static struct naive_device *append(struct naive *naive)
{
    naive->devices = grow(naive->devices, naive->count + 1, &naive->room,
                          sizeof(*naive->devices));
    return &naive->devices[naive->count++];
}

/* Another device than the one that is known: the known one goes. */
static void replace(struct naive *naive, const struct naive_device *now)
{
    struct naive_device *known = naive_record(naive, now->sbdf);

    if ( known && !same_identity(known, now) )
        take_away(naive, known);
}

/* Enter or update; a PF's VFs are extended functions where it is. */
static void enter(struct naive *naive, const struct naive_device *now)
{
    struct naive_device *known = naive_record(naive, now->sbdf);
    uint32_t node = known ? known->node : XPCI_NO_NODE;
    size_t i;

    if ( !known )
        known = append(naive);
    *known = *now;
    known->looked_at = true;
    /* A report that says no node takes none away. */
    if ( known->node == XPCI_NO_NODE )
        known->node = node;
    for ( i = 0; i < naive->count; i++ )
        if ( naive->devices[i].virtfn && naive->devices[i].physfn == now->sbdf )
            naive->devices[i].extfn = now->extfn;
    settle(naive);
}

/* --- Operations -------------------------------------------------------- */

int naive_scan_device(struct naive *naive, uint32_t sbdf)
{
    const struct world_function *function = world_get(naive->world, sbdf);

    begin(naive);
    if ( naive_record(naive, sbdf) )
        return 0;
    if ( !is_there(function) )
        return -ENODEV;
    *append(naive) = describe(function, false, 0);
    return 0;
}

static bool seen_by_scan(const struct world_function *function)
{
    uint32_t id;

    if ( !function )
        return false;
    id = function->vendor | (uint32_t)function->device << 16;
    return id != 0xffffffff && id != 0 && id != 0x0000ffff && id != 0xffff0000;
}

size_t naive_scan_segment(struct naive *naive, uint16_t segment, size_t limit)
{
    uint32_t sbdf = (uint32_t)segment << 16;
    uint32_t last = sbdf + 0xffff;
    size_t before = naive->count;

    begin(naive);
    while ( naive->count - before < limit )
    {
        const struct world_function *function = world_get(naive->world, sbdf);
        uint32_t step = 1;

        /* Where the class reads all ones, there is nothing to enter. */
        if ( seen_by_scan(function) )
            (void)naive_scan_device(naive, sbdf);
        if ( !(sbdf & 7) &&
             (!seen_by_scan(function) || !function->multifunction) )
            step = 8;
        if ( last - sbdf < step )
            break;
        sbdf += step;
    }
    return naive->count - before;
}

static uint32_t physfn_of(uint32_t sbdf, const struct xpci_report *report)
{
    return (sbdf & 0xffff0000) | (uint32_t)report->physfn_bus << 8 |
           report->physfn_devfn;
}

int naive_check_add(const struct naive *naive, uint32_t sbdf,
                    const struct xpci_report *report)
{
    const struct world_function *function = world_get(naive->world, sbdf);
    const struct naive_device *known;
    uint32_t physfn;

    if ( !is_there(function) )
        return -ENODEV;
    if ( !report->is_virtfn )
        return 0;
    physfn = physfn_of(sbdf, report);
    known = naive_record(naive, physfn);
    if ( physfn == sbdf || has_numbers(function) || (known && known->virtfn) )
        return -EINVAL;
    return is_there(world_get(naive->world, physfn)) ? 0 : -ENODEV;
}

int naive_add(struct naive *naive, uint32_t sbdf,
              const struct xpci_report *report)
{
    uint32_t physfn = physfn_of(sbdf, report);
    const struct naive_device *known;
    struct naive_device now;
    int rc = naive_check_add(naive, sbdf, report);

    begin(naive);
    if ( rc )
        return rc;
    refresh_for(naive, sbdf, report->is_virtfn, physfn);
    now = describe(world_get(naive->world, sbdf), report->is_virtfn, physfn);
    now.node = report->node;
    now.extfn = report->is_extfn;
    replace(naive, &now);
    if ( report->is_virtfn )
    {
        known = naive_record(naive, physfn);
        if ( !known || known->bridge_only )
        {
            struct naive_device pf =
                describe(world_get(naive->world, physfn), false, 0);

            replace(naive, &pf);
            enter(naive, &pf);
        }
        now.extfn = naive_record(naive, physfn)->extfn;
    }
    enter(naive, &now);
    if ( now.bridge )
        refresh(naive, (uint16_t)(sbdf >> 16), (uint8_t)(sbdf >> 8));
    return 0;
}

int naive_remove(struct naive *naive, uint32_t sbdf)
{
    struct naive_device *device = naive_record(naive, sbdf);
    int rc = device && !device->bridge_only ? 0 : -ENODEV;

    begin(naive);
    if ( device )
        take_away(naive, device);
    return rc;
}

int naive_reset(struct naive *naive, uint32_t sbdf)
{
    struct naive_device *device = naive_record(naive, sbdf);

    begin(naive);
    if ( !device || device->bridge_only )
        return -ENODEV;
    if ( device->bridge )
    {
        look_again(naive, device);
        settle(naive);
    }
    refresh_for(naive, sbdf, device->virtfn, device->physfn);
    return 0;
}

void naive_refuse(struct naive *naive, uint32_t sbdf)
{
    struct naive_device *device = naive_record(naive, sbdf);

    begin(naive);
    if ( !device || device->bridge_only )
        return;
    vfs_leave(naive, device);
    if ( device->bridge )
        device->bridge_only = true;
    else
        device->leaves = true;
    forget_those_that_left(naive);
}
