/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the stock model reads from config space.  On purpose it shares nothing
 * with the module's own reading: two opinions are worth more than one.
 */
#include <pci/header.h>

#include "stock.h"

/* The Device/Port Types of PCIe, in the words of the tool. */
static const enum xpci_type port_types[16] = {
    [PCI_EXP_TYPE_ROOT_PORT] = XPCI_TYPE_ROOT_PORT,
    [PCI_EXP_TYPE_UPSTREAM] = XPCI_TYPE_UPSTREAM_PORT,
    [PCI_EXP_TYPE_DOWNSTREAM] = XPCI_TYPE_DOWNSTREAM_PORT,
    [PCI_EXP_TYPE_PCI_BRIDGE] = XPCI_TYPE_PCIE_TO_PCI_BRIDGE,
    [PCI_EXP_TYPE_PCIE_BRIDGE] = XPCI_TYPE_PCI_TO_PCIE_BRIDGE,
    [PCI_EXP_TYPE_ROOT_INT_EP] = XPCI_TYPE_RCIEP,
    [PCI_EXP_TYPE_ROOT_EC] = XPCI_TYPE_RCEC,
};

static uint32_t read_dword(const struct stock *stock, uint32_t sbdf,
                           unsigned int offset)
{
    return stock->space->ops->read(stock->space, sbdf, offset);
}

/* Device/Port Type, or -1: no PCI Express capability. */
static int find_port_type(const struct stock *stock, uint32_t sbdf)
{
    unsigned int next, steps;

    if ( !(read_dword(stock, sbdf, PCI_COMMAND) >> 16 & PCI_STATUS_CAP_LIST) )
        return -1;
    next = read_dword(stock, sbdf, PCI_CAPABILITY_LIST) & 0xfcU;
    for ( steps = 0; steps < 48 && next >= 0x40; steps++ )
    {
        uint32_t dword = read_dword(stock, sbdf, next);

        if ( dword == 0xffffffffU )
            break;
        if ( (dword & 0xff) == PCI_CAP_ID_EXP )
            return (int)(dword >> 20 & 0xf);
        next = dword >> 8 & 0xfc;
    }

    return -1;
}

/* Xen asks the class first, and the capability only then. */
static enum xpci_type find_type(const struct stock *stock, uint32_t sbdf,
                                uint32_t class)
{
    int port = find_port_type(stock, sbdf);

    if ( class == PCI_CLASS_BRIDGE_HOST )
        return XPCI_TYPE_HOST_BRIDGE;
    if ( class == PCI_CLASS_BRIDGE_PCI && port < 0 )
        return XPCI_TYPE_PCI_BRIDGE;
    if ( class == PCI_CLASS_BRIDGE_PCI )
        return port >= PCI_EXP_TYPE_UPSTREAM && port <= PCI_EXP_TYPE_PCIE_BRIDGE
                   ? port_types[port]
                   : XPCI_TYPE_ROOT_PORT;
    if ( class == 0 || class == 0xffff )
        return XPCI_TYPE_UNKNOWN;
    if ( port < 0 )
        return class == PCI_CLASS_BRIDGE_CARDBUS ? XPCI_TYPE_CARDBUS_BRIDGE
                                                 : XPCI_TYPE_PCI_DEVICE;

    return port == PCI_EXP_TYPE_ROOT_INT_EP || port == PCI_EXP_TYPE_ROOT_EC
               ? port_types[port]
               : XPCI_TYPE_ENDPOINT;
}

int stock_identify(const struct stock *stock, uint32_t sbdf,
                   struct xpci_device_info *info)
{
    uint32_t id = read_dword(stock, sbdf, PCI_VENDOR_ID);
    uint32_t numbers = read_dword(stock, sbdf, PCI_PRIMARY_BUS);

    memset(info, 0, sizeof(*info));
    info->sbdf = sbdf;
    info->node = XPCI_NO_NODE;
    info->vendor = (uint16_t)id;
    info->device = (uint16_t)(id >> 16);
    info->class_revision = read_dword(stock, sbdf, PCI_CLASS_REVISION);
    info->header_type =
        read_dword(stock, sbdf, PCI_HEADER_TYPE & ~3U) >> 16 & 0x7f;
    info->type = (uint8_t)find_type(stock, sbdf, info->class_revision >> 16);
    if ( info->header_type == PCI_HEADER_TYPE_BRIDGE ||
         info->header_type == PCI_HEADER_TYPE_CARDBUS ||
         info->class_revision == 0xffffffffU )
    {
        info->primary = (uint8_t)numbers;
        info->secondary = (uint8_t)(numbers >> 8);
        info->subordinate = (uint8_t)(numbers >> 16);
    }
    if ( info->class_revision == 0xffffffffU )
        return -ENODEV;
    if ( info->header_type == PCI_HEADER_TYPE_BRIDGE ||
         info->header_type == PCI_HEADER_TYPE_CARDBUS )
    {
        info->flags |= XPCI_BRIDGE;
        if ( XPCI_BUS(sbdf) < info->secondary &&
             info->secondary <= info->subordinate )
            info->flags |= XPCI_CONFIGURED;
    }

    return 0;
}
