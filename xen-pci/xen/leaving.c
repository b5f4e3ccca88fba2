/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device leaves: Xen takes down what it kept for it.
 *
 * Xen's removal looks at config space, since it was written for a device that
 * is still there.  By the time it is called another device may sit in the
 * place, or none: dom0 renumbers buses, and hotplug does not ask.  Then MSI
 * capabilities, command bits and ATS control would be read from, and written
 * to, what does not belong to the one that leaves.  So config space is hidden
 * from Xen in that case, for as long as the removal takes: it finds a function
 * without capabilities that decodes no memory.
 */
#include <xen/sched.h>

#include "doors.h"
#include "glue.h"

#define EXTENDED_CONFIG 0x100U

/* The device whose alias stays mapped, or XPCI_NO_SBDF. */
static uint64_t __read_mostly leaves_alone = XPCI_NO_SBDF;

bool xpci_xen_leaves_alone(uint32_t sbdf)
{
    return unlikely(read_atomic(&leaves_alone) == sbdf);
}

/* True where all of the device is hidden. */
static bool hide_from_removal(const struct pci_dev *pdev)
{
    uint32_t sbdf = pdev->sbdf.sbdf;
    uint32_t physfn =
        PCI_SBDF(pdev->seg, pdev->info.physfn.bus, pdev->info.physfn.devfn)
            .sbdf;

    /* Xen asks a VF's PF whether the VF decodes memory. */
    if ( pdev->info.is_virtfn && !xpci_xen_answers_as_reported(physfn) )
        xpci_config_hide(1, physfn, 0);

    if ( !xpci_xen_is_same(pdev) )
    {
        xpci_config_hide(0, sbdf, 0);
        return true;
    }

    /* Xen asks the device, not itself, whether there is ATS to stop. */
    if ( !xpci_xen_on_ats_list(pdev) )
        xpci_config_hide(0, sbdf, EXTENDED_CONFIG);

    return false;
}

/*
 * What is gone can be told nothing: take it off the IOMMU's list of those
 * whose translation caches are to be flushed, before the next flush.
 */
static void forget_ats(struct pci_dev *pdev)
{
    if ( xpci_xen_on_ats_list(pdev) )
        list_del(&pdev->ats.list);
}

void xpci_hook_freeing(struct pci_dev *pdev)
{
    if ( !xpci_enabled() )
        return;

    forget_ats(pdev);
    xpci_xen_detach(pdev);
}

void cf_check xpci_xen_leaving(void *data, uint32_t sbdf, void *attached)
{
    struct pci_dev *pdev = attached ?: xpci_xen_pdev(sbdf);
    struct xpci_amd_kept kept;
    bool shared;
    int rc;

    if ( !pdev )
        return;

    if ( !pdev->domain )
    {
        xpci_door_free(pdev);
        return;
    }

    if ( hide_from_removal(pdev) )
        forget_ats(pdev);
    shared = xpci_xen_alias_is_shared(xpci_instance(), sbdf);
    if ( shared )
        write_atomic(&leaves_alone, (uint64_t)sbdf);
    xpci_amd_leaving(pdev, shared, &kept);

    xpci_door_bring_forward(pdev);
    rc = stock_pci_remove_device(XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf),
                                 XPCI_DEVFN(sbdf));

    xpci_amd_left(sbdf, &kept);
    write_atomic(&leaves_alone, XPCI_NO_SBDF);
    xpci_config_hide_nothing();

    if ( !rc )
        return;

    xpci_xen_has_more();
    printk(XENLOG_WARNING "xen-pci: %pp: removal: %d\n",
           &(pci_sbdf_t){ .sbdf = sbdf }, rc);
}
