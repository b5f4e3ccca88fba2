/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci upstream: whose requester ID a device's DMA carries. */
#include <stdio.h>

#include "source.h"

/*
 * A PCI Express to PCI bridge may use the ID secondary:00.0 for what it
 * forwards (PCI Express to PCI/PCI-X Bridge Specification 1.0, 2.3).
 */
static bool uses_secondary(const struct xpci_device_info *bridge)
{
    return bridge && bridge->type == XPCI_TYPE_PCIE_TO_PCI_BRIDGE;
}

static void print_text(const struct xpci_snapshot *snapshot, uint32_t sbdf,
                       const struct xpci_bus_info *bus)
{
    const struct xpci_device_info *bridge;
    char device[XPCI_SBDF_LENGTH], alias[XPCI_SBDF_LENGTH];

    xpci_sbdf_format(device, sbdf);
    if ( bus && bus->upstream_unread )
    {
        printf("%s: not known, as the types of bridges above it were not read; "
               "root can read them\n",
               device);
        return;
    }
    if ( !bus || !bus->has_upstream )
    {
        printf("%s: no upstream bridge; DMA carries its own ID\n", device);
        return;
    }
    bridge = xpci_snapshot_device(snapshot, bus->upstream);
    xpci_sbdf_format(alias, bus->upstream);
    printf("%s: upstream bridge %s (%s, secondary bus %02x); DMA carries %s",
           device, alias, bridge ? type_word(bridge) : "not there",
           bus->secondary, alias);
    if ( uses_secondary(bridge) )
        printf(" or %04x:%02x:00.0", bus->segment, bus->secondary);
    putchar('\n');
}

static int print_json(const struct xpci_snapshot *snapshot, uint32_t sbdf,
                      const struct xpci_bus_info *bus)
{
    const struct xpci_device_info *bridge = NULL;
    bool aliased = bus && bus->has_upstream;
    struct json_writer json;

    if ( aliased )
        bridge = xpci_snapshot_device(snapshot, bus->upstream);
    json_begin(&json, stdout);
    json_open(&json, NULL, '{');
    json_sbdf(&json, "sbdf", &sbdf);
    json_sbdf(&json, "bridge", bus ? &bus->bridge : NULL);
    json_alias(&json, bus);
    json_text(&json, "type", bridge ? type_value(bridge) : NULL);
    json_bus(&json, "secondary", aliased, aliased ? bus->secondary : 0);
    json_close(&json);
    return json_end(&json);
}

static enum tool_exit run(struct invocation *call)
{
    struct xpci_snapshot snapshot;
    const struct xpci_device_info *device;
    const struct xpci_bus_info *bus;
    enum tool_exit result = TOOL_USAGE;

    xpci_snapshot_init(&snapshot);
    if ( !argument_check(call) )
        goto out;
    result = source_read(&snapshot, call);
    if ( result == TOOL_DONE )
        result = argument_device(&device, &snapshot, call);
    if ( result != TOOL_DONE )
        goto out;
    bus = xpci_snapshot_bus(&snapshot, XPCI_SEGMENT(device->sbdf),
                            XPCI_BUS(device->sbdf));
    if ( !call->json )
        print_text(&snapshot, device->sbdf, bus);
    else if ( print_json(&snapshot, device->sbdf, bus) )
        result = TOOL_REFUSED;

out:
    xpci_snapshot_dispose(&snapshot);
    return result;
}

const struct command command_upstream = {
    .name = "upstream",
    .options = SOURCE_OPTIONS "j",
    .arguments = "SBDF",
    .argument_count = 1,
    .summary = "whose requester ID a device's DMA carries",
    .about =
        "The upstream bridge in Xen's sense: the topmost PCIe-to-PCI or legacy "
        "bridge\n"
        "on the way up from the device.  The IOMMU sees that bridge's requester "
        "ID (or\n"
        "its secondary bus, 00.0) where it would see the device's own.",
    .run = run,
};
