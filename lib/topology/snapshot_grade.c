/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Takes back what a snapshot states about functions whose config space could
 * not be read whole, as by somebody who is not root.
 */
#include <xen-pci/embedded.h>

#include "config_space/device_list.h"

/* One function, for device_capabilities_cut(). */
struct function {
    struct config_space *space;
    uint32_t sbdf;
};

static uint32_t read_function(void *source, unsigned int offset)
{
    const struct function *function = source;

    return function->space->ops->read(function->space, function->sbdf, offset);
}

static bool is_behind_bridge(const struct xpci_snapshot *snapshot,
                             uint32_t sbdf)
{
    return xpci_snapshot_bus(snapshot, XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf));
}

/* A hint for a function of another layout than this one is none. */
static uint8_t type_by_hint(const struct xpci_snapshot *snapshot,
                            const struct xpci_device_info *info,
                            const struct config_space_hint *hint)
{
    bool is_bridge = info->flags & XPCI_BRIDGE;

    switch ( hint->type )
    {
    case XPCI_TYPE_ROOT_PORT:
    case XPCI_TYPE_UPSTREAM_PORT:
    case XPCI_TYPE_DOWNSTREAM_PORT:
        return is_bridge ? hint->type : XPCI_TYPE_UNKNOWN;
    case XPCI_TYPE_RCEC:
        return is_bridge ? XPCI_TYPE_UNKNOWN : hint->type;
    }
    /* On a root bus it can be one that is integrated in the root complex. */
    if ( hint->is_express && !is_bridge &&
         is_behind_bridge(snapshot, info->sbdf) )
        return XPCI_TYPE_ENDPOINT;

    return XPCI_TYPE_UNKNOWN;
}

/* True where the type is not the one that the tables have. */
static bool grade_device(const struct xpci_snapshot *snapshot,
                         struct config_space *space,
                         struct xpci_device_info *info)
{
    struct config_space_hint hint = { .type = XPCI_TYPE_UNKNOWN };
    struct function function = { space, info->sbdf };
    uint8_t before = info->type;

    /* In sysfs each VF has a link to its PF. */
    if ( space->source == XPCI_SOURCE_FILE && info->vendor == 0xffff &&
         !(info->flags & (XPCI_BRIDGE | XPCI_VIRTFN)) )
        info->flags |= XPCI_VIRTFN_UNREAD;
    if ( !device_capabilities_cut(read_function, &function, info->header_type) )
        return false;
    if ( space->ops->hint )
        space->ops->hint(space, info->sbdf, &hint);
    info->type = type_by_hint(snapshot, info, &hint);

    return info->type != before;
}

/* The bridge that leads to the bus of `sbdf`, or NULL. */
static const struct xpci_device_info *bridge_above(
    const struct xpci_snapshot *snapshot, uint32_t sbdf)
{
    const struct xpci_bus_info *bus =
        xpci_snapshot_bus(snapshot, XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf));

    return bus ? xpci_snapshot_device(snapshot, bus->bridge) : NULL;
}

/*
 * From the bus up: each aliasing bridge takes the place of those below it, and
 * so may one of which nobody knows whether it is one.
 */
static void derive_upstream(const struct xpci_snapshot *snapshot,
                            struct xpci_bus_info *bus)
{
    const struct xpci_device_info *bridge =
        xpci_snapshot_device(snapshot, bus->bridge);
    unsigned int steps;

    bus->has_upstream = false;
    bus->upstream_unread = false;
    for ( steps = 0; bridge && steps < 256; steps++ )
    {
        if ( xpci_type_aliases(bridge->type) )
        {
            bus->has_upstream = true;
            bus->upstream_unread = false;
            bus->upstream = bridge->sbdf;
            bus->secondary = bridge->secondary;
        }
        else if ( bridge->type == XPCI_TYPE_UNKNOWN )
        {
            bus->has_upstream = false;
            bus->upstream_unread = true;
        }
        bridge = bridge_above(snapshot, bridge->sbdf);
    }
}

static const struct xpci_device_info *first_on_bus(
    const struct xpci_snapshot *snapshot, uint32_t first)
{
    size_t low = 0, high = snapshot->device_count;

    while ( low < high )
    {
        size_t middle = low + (high - low) / 2;

        if ( snapshot->devices[middle].sbdf < first )
            low = middle + 1;
        else
            high = middle;
    }

    return &snapshot->devices[low];
}

/* Downstream ports are inside of a switch, behind its upstream port. */
static bool leads_to_switch(const struct xpci_snapshot *snapshot,
                            const struct xpci_device_info *bridge)
{
    const struct xpci_device_info *end =
        snapshot->devices + snapshot->device_count;
    uint32_t first =
        XPCI_SBDF(XPCI_SEGMENT(bridge->sbdf), bridge->secondary, 0);
    const struct xpci_device_info *device = first_on_bus(snapshot, first);

    for ( ; device < end && device->sbdf >> 8 == first >> 8; device++ )
        if ( device->type == XPCI_TYPE_DOWNSTREAM_PORT )
            return true;

    return false;
}

static void find_switches(struct xpci_snapshot *snapshot)
{
    size_t i;

    for ( i = 0; i < snapshot->device_count; i++ )
    {
        struct xpci_device_info *bridge = &snapshot->devices[i];

        if ( bridge->type == XPCI_TYPE_UNKNOWN &&
             (bridge->flags & XPCI_CONFIGURED) &&
             leads_to_switch(snapshot, bridge) )
            bridge->type = XPCI_TYPE_UPSTREAM_PORT;
    }
}

void snapshot_grade(struct xpci_snapshot *snapshot, struct config_space *space)
{
    bool changed = false;
    size_t i;

    for ( i = 0; i < snapshot->device_count; i++ )
        changed |= grade_device(snapshot, space, &snapshot->devices[i]);
    if ( !changed )
        return;
    find_switches(snapshot);
    for ( i = 0; i < snapshot->bus_count; i++ )
        derive_upstream(snapshot, &snapshot->buses[i]);
}
