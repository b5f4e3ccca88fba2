/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scans the buses of a segment at boot, as Xen does with code of its own.
 */
#include <xen-pci/host.h>
#include <xen-pci/process.h>

#include "core/tables.h"

/* Registers: PCI Local Bus Specification 3.0, 6.1. */
#define REG_VENDOR_DEVICE 0x00U
#define REG_HEADER 0x0cU
#define HEADER_MULTIFUNCTION(header) (((header) >> 16) & 0x80U)

#define SLOTS 32U
#define FUNCTIONS 8U

static uint32_t read_dword(const struct xpci_host *host, uint32_t sbdf,
                           unsigned int offset)
{
    return host->config_read(host->data, sbdf, offset);
}

static bool is_there(const struct xpci_host *host, uint32_t sbdf)
{
    uint32_t id = read_dword(host, sbdf, REG_VENDOR_DEVICE);

    /* Some boards answer with zeros where there is nothing. */
    return id != 0xffffffffU && id != 0x00000000U && id != 0x0000ffffU &&
           id != 0xffff0000U;
}

static bool is_multifunction(const struct xpci_host *host, uint32_t sbdf)
{
    return HEADER_MULTIFUNCTION(read_dword(host, sbdf, REG_HEADER));
}

int xpci_scan_segment(struct xpci *xpci, uint16_t segment)
{
    unsigned int bus_slot, function;

    for ( bus_slot = 0; bus_slot < XPCI_BUSES * SLOTS; bus_slot++ )
        for ( function = 0; function < FUNCTIONS; function++ )
        {
            uint32_t sbdf = XPCI_SBDF(segment, bus_slot / SLOTS,
                                      bus_slot % SLOTS * FUNCTIONS + function);
            int rc;

            if ( !is_there(xpci->host, sbdf) )
            {
                if ( !function )
                    break;
                continue;
            }
            rc = xpci_scan_device(xpci, sbdf);
            if ( rc == -ENOMEM )
                return rc;
            if ( !function && !is_multifunction(xpci->host, sbdf) )
                break;
        }

    return 0;
}
