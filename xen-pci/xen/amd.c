/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AMD's IOMMU follows the topology.
 *
 * The ACPI IVRS table names devices by bus, device and function as they were
 * at boot: which unit serves a BDF, and whose requester ID its DMA carries.
 * On a root bus that stays true.  Below, both are derived here from the way to
 * the device, each time it is reported, before Xen's own code looks at them.
 *
 * Where several devices carry one requester ID, Xen keeps the interrupt table
 * of that ID, but looks for free entries in the table of the device's own BDF,
 * of which there is none (a page fault in Xen, with the first MSI).  So each
 * of them shares the table of the ID.
 *
 * All under pcidevs_lock.  The interrupt code reads these words without it,
 * but only for devices that have MSIs, and none has before it is added.
 */
#include <xen/acpi.h>
#include <xen/init.h>
#include <xen/msi.h>
#include <xen/sched.h>
#include <asm/msi.h>

#include <passthrough/amd/iommu.h>

#include "doors.h"
#include "glue.h"

#define ALL_BDFS 0x10000

/* Tables for every BDF, since a device may get any when dom0 renumbers. */
int __init amd_iommu_get_ivrs_dev_entries(void)
{
    int entries = stock_amd_iommu_get_ivrs_dev_entries();

    return entries > 0 && xpci_enabled() ? ALL_BDFS : entries;
}

/* AMD's table of a segment, or NULL: no such IOMMU, or not for this BDF. */
static struct ivrs_mappings *table_of(uint32_t sbdf)
{
    if ( list_empty(&amd_iommu_head) || (uint16_t)sbdf >= ivrs_bdf_entries )
        return NULL;

    return get_ivrs_mappings(XPCI_SEGMENT(sbdf));
}

/* The unit of the topmost bridge on the way, which sits on a root bus. */
static struct amd_iommu *unit_of_way(const struct xpci *xpci, uint32_t sbdf)
{
    const struct ivrs_mappings *map = table_of(sbdf);
    struct xpci_bus_info info;
    uint32_t top = sbdf;

    while ( !xpci_bus(xpci, XPCI_SEGMENT(sbdf), XPCI_BUS(top), &info) )
        top = info.bridge;

    return map[(uint16_t)top].iommu;
}

/* The ID that the device's DMA carries. */
static uint16_t requester_of(const struct xpci_bus_info *info, uint32_t sbdf)
{
    uint16_t listed = table_of(sbdf)[(uint16_t)sbdf].dte_requestor_id;
    uint16_t bridge = info->upstream, taken = info->secondary << 8;

    if ( !info->has_upstream )
        return sbdf;

    /* Some bridges break the rule below, and firmware may know it. */
    if ( listed == bridge || listed == taken )
        return listed;

    return xpci_lookup_type(xpci_lookup(xpci_instance(), info->upstream)) ==
                   XPCI_TYPE_PCIE_TO_PCI_BRIDGE
               ? taken
               : bridge;
}

/* Does another BDF use the interrupt table of this one? */
static bool is_table_shared(const struct ivrs_mappings *map, uint16_t bdf)
{
    unsigned int other;

    for ( other = 0; other < ivrs_bdf_entries; other++ )
        if ( other != bdf &&
             map[other].intremap_table == map[bdf].intremap_table )
            return true;

    return false;
}

/* Tell the unit of the interrupt table of a requester ID. */
static void set_table(struct amd_iommu *iommu, uint16_t requester,
                      const void *table)
{
    unsigned long flags;

    spin_lock_irqsave(&iommu->lock, flags);
    amd_iommu_set_intremap_table(iommu->dev_table.buffer +
                                     requester * sizeof(struct amd_iommu_dte),
                                 table, iommu, iommu_intremap);
    spin_unlock_irqrestore(&iommu->lock, flags);
    amd_iommu_flush_device(iommu, requester, DOMID_INVALID);
}

