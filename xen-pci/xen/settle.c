/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All requester IDs of a device, and those of buses whose upstream bridge
 * changes: each is decided anew (iommu.c).
 */
#include <xen/sched.h>

#include "glue.h"
#include "iommu.h"

/* IDs whose owners the upstream lookup is just changing for. */
#define MOST_SUSPENDED 1024U
static uint32_t suspended[MOST_SUSPENDED];
static unsigned int suspended_count;

int xpci_iommu_settle_aliases(struct pci_dev *pdev, struct domain *d)
{
    const struct xpci_iommu_ops *ops = xpci_iommu_ops();
    uint32_t rids[XPCI_RIDS];
    unsigned int i, count;
    int rc, result = 0;

    ASSERT_PCIDEVS();

    if ( !ops )
        return 0;

    count = ops->rids(pdev, rids);
    for ( i = 0; i < count; i++ )
    {
        if ( rids[i] == pdev->sbdf.sbdf )
            continue;
        rc = xpci_rid_settle_alias(rids[i], pdev, d);
        if ( rc )
            result = rc;
    }

    return result;
}

/* Decide anew about all that a device claims, phantom functions among it. */
static int settle_device(struct pci_dev *pdev, struct pci_dev *subject,
                         struct domain *as)
{
    const struct xpci_iommu_ops *ops = xpci_iommu_ops();
    unsigned int i, devfn, count;
    uint32_t rids[XPCI_RIDS];
    int rc, result = 0;

    if ( !ops )
        return 0;

    count = ops->rids(pdev, rids);
    for ( i = 0; i < count; i++ )
    {
        rc = xpci_rid_settle(rids[i], subject, as);
        if ( rc )
            result = rc;
    }
    for ( devfn = pdev->devfn + pdev->phantom_stride;
          pdev->phantom_stride && PCI_SLOT(devfn) == PCI_SLOT(pdev->devfn);
          devfn += pdev->phantom_stride )
    {
        rc = xpci_rid_settle(PCI_SBDF(pdev->seg, pdev->bus, devfn).sbdf,
                             subject, as);
        if ( rc )
            result = rc;
    }

    return result;
}

int xpci_iommu_settle(struct pci_dev *pdev)
{
    ASSERT_PCIDEVS();

    return settle_device(pdev, NULL, NULL);
}

void xpci_iommu_freed(struct pci_dev *pdev)
{
    ASSERT_PCIDEVS();

    settle_device(pdev, pdev, NULL);
    /* What is mapped stays recorded. */
    xpci_rid_set_flag(pdev->sbdf.sbdf, RID_UNIT | RID_SILENT, false);
}

int xpci_iommu_entered_quarantined(struct pci_dev *pdev)
{
    const struct xpci_iommu_ops *ops = xpci_iommu_ops();

    /* Any device that the IOMMU's code has ever added has such a number. */
    if ( !ops || !ops->entered_quarantined ||
         pdev->arch.pseudo_domid != DOMID_INVALID )
        return 0;

    return ops->entered_quarantined(pdev);
}

/* Nobody's until xpci_xen_remap(). */
static void suspend(uint32_t rid)
{
    if ( xpci_rid_read(rid).flags & RID_SUSPENDED )
        return;
    if ( suspended_count < MOST_SUSPENDED )
    {
        suspended[suspended_count++] = rid;
        xpci_rid_set_flag(rid, RID_SUSPENDED, true);
    }
    xpci_rid_take_down(rid);
}

/* Call `each` for Xen's devices on these buses. */
static void for_each_on(uint16_t segment, const struct xpci_bus_set *buses,
                        void (*each)(struct pci_dev *pdev))
{
    const struct xpci *xpci = xpci_instance();
    unsigned int bus, devfn;

    for ( bus = 0; bus < 256; bus++ )
        for ( devfn = 0; xpci_bus_set_has(buses, bus) && devfn < 256; devfn++ )
        {
            uint32_t sbdf = XPCI_SBDF(segment, bus, devfn);
            struct pci_dev *pdev =
                xpci_xen_may_have(xpci, sbdf) ? xpci_xen_pdev(sbdf) : NULL;

            if ( pdev && pdev->domain )
                each(pdev);
        }
}

static void unmap_device(struct pci_dev *pdev)
{
    uint32_t rids[XPCI_RIDS];
    unsigned int i, count = xpci_iommu_ops()->rids(pdev, rids);

    for ( i = 0; i < count; i++ )
        if ( rids[i] != pdev->sbdf.sbdf )
            suspend(rids[i]);
}

void cf_check xpci_xen_unmap(void *data, uint16_t segment,
                             const struct xpci_bus_set *buses)
{
    ASSERT_PCIDEVS();

    if ( xpci_iommu_ops() && xpci_instance() )
        for_each_on(segment, buses, unmap_device);
}

static void remap_device(struct pci_dev *pdev)
{
    int rc = xpci_iommu_prepare(pdev->sbdf.sbdf);

    if ( rc )
        printk(XENLOG_ERR "xen-pci: %pp: cannot be mapped again: %d\n",
               &pdev->sbdf, rc);
    else
        settle_device(pdev, NULL, NULL);
}

void cf_check xpci_xen_remap(void *data, uint16_t segment,
                             const struct xpci_bus_set *buses)
{
    unsigned int i, count = suspended_count;

    ASSERT_PCIDEVS();

    if ( !xpci_instance() )
        return;

    xpci_iommu_refresh();
    suspended_count = 0;
    for ( i = 0; i < count; i++ )
        xpci_rid_set_flag(suspended[i], RID_SUSPENDED, false);
    if ( !xpci_iommu_ops() )
        return;
    for_each_on(segment, buses, remap_device);
    for ( i = 0; i < count; i++ )
        xpci_rid_settle(suspended[i], NULL, NULL);
}
