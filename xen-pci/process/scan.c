/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scans the buses of a segment at boot, as Xen does with code of its own.
 */
#include <xen-pci/host.h>
#include <xen-pci/process.h>

#include "core/change.h"

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

/*
 * At boot nobody looks at the tables in the middle of it, so all is one
 * change.  Later, what is found may displace what is known, one by one.
 */
static int XPCI_LOCKED scan_function(struct xpci_change *change, uint32_t sbdf)
{
    const struct xpci_segment *segment =
        xpci_segment_find(change->xpci, XPCI_SEGMENT(sbdf));

    return segment && segment->settled ? xpci_scan_device(change->xpci, sbdf)
                                       : xpci_change_scan(change, sbdf);
}

/* All functions of one slot.  0 or -ENOMEM. */
static int XPCI_LOCKED scan_slot(struct xpci_change *change, uint32_t sbdf)
{
    const struct xpci_host *host = change->xpci->host;
    unsigned int function;

    for ( function = 0; function < FUNCTIONS; function++ )
    {
        if ( !is_there(host, sbdf | function) )
        {
            if ( !function )
                break;
            continue;
        }
        if ( scan_function(change, sbdf | function) == -ENOMEM )
            return -ENOMEM;
        if ( !function && !is_multifunction(host, sbdf) )
            break;
    }

    return 0;
}

int xpci_scan_segment(struct xpci *xpci, uint16_t segment)
{
    struct xpci_change change;
    unsigned int bus, slot;
    int rc = 0;

    xpci_change_begin(&change, xpci, NULL, XPCI_SBDF(segment, 0, 0));
    for ( bus = 0; !rc && bus < XPCI_BUSES; bus++ )
        for ( slot = 0; !rc && slot < SLOTS; slot++ )
            rc = scan_slot(&change, XPCI_SBDF(segment, bus, slot * FUNCTIONS));
    if ( change.tables )
    {
        xpci_change_displace(&change);
        xpci_change_end(&change);
    }

    return rc;
}
