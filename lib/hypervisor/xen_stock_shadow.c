/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a stock Xen must have in its bus2bridge, if nothing went wrong: what
 * the model of one makes of the known devices as dom0 describes them.
 */
#include <pci/header.h>

#include "trace/stock.h"

#include "xen_stock.h"

/* Where the description puts its only capability. */
#define PCIE_CAPABILITY 0x40U

/* dom0's description, in the registers that the model reads. */
struct described_space {
    struct config_space space;
    const struct xpci_snapshot *dom0;
};

/* Device/Port Type (PCIe Base Specification 5.0, 7.5.3.2); -1: no PCIe. */
static int port_type(enum xpci_type type)
{
    switch ( type )
    {
    case XPCI_TYPE_ENDPOINT:
        return PCI_EXP_TYPE_ENDPOINT;
    case XPCI_TYPE_ROOT_PORT:
        return PCI_EXP_TYPE_ROOT_PORT;
    case XPCI_TYPE_UPSTREAM_PORT:
        return PCI_EXP_TYPE_UPSTREAM;
    case XPCI_TYPE_DOWNSTREAM_PORT:
        return PCI_EXP_TYPE_DOWNSTREAM;
    case XPCI_TYPE_PCIE_TO_PCI_BRIDGE:
        return PCI_EXP_TYPE_PCI_BRIDGE;
    case XPCI_TYPE_PCI_TO_PCIE_BRIDGE:
        return PCI_EXP_TYPE_PCIE_BRIDGE;
    case XPCI_TYPE_RCIEP:
        return PCI_EXP_TYPE_ROOT_INT_EP;
    case XPCI_TYPE_RCEC:
        return PCI_EXP_TYPE_ROOT_EC;
    default:
        return -1;
    }
}

static uint32_t described_read(struct config_space *space, uint32_t sbdf,
                               unsigned int offset)
{
    const struct xpci_device_info *info =
        xpci_snapshot_device(((struct described_space *)space)->dom0, sbdf);
    int port;

    if ( !info )
        return 0xffffffffU;
    port = port_type(info->type);
    switch ( offset )
    {
    case PCI_VENDOR_ID:
        return info->vendor | (uint32_t)info->device << 16;
    case PCI_COMMAND:
        return port < 0 ? 0 : (uint32_t)PCI_STATUS_CAP_LIST << 16;
    case PCI_CLASS_REVISION:
        return info->class_revision;
    case PCI_CACHE_LINE_SIZE:
        return (uint32_t)info->header_type << 16;
    case PCI_PRIMARY_BUS:
        return info->primary | (uint32_t)info->secondary << 8 |
               (uint32_t)info->subordinate << 16;
    case PCI_CAPABILITY_LIST:
        return port < 0 ? 0 : PCIE_CAPABILITY;
    case PCIE_CAPABILITY:
        return port < 0 ? 0 : PCI_CAP_ID_EXP | (uint32_t)port << 20;
    }

    return 0;
}

static const struct config_space_ops described_ops = {
    .read = described_read,
};

/* A refused add is entered all the same, as Xen does. */
static int add_bridge(struct stock *stock, const struct xpci_device_info *info)
{
    const struct xpci_report report = { .node = XPCI_NO_NODE };

    return stock_add(stock, info->sbdf, &report) == -ENOMEM ? -ENOMEM : 0;
}

static int copy_buses(const struct stock *stock, struct xpci_snapshot *snapshot)
{
    struct xpci_snapshot shadow;
    size_t i;
    int rc;

    xpci_snapshot_init(&shadow);
    rc = stock_snapshot(stock, &shadow);
    for ( i = 0; !rc && i < shadow.bus_count; i++ )
        rc = xpci_snapshot_add_bus(snapshot, &shadow.buses[i]);
    xpci_snapshot_dispose(&shadow);
    xpci_snapshot_sort(snapshot);

    return rc;
}

int xen_stock_shadow(const struct xpci_snapshot *dom0,
                     struct xpci_snapshot *snapshot)
{
    struct described_space described = { .space.ops = &described_ops,
                                         .dom0 = dom0 };
    struct stock stock;
    size_t i;
    int rc = 0;

    stock_init(&stock, &described.space);
    for ( i = 0; !rc && i < snapshot->device_count; i++ )
    {
        const struct xpci_device_info *info = &snapshot->devices[i];

        if ( (info->flags & XPCI_BRIDGE) &&
             xpci_snapshot_device(dom0, info->sbdf) )
            rc = add_bridge(&stock, info);
    }
    if ( !rc )
        rc = copy_buses(&stock, snapshot);
    stock_dispose(&stock);

    return rc;
}
