/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AMD's per-device table, made from the ACPI IVRS table, follows the topology.
 *
 * IVRS names devices by bus, device and function as they were at boot: which
 * unit serves a BDF, and whose requester ID its DMA carries.  That stays in
 * force, whatever the bridges look like, wherever a bus is reached by the same
 * bridges as then.  Elsewhere both are derived here from the bridges above the
 * device, each time it is reported, before Xen's own code looks at them; what
 * IVRS said is kept, for when the bus is reached by the same bridges again.
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
#include <xen/xmalloc.h>
#include <asm/msi.h>

#include "amd.h"
#include "glue.h"
#include "iommu.h"

#define ALL_BDFS 0x10000

/*
 * Buses, of any segment, on which a device's DMA may carry another ID than its
 * own.  Never fewer.
 */
static struct xpci_bus_set sharing;

/* What IVRS says of a BDF. */
struct said {
    struct amd_iommu *iommu; /* NULL: nothing */
    uint16_t requester;
    bool valid;
    bool is_kept; /* the table says something else now, or did */
};

/* A segment as it was when Xen's own scan was complete. */
static struct at_boot {
    struct at_boot *next;
    uint16_t segment;
    uint64_t path[256];     /* xpci_bus_path() */
    struct said *said[256]; /* 256 each, where anything was overwritten */
} * at_boot;

/* The interrupt table that the device which is removed shares with others. */
static struct {
    void *table;
    unsigned long *inuse;
    uint32_t sbdf;
} kept;

/* Tables for every BDF, since a device may get any when dom0 renumbers. */
int __init amd_iommu_get_ivrs_dev_entries(void)
{
    int entries = stock_amd_iommu_get_ivrs_dev_entries();

    return entries > 0 && xpci_enabled() ? ALL_BDFS : entries;
}

struct ivrs_mappings *xpci_amd_table(uint32_t sbdf)
{
    if ( list_empty(&amd_iommu_head) || (uint16_t)sbdf >= ivrs_bdf_entries )
        return NULL;

    return get_ivrs_mappings(XPCI_SEGMENT(sbdf));
}

/* The unit of the topmost bridge above the device, which sits on a root bus. */
static struct amd_iommu *unit_above(const struct xpci *xpci, uint32_t sbdf)
{
    const struct ivrs_mappings *map = xpci_amd_table(sbdf);
    struct xpci_bus_info info;
    uint32_t top = sbdf;

    while ( !xpci_bus(xpci, XPCI_SEGMENT(sbdf), XPCI_BUS(top), &info) )
        top = info.bridge;

    return map[(uint16_t)top].iommu;
}

static struct at_boot *find_at_boot(uint32_t sbdf)
{
    struct at_boot *boot = at_boot;

    while ( boot && boot->segment != XPCI_SEGMENT(sbdf) )
        boot = boot->next;

    return boot;
}

/* What IVRS says of a BDF, which may have been overwritten since. */
static struct said said_of(uint32_t sbdf)
{
    const struct ivrs_mappings *map = xpci_amd_table(sbdf) + (uint16_t)sbdf;
    const struct at_boot *boot = find_at_boot(sbdf);
    const struct said *said = boot ? boot->said[XPCI_BUS(sbdf)] : NULL;

    if ( said && said[XPCI_DEVFN(sbdf)].is_kept )
        return said[XPCI_DEVFN(sbdf)];

    return (struct said){ .iommu = map->iommu,
                          .requester = map->dte_requestor_id,
                          .valid = map->valid };
}

/* Keep it, before it is overwritten.  0 or -ENOMEM. */
static int keep(uint32_t sbdf)
{
    struct at_boot *boot = find_at_boot(sbdf);
    struct said **said = boot ? &boot->said[XPCI_BUS(sbdf)] : NULL;

    if ( !boot )
        return 0;
    if ( !*said )
        *said = xzalloc_array(struct said, 256);
    if ( !*said )
        return -ENOMEM;
    (*said)[XPCI_DEVFN(sbdf)] = said_of(sbdf);
    (*said)[XPCI_DEVFN(sbdf)].is_kept = true;

    return 0;
}

/* Is what IVRS says of the BDF about the device that is there? */
static bool is_listed(const struct xpci *xpci, uint32_t sbdf)
{
    const struct at_boot *boot = find_at_boot(sbdf);

    return boot && said_of(sbdf).iommu &&
           boot->path[XPCI_BUS(sbdf)] ==
               xpci_bus_path(xpci, XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf));
}

/* The ID that the device's DMA carries. */
static uint16_t requester_below(const struct xpci *xpci,
                                const struct xpci_bus_info *info, uint32_t sbdf)
{
    if ( !info->has_upstream )
        return sbdf;

    return xpci_xen_bridge_type(info->upstream) == XPCI_TYPE_PCIE_TO_PCI_BRIDGE
               ? info->secondary << 8
               : info->upstream;
}

/*
 * What the table is to say of a BDF; `is_kept`: that is what IVRS says.  False:
 * what it says now.
 */
static bool find_wanted(const struct xpci *xpci, uint32_t sbdf,
                        struct said *wanted)
{
    struct xpci_bus_info info;

    *wanted = said_of(sbdf);
    if ( is_listed(xpci, sbdf) )
        return wanted->is_kept;

