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
#include <xen/xmalloc.h>
#include <xen/msi.h>
#include <asm/msi.h>

#include "doors.h"
#include "glue.h"

#define EXTENDED_CONFIG 0x100U

/* The device whose alias stays mapped, as a 64-bit number; all ones: none. */
static uint64_t __read_mostly leaves_alone = ~(uint64_t)0;

bool xpci_xen_leaves_alone(uint32_t sbdf)
{
    return unlikely(read_atomic(&leaves_alone) == sbdf);
}

/* Does config space say of MSI and MSI-X what it said when Xen looked? */
static bool same_msi(const struct pci_dev *pdev)
{
    struct pci_dev *now = xzalloc(struct pci_dev);
    bool same = true;

    /* Without memory nobody can tell; then it is what it always was. */
    if ( !now )
        return true;

    memcpy((void *)&now->sbdf, &pdev->sbdf, sizeof(now->sbdf));
    if ( !pdev_msi_init(now) )
    {
        same = now->msi_maxvec == pdev->msi_maxvec &&
               !now->msix == !pdev->msix &&
               (!now->msix || now->msix->nr_entries == pdev->msix->nr_entries);
        pdev_msi_deinit(now);
    }
    xfree(now);

    return same;
}

static bool on_ats_list(const struct pci_dev *pdev)
{
    return pdev->ats.list.next && pdev->ats.list.next != LIST_POISON1;
}

/* Extended capabilities have their ID in bits 15-0 of their first dword. */
static bool same_ats(const struct pci_dev *pdev)
{
    return !on_ats_list(pdev) ||
           (pci_conf_read32(pdev->sbdf, pdev->ats.cap_pos) & 0xffffU) ==
               PCI_EXT_CAP_ID_ATS;
}

/* Is what answers what was last reported? */
static bool same_identity(uint32_t sbdf)
{
    const pci_sbdf_t at = { .sbdf = sbdf };
    struct xpci_device_info info;

    return !xpci_device(xpci_instance(), sbdf, &info) &&
           pci_conf_read32(at, PCI_CLASS_REVISION) == info.class_revision &&
           pci_conf_read32(at, PCI_VENDOR_ID) ==
               (info.vendor | (uint32_t)info.device << 16);
}

bool xpci_xen_is_same(const struct pci_dev *pdev)
{
    return same_identity(pdev->sbdf.sbdf) &&
           pdev_type(pdev->seg, pdev->bus, pdev->devfn) == pdev->type &&
           same_msi(pdev) && same_ats(pdev);
}

/* True where all of the device is hidden. */
static bool hide_from_removal(const struct pci_dev *pdev)
{
    uint32_t sbdf = pdev->sbdf.sbdf;
    uint32_t physfn =
        PCI_SBDF(pdev->seg, pdev->info.physfn.bus, pdev->info.physfn.devfn)
            .sbdf;

    /* Xen asks a VF's PF whether the VF decodes memory. */
    if ( pdev->info.is_virtfn && !same_identity(physfn) )
        xpci_config_hide(1, physfn, 0);

    if ( !xpci_xen_is_same(pdev) )
    {
        xpci_config_hide(0, sbdf, 0);
        return true;
    }

    /* Xen asks the device, not itself, whether there is ATS to stop. */
    if ( !on_ats_list(pdev) )
        xpci_config_hide(0, sbdf, EXTENDED_CONFIG);

    return false;
}

/*
 * What is gone can be told nothing: take it off the IOMMU's list of those
 * whose translation caches are to be flushed, before the next flush.
 */
static void forget_ats(struct pci_dev *pdev)
{
    if ( on_ats_list(pdev) )
        list_del(&pdev->ats.list);
}

void xpci_hook_freeing(struct pci_dev *pdev)
{
    if ( xpci_enabled() )
        forget_ats(pdev);
}

void cf_check xpci_xen_leaving(void *data, uint32_t sbdf)
{
    struct pci_dev *pdev = xpci_xen_pdev(sbdf);
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

    rc = stock_pci_remove_device(XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf),
                                 XPCI_DEVFN(sbdf));

    xpci_amd_left(sbdf, &kept);
    write_atomic(&leaves_alone, ~(uint64_t)0);
    xpci_config_hide_nothing();

    if ( rc )
        printk(XENLOG_WARNING "xen-pci: %pp: removal: %d\n",
               &(pci_sbdf_t){ .sbdf = sbdf }, rc);
}
