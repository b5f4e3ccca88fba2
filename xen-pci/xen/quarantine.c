/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What cannot stay where it is, and must not become dom0's by implication, goes
 * to quarantine: Xen's domain dom_io, without DMA.  From there it comes back
 * only by the toolstack's explicit act.
 */
#include <xen/sched.h>

#include "doors.h"
#include "glue.h"
#include "iommu.h"

static void stop_dma_at_device(const struct pci_dev *pdev)
{
    uint16_t command = pci_conf_read16(pdev->sbdf, PCI_COMMAND);

    if ( command != 0xffffU )
        pci_conf_write16(pdev->sbdf, PCI_COMMAND,
                         command & ~PCI_COMMAND_MASTER);
}

/* Where Xen itself refuses it, for want of memory: the record knows enough. */
static void take_by_hand(struct pci_dev *pdev)
{
    xpci_door_move(pdev, dom_io);
    xpci_iommu_settle(pdev);
}

/* `why` is part of a sentence. */
static void quarantine(struct pci_dev *pdev, const char *why)
{
    struct domain *d = pdev->domain;
    int rc;

    ASSERT_PCIDEVS();

    printk(XENLOG_ERR
           "xen-pci: %pp was %pd's and goes to quarantine: %s; to use it, give "
           "it back to dom0 (xl pci-assignable-remove) and assign it anew\n",
           &pdev->sbdf, d, why);

    if ( !xpci_hook_is_silent(pdev) )
        stop_dma_at_device(pdev);
    xpci_xen_release_interrupts(pdev);
    pdev->quarantine = true;
    rc = xpci_door_deassign(d, pdev);
    if ( rc || pdev->domain != dom_io )
    {
        printk(XENLOG_ERR "xen-pci: %pp: Xen's quarantine failed: %d\n",
               &pdev->sbdf, rc);
        take_by_hand(pdev);
    }
}

void cf_check xpci_xen_displaced(void *data, uint32_t sbdf, void *attached,
                                 bool away)
{
    struct pci_dev *pdev = attached ?: xpci_xen_pdev(sbdf);

    ASSERT_PCIDEVS();

    if ( !pdev || !pdev->domain )
        return;

    xpci_rid_set_flag(sbdf, RID_SILENT, away);
    if ( away )
        xpci_xen_forget_ats(pdev);
    if ( away && xpci_xen_is_guest(pdev->domain) )
        quarantine(pdev, "another bridge leads to its bus now");
    else
        xpci_iommu_settle(pdev);
}

void xpci_xen_enter_quarantined(struct pci_dev *pdev)
{
    ASSERT_PCIDEVS();

    printk(XENLOG_ERR
           "xen-pci: %pp is where a device was that was not dom0's: it is in "
           "quarantine (xl pci-assignable-remove gives it to dom0)\n",
           &pdev->sbdf);

    pdev->quarantine = true;
    xpci_door_enter(pdev, dom_io);
    /* No other device may use an ID that it shares from now on. */
    xpci_iommu_settle(pdev);
}
