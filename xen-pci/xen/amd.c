/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AMD: which requester ID a device's DMA carries, and the hooks where Xen sets
 * and clears the device table entry of one.
 */
#include <xen/sched.h>

#include "amd.h"
#include "doors.h"
#include "glue.h"
#include "iommu.h"

static unsigned int cf_check rids_of(const struct pci_dev *pdev,
                                     uint32_t rids[XPCI_RIDS])
{
    const struct ivrs_mappings *map = xpci_amd_table(pdev->sbdf.sbdf);
    uint16_t bdf = pdev->sbdf.bdf;

    if ( !map || !map[bdf].iommu )
        return 0;
    rids[0] = XPCI_SBDF(pdev->seg, 0, 0) | xpci_amd_requester(map, bdf);

    return 1;
}

static unsigned int index_of(const struct amd_iommu *wanted)
{
    const struct amd_iommu *iommu;
    unsigned int index = 0;

    for_each_amd_iommu(iommu)
    {
        if ( iommu == wanted )
            break;
        index++;
    }

    return index;
}

static int cf_check map_rid(uint32_t rid, struct domain *d,
                            struct pci_dev *pdev)
{
    const struct ivrs_mappings *map = xpci_amd_table(pdev->sbdf.sbdf);
    uint8_t devfn = pdev->devfn;

    /* The ID of a phantom function? */
    if ( xpci_amd_requester(map, pdev->sbdf.bdf) != (uint16_t)rid )
        devfn = XPCI_DEVFN(rid);

    return xpci_door_amd_map(d, map[pdev->sbdf.bdf].iommu, devfn, pdev);
}

/* The entry stays valid, so that the IOMMU blocks what has this ID. */
static void block(struct amd_iommu_dte *dte)
{
    dte->int_ctl = IOMMU_DEV_TABLE_INT_CONTROL_ABORTED;
    dte->sys_mgt = IOMMU_DEV_TABLE_SYS_MGT_DMA_ABORTED;
    dte->ioctl = IOMMU_DEV_TABLE_IO_CONTROL_ABORTED;
    dte->ex = dte->i = dte->gv = false;
    smp_wmb();
    dte->iv = true;
    dte->tv = false;
    smp_wmb();
    dte->v = true;
}

static int cf_check unmap_rid(uint32_t rid, unsigned int unit, struct domain *d)
{
    struct amd_iommu_dte *dte;
    struct amd_iommu *iommu;
    unsigned long flags;
    domid_t before;

    for_each_amd_iommu(iommu) if ( !unit-- ) goto found;

    return -ENODEV;

found:
    dte = iommu->dev_table.buffer;
    dte += (uint16_t)rid;
    spin_lock_irqsave(&iommu->lock, flags);
    before = dte->domain_id;
    block(dte);
    spin_unlock_irqrestore(&iommu->lock, flags);
    amd_iommu_flush_device(iommu, (uint16_t)rid, before);
    xpci_rid_clear(rid);

    return 0;
}

/*
 * Xen's own preparation of a device that has an owner: it gets its interrupt
 * table there.  What is in quarantine gets no unity map by it.
 */
static int cf_check make_anew(struct pci_dev *pdev)
{
    struct ivrs_mappings *map = xpci_amd_table(pdev->sbdf.sbdf);
    struct ivrs_mappings *requester =
        &map[map[pdev->sbdf.bdf].dte_requestor_id];
    struct ivrs_unity_map *unity = requester->unity_map;
    int rc;

    if ( pdev->domain == dom_io )
        requester->unity_map = NULL;
    rc = xpci_door_iommu_add(pdev);
    requester->unity_map = unity;

    return rc;
}

static int cf_check prepare(uint32_t sbdf)
{
    const struct ivrs_mappings *map = xpci_amd_table(sbdf);
    struct pci_dev *pdev = xpci_xen_pdev(sbdf);
    bool changed = false;
    uint32_t before;
    int rc;

    if ( !map )
        return 0;
    before = (sbdf & ~0xffffU) | xpci_amd_requester(map, sbdf);
    rc = xpci_amd_derive(sbdf, &changed);
    if ( !rc && changed && pdev && pdev->domain )
        rc = make_anew(pdev);
    /* The ID that was the BDF's, for those that claim it still. */
    xpci_rid_settle(before, NULL, NULL);
    /* And the one that it has: its owner may not be the only one. */
    if ( changed )
        xpci_rid_settle((sbdf & ~0xffffU) | xpci_amd_requester(map, sbdf), NULL,
                        NULL);

    return rc;
}

static const struct xpci_iommu_ops amd_ops = {
    .rids = rids_of,
    .sharers = xpci_amd_sharers,
    .map = map_rid,
    .unmap = unmap_rid,
    .prepare = prepare,
    .entered_quarantined = make_anew,
    .begin_removal = xpci_amd_begin_removal,
    .end_removal = xpci_amd_end_removal,
};

/* The ID that a device's entry, or that of its phantom function, is for. */
static uint32_t rid_of(const struct pci_dev *pdev, uint8_t devfn)
{
    const struct ivrs_mappings *map = xpci_amd_table(pdev->sbdf.sbdf);

    return XPCI_SBDF(pdev->seg, 0, 0) |
           xpci_amd_requester(map, PCI_BDF(pdev->bus, devfn));
}

int xpci_hook_amd_map(struct domain *d, struct amd_iommu *iommu, uint8_t devfn,
                      struct pci_dev *pdev)
{
    if ( !xpci_instance() )
        return 0;

    xpci_amd_begin();

    return xpci_rid_map(&amd_ops, rid_of(pdev, devfn), index_of(iommu), d,
                        pdev);
}

bool xpci_hook_amd_unmap(struct amd_iommu *iommu, uint8_t devfn,
                         struct pci_dev *pdev)
{
    return xpci_instance() &&
           xpci_rid_unmap(&amd_ops, rid_of(pdev, devfn), pdev);
}