/* An interrupt table for a requester ID that devices share. */
static int share_table(struct amd_iommu *iommu, struct ivrs_mappings *map,
                       uint16_t bdf, uint16_t requester)
{
    struct ivrs_mappings *owner = &map[requester];

    if ( !iommu_intremap )
        return 0;

    if ( !owner->intremap_table && !amd_iommu_perdev_intremap )
    {
        owner->intremap_table = shared_intremap_table;
        owner->intremap_inuse = shared_intremap_inuse;
    }
    if ( !owner->intremap_table )
        owner->intremap_table =
            amd_iommu_alloc_intremap_table(iommu, &owner->intremap_inuse, 0);
    if ( !owner->intremap_table )
        return -ENOMEM;

    set_table(iommu, requester, owner->intremap_table);
    if ( amd_iommu_perdev_intremap && map[bdf].intremap_table &&
         map[bdf].intremap_table != owner->intremap_table &&
         !is_table_shared(map, bdf) )
    {
        set_table(iommu, bdf, NULL);
        amd_iommu_free_intremap_table(iommu, &map[bdf], bdf);
    }
    map[bdf].intremap_table = owner->intremap_table;
    map[bdf].intremap_inuse = owner->intremap_inuse;

    return 0;
}

int xpci_amd_prepare(const struct xpci *xpci, uint32_t sbdf, bool *changed)
{
    struct ivrs_mappings *map = table_of(sbdf);
    uint16_t requester, bdf = sbdf;
    struct xpci_bus_info info;
    struct amd_iommu *iommu;

    *changed = false;

    /* On a root bus, the ACPI table knows better. */
    if ( !map || xpci_bus(xpci, XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf), &info) )
        return 0;
    iommu = unit_of_way(xpci, sbdf);
    if ( !iommu )
        return 0;

    requester = requester_of(&info, sbdf);
    *changed = map[bdf].iommu != iommu ||
               map[bdf].dte_requestor_id != requester || !map[requester].valid;

    if ( requester != bdf )
    {
        int rc = share_table(iommu, map, bdf, requester);

        if ( rc )
            return rc;
    }
    else if ( map[bdf].dte_requestor_id != bdf )
        /* What it shared is not its own; Xen makes one. */
        map[bdf].intremap_table = map[bdf].intremap_inuse = NULL;

    if ( *changed )
    {
        map[bdf].dte_requestor_id = requester;
        map[bdf].iommu = iommu;
        map[bdf].valid = requester == bdf;
        map[requester].iommu = iommu;
        map[requester].valid = true;
    }

    return 0;
}

void xpci_amd_leaving(struct pci_dev *pdev, bool alias_is_shared,
                      struct xpci_amd_kept *kept)
{
    struct ivrs_mappings *map = table_of(pdev->sbdf.sbdf);
    uint16_t bdf = pdev->sbdf.bdf;

    *kept = (struct xpci_amd_kept){ .alone = false };
    if ( !map )
        return;

    /* With an entry of its own, only that one is taken down. */
    if ( map[bdf].dte_requestor_id != bdf )
    {
        kept->alone = alias_is_shared && !map[bdf].valid;
        map[bdf].valid |= kept->alone;
    }
    else if ( map[bdf].intremap_table && amd_iommu_perdev_intremap &&
              is_table_shared(map, bdf) )
    {
        /* Xen would free what others use; its MSIs need it until they go. */
        pci_cleanup_msi(pdev);
        kept->table = map[bdf].intremap_table;
        kept->inuse = map[bdf].intremap_inuse;
        map[bdf].intremap_table = map[bdf].intremap_inuse = NULL;
    }
}

void xpci_amd_left(uint32_t sbdf, const struct xpci_amd_kept *kept)
{
    struct ivrs_mappings *map = table_of(sbdf);
    uint16_t bdf = sbdf;

    if ( kept->alone )
        map[bdf].valid = false;
    if ( kept->table )
    {
        map[bdf].intremap_table = kept->table;
        map[bdf].intremap_inuse = kept->inuse;
    }
}
