/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VT-d: which requester IDs a device's DMA carries, and the hooks where Xen
 * sets and clears the context entry of one.
 *
 * Xen maps endpoints by their own ID.  For conventional PCI devices it maps
 * also what an aliasing bridge puts in place of it: the bridge's own ID and,
 * of a PCIe-to-PCI bridge, device 0 on its secondary bus.  Bridges have no
 * entry for themselves.
 */
#include <xen/iommu.h>
#include <xen/sched.h>

#include <passthrough/vtd/iommu.h>
#include <passthrough/vtd/extern.h>

#include "doors.h"
#include "glue.h"
#include "iommu.h"

/* How many of the two IDs. */
static unsigned int aliases_of(uint32_t sbdf, uint32_t rids[2])
{
    const struct xpci *xpci = xpci_instance();
    struct xpci_upstream upstream;

    if ( !xpci_upstream(xpci, sbdf, &upstream) )
        return 0;
    rids[0] = upstream.bridge;
    rids[1] = XPCI_SBDF(XPCI_SEGMENT(sbdf), upstream.secondary, 0);

    return xpci_xen_bridge_type(upstream.bridge) == XPCI_TYPE_PCIE_TO_PCI_BRIDGE
               ? 2
               : 1;
}

static unsigned int cf_check rids_of(const struct pci_dev *pdev,
                                     uint32_t rids[XPCI_RIDS])
{
    uint32_t sbdf = pdev->sbdf.sbdf;

    rids[0] = sbdf;
    if ( pdev->type == DEV_TYPE_PCI )
    {
        unsigned int count = aliases_of(sbdf, &rids[1]);

        /* Device 0 on the secondary bus is its own alias. */
        return count == 2 && rids[2] == sbdf ? 2 : 1 + count;
    }

    return pdev->type == DEV_TYPE_PCIe_ENDPOINT;
}

static void cf_check sharers_of(uint32_t rid, struct xpci_bus_set *buses)
{
    const struct xpci *xpci = xpci_instance();
    uint32_t known = xpci_lookup(xpci, rid);
    unsigned int bus;

    /* Neither device 0 on a bus nor an aliasing bridge: nobody's alias. */
    if ( known && XPCI_DEVFN(rid) &&
         !xpci_type_aliases(xpci_lookup_type(known)) )
        return;

    for ( bus = 0; bus < 256; bus++ )
    {
        uint32_t rids[2], sbdf = XPCI_SBDF(XPCI_SEGMENT(rid), bus, 0);
        unsigned int i, count = aliases_of(sbdf, rids);

        for ( i = 0; i < count; i++ )
            if ( rids[i] == rid )
                xpci_bus_set_add(buses, bus);
    }
}

static struct vtd_iommu *unit_by_index(unsigned int index)
{
    const struct acpi_drhd_unit *drhd;

    for_each_drhd_unit(drhd) if ( drhd->iommu && drhd->iommu->index ==
                                                     index ) return drhd->iommu;

    return NULL;
}

static int cf_check map(uint32_t rid, struct domain *d, struct pci_dev *pdev)
{
    const struct acpi_drhd_unit *drhd = acpi_find_matched_drhd_unit(pdev);

    if ( !drhd || !drhd->iommu )
        return -ENODEV;

    return xpci_door_map_one(d, drhd->iommu, XPCI_BUS(rid), XPCI_DEVFN(rid),
                             pdev);
}

static int cf_check unmap(uint32_t rid, unsigned int unit, struct domain *d)
{
    struct vtd_iommu *iommu = unit_by_index(unit);

    if ( !iommu )
        return -ENODEV;

    return domain_context_unmap_one(d ?: dom_io, iommu, XPCI_BUS(rid),
                                    XPCI_DEVFN(rid));
}

/* Xen takes a number for quarantine when it maps a device first: not here. */
static int cf_check entered_quarantined(struct pci_dev *pdev)
{
    const struct acpi_drhd_unit *drhd = acpi_find_matched_drhd_unit(pdev);
    uint32_t rids[XPCI_RIDS];

    if ( !drhd || !drhd->iommu || !iommu_quarantine || !rids_of(pdev, rids) )
        return 0;

    pdev->arch.pseudo_domid = iommu_alloc_domid(drhd->iommu->pseudo_domid_map);

    return pdev->arch.pseudo_domid == DOMID_INVALID ? -ENOSPC : 0;
}

static const struct xpci_iommu_ops vtd_ops = {
    .rids = rids_of,
    .sharers = sharers_of,
    .map = map,
    .unmap = unmap,
    .entered_quarantined = entered_quarantined,
    .refresh = xpci_vtd_scopes_refresh,
};

int xpci_hook_map(struct domain *d, const struct vtd_iommu *iommu, uint8_t bus,
                  uint8_t devfn, const struct pci_dev *pdev)
{
    if ( !xpci_instance() )
        return 0;

    return xpci_rid_map(&vtd_ops, XPCI_SBDF(iommu->drhd->segment, bus, devfn),
                        iommu->index, d, pdev);
}

bool xpci_hook_unmap(const struct vtd_iommu *iommu, uint8_t bus, uint8_t devfn)
{
    return xpci_instance() &&
           xpci_rid_unmap(&vtd_ops, XPCI_SBDF(iommu->drhd->segment, bus, devfn),
                          NULL);
}

int xpci_hook_map_aliases(struct domain *d, struct pci_dev *pdev, uint8_t *bus,
                          uint8_t *devfn, uint8_t *secbus)
{
    if ( !xpci_instance() )
        return find_upstream_bridge(pdev->seg, bus, devfn, secbus);

    return xpci_iommu_settle_aliases(pdev, d) ? -1 : 0;
}

int xpci_hook_unmap_aliases(struct pci_dev *pdev, uint8_t *bus, uint8_t *devfn,
                            uint8_t *secbus)
{
    if ( !xpci_instance() )
        return find_upstream_bridge(pdev->seg, bus, devfn, secbus);

    /* A failure is said, and what is left is taken down with the device. */
    xpci_iommu_settle_aliases(pdev, NULL);

    return 0;
}

struct acpi_drhd_unit *xpci_hook_unit(const struct pci_dev *pdev)
{
    struct acpi_drhd_unit *drhd;
    struct rid_entry entry;

    if ( !xpci_instance() )
        return NULL;
    entry = xpci_rid_read(pdev->sbdf.sbdf);
    if ( !(entry.flags & RID_UNIT) )
        return NULL;

    list_for_each_entry(drhd, &acpi_drhd_units,
                        list) if ( drhd->iommu && drhd->iommu->index ==
                                                      entry.unit ) return drhd;

    return NULL;
}
