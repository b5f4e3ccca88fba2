/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the IOMMU derived from the upstream lookup follows its answers.
 *
 * VT-d derives from it, for conventional PCI devices, a context entry for the
 * bridge whose ID their DMA carries.  What AMD's IOMMU makes of it is in amd.c.
 */
#include <xen/iommu.h>
#include <xen/sched.h>

#include <passthrough/vtd/iommu.h>

#include "doors.h"
#include "glue.h"

static bool is_vtd(void)
{
    return !list_empty(&acpi_drhd_units);
}

static bool is_mapped_by_alias(const struct pci_dev *pdev)
{
    return pdev && pdev->domain && is_iommu_enabled(pdev->domain) &&
           (pdev->type == DEV_TYPE_PCI || !is_vtd());
}

static void map_again(const struct xpci *xpci, struct pci_dev *pdev)
{
    bool changed;
    int rc;

    if ( is_vtd() )
        rc = xpci_door_map(pdev);
    else
    {
        rc = xpci_amd_prepare(xpci, pdev->sbdf.sbdf, &changed);
        if ( !rc )
            rc = xpci_door_iommu_add(pdev);
    }

    if ( rc )
        printk(XENLOG_WARNING "xen-pci: %pp: cannot be mapped again: %d\n",
               &pdev->sbdf, rc);
}

void cf_check xpci_xen_remap(void *data, uint16_t segment,
                             const struct xpci_bus_set *buses)
{
    const struct xpci *xpci = xpci_instance();
    unsigned int bus, devfn;

    if ( !xpci )
        return;

    xpci_xen_scopes_refresh(xpci);

    for ( bus = 0; bus < 256; bus++ )
        for ( devfn = 0; xpci_bus_set_has(buses, bus) && devfn < 256; devfn++ )
        {
            uint32_t sbdf = XPCI_SBDF(segment, bus, devfn);
            struct pci_dev *pdev;

            if ( !xpci_lookup(xpci, sbdf) )
                continue;
            pdev = xpci_xen_pdev(sbdf);
            if ( is_mapped_by_alias(pdev) )
                map_again(xpci, pdev);
        }
}

static bool has_neighbour(const struct xpci *xpci, uint32_t sbdf,
                          unsigned int bus)
{
    unsigned int devfn;

    for ( devfn = 0; devfn < 256; devfn++ )
    {
        uint32_t other = XPCI_SBDF(XPCI_SEGMENT(sbdf), bus, devfn);

        if ( other != sbdf && xpci_lookup(xpci, other) &&
             is_mapped_by_alias(xpci_xen_pdev(other)) )
            return true;
    }

    return false;
}

bool xpci_xen_alias_is_shared(const struct xpci *xpci, uint32_t sbdf)
{
    struct xpci_upstream mine, theirs;
    unsigned int bus;

    if ( !xpci_upstream(xpci, sbdf, &mine) )
        return false;

    for ( bus = 0; bus < 256; bus++ )
        if ( xpci_upstream(xpci, XPCI_SBDF(XPCI_SEGMENT(sbdf), bus, 0),
                           &theirs) &&
             theirs.bridge == mine.bridge && has_neighbour(xpci, sbdf, bus) )
            return true;

    return false;
}