    wanted->requester = sbdf;
    if ( !xpci_bus(xpci, XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf), &info) )
    {
        wanted->iommu = unit_above(xpci, sbdf);
        wanted->requester = requester_below(xpci, &info, sbdf);
    }
    /* On a root bus, nothing else says anything, but what was derived. */
    else if ( !wanted->is_kept )
        return false;
    else
        wanted->iommu = xpci_amd_table(sbdf)[(uint16_t)sbdf].iommu;
    wanted->valid = wanted->requester == (uint16_t)sbdf;
    wanted->is_kept = false;

    return wanted->iommu;
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

uint16_t xpci_amd_requester(const struct ivrs_mappings *map, uint16_t bdf)
{
    uint16_t requester = map[bdf].dte_requestor_id;

    return map[bdf].valid && map[requester].valid ? bdf : requester;
}

/* Its requester's entry: IVRS's again, or one that this device needs. */
static void set_requester(struct ivrs_mappings *map, uint32_t sbdf,
                          const struct said *wanted)
{
    struct said own = said_of((sbdf & ~0xffffU) | wanted->requester);

    if ( !wanted->is_kept )
        own = (struct said){ .iommu = wanted->iommu, .valid = true };
    map[wanted->requester].iommu = own.iommu;
    map[wanted->requester].valid = own.valid;
}

int xpci_amd_derive(uint32_t sbdf, bool *changed)
{
    struct ivrs_mappings *map = xpci_amd_table(sbdf);
    uint16_t bdf = sbdf;
    struct said wanted;
    int rc;

    ASSERT_PCIDEVS();

    if ( !map || !find_wanted(xpci_instance(), sbdf, &wanted) )
        return 0;

    *changed = map[bdf].iommu != wanted.iommu ||
               map[bdf].dte_requestor_id != wanted.requester ||
               map[bdf].valid != wanted.valid ||
               (!wanted.is_kept && !map[wanted.requester].valid);
    rc = *changed ? keep(sbdf) : 0;
    if ( !rc && *changed )
        rc = keep((sbdf & ~0xffffU) | wanted.requester);
    if ( rc )
        return rc;

    if ( *changed )
        xpci_rid_take_down((sbdf & ~0xffffU) | xpci_amd_requester(map, bdf));

    if ( wanted.requester != bdf )
    {
        rc = share_table(wanted.iommu, map, bdf, wanted.requester);
        if ( rc )
            return rc;
        xpci_bus_set_add(&sharing, XPCI_BUS(sbdf));
    }
    else if ( map[bdf].dte_requestor_id != bdf )
        /* What it shared is not its own; Xen makes one. */
        map[bdf].intremap_table = map[bdf].intremap_inuse = NULL;

    if ( *changed )
    {
        map[bdf].dte_requestor_id = wanted.requester;
        map[bdf].iommu = wanted.iommu;
        map[bdf].valid = wanted.valid;
        if ( wanted.requester != bdf )
            set_requester(map, sbdf, &wanted);
    }

    return 0;
}

void cf_check xpci_amd_begin_removal(struct pci_dev *pdev)
{
    struct ivrs_mappings *map = xpci_amd_table(pdev->sbdf.sbdf);
    uint16_t bdf = pdev->sbdf.bdf;

    kept.table = NULL;
    if ( !map || map[bdf].dte_requestor_id != bdf || !map[bdf].intremap_table ||
         !amd_iommu_perdev_intremap )
        return;

    /* Its MSIs need the table until they go. */
    pci_cleanup_msi(pdev);
    if ( !is_table_shared(map, bdf) )
    {
        /* Xen frees it, and of what is in quarantine clears no entry before. */
        set_table(map[bdf].iommu, bdf, NULL);
        return;
    }
    /* Xen would free what others use. */
    kept.table = map[bdf].intremap_table;
    kept.inuse = map[bdf].intremap_inuse;
    kept.sbdf = pdev->sbdf.sbdf;
    map[bdf].intremap_table = map[bdf].intremap_inuse = NULL;
}

void cf_check xpci_amd_end_removal(void)
{
    struct ivrs_mappings *map;

    if ( !kept.table )
        return;
    map = xpci_amd_table(kept.sbdf);
    map[(uint16_t)kept.sbdf].intremap_table = kept.table;
    map[(uint16_t)kept.sbdf].intremap_inuse = kept.inuse;
}

static int cf_check note_segment(uint16_t segment, struct ivrs_mappings *map)
{
    struct at_boot *boot = xzalloc(struct at_boot);
    unsigned int bus, bdf;

    for ( bdf = 0; bdf < ivrs_bdf_entries; bdf++ )
        if ( map[bdf].dte_requestor_id != bdf )
            xpci_bus_set_add(&sharing, bdf >> 8);
    if ( !boot )
    {
        printk(XENLOG_WARNING "xen-pci: no memory to keep what IVRS says\n");
        return 0;
    }

    boot->segment = segment;
    for ( bus = 0; bus < 256; bus++ )
        boot->path[bus] = xpci_bus_path(xpci_instance(), segment, bus);
    boot->next = at_boot;
    at_boot = boot;

    return 0;
}

void xpci_amd_begin(void)
{
    static bool begun;

    ASSERT_PCIDEVS();

    if ( !begun )
        iterate_ivrs_mappings(note_segment);
    begun = true;
}

void cf_check xpci_amd_sharers(uint32_t rid, struct xpci_bus_set *buses)
{
    const struct ivrs_mappings *map = xpci_amd_table(rid);
    unsigned int bdf;

    for ( bdf = 0; map && bdf < ivrs_bdf_entries; bdf++ )
        if ( xpci_bus_set_has(&sharing, bdf >> 8) &&
             xpci_amd_requester(map, bdf) == (uint16_t)rid )
            xpci_bus_set_add(buses, bdf >> 8);
}
