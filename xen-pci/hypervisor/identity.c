/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is what sits at a device's place still what Xen knows there?
 *
 * From when dom0 writes other bus numbers into a bridge until it reports the
 * devices behind it, it is not.  Nothing here writes to config space: the
 * device may be in use.
 */
#include <xen/sched.h>
#include <asm/msi.h>

#include "config.h"
#include "glue.h"

static unsigned int message_control(pci_sbdf_t sbdf, unsigned int capability)
{
    return pci_conf_read16(sbdf, capability + PCI_MSI_FLAGS);
}

/* Does config space say of MSI what it said when Xen looked? */
static bool same_msi(const struct pci_dev *pdev)
{
    unsigned int at = xpci_xen_capability(pdev->sbdf.sbdf, PCI_CAP_ID_MSI);
    unsigned int vectors = 0;

    if ( at )
        vectors = multi_msi_capable(message_control(pdev->sbdf, at));

    return vectors == pdev->msi_maxvec;
}

/* The same of MSI-X. */
static bool same_msix(const struct pci_dev *pdev)
{
    unsigned int at = xpci_xen_capability(pdev->sbdf.sbdf, PCI_CAP_ID_MSIX);

    if ( !at || !pdev->msix )
        return !at == !pdev->msix;

    return msix_table_size(message_control(pdev->sbdf, at)) ==
           pdev->msix->nr_entries;
}

bool xpci_xen_on_ats_list(const struct pci_dev *pdev)
{
    return pdev->ats.list.next && pdev->ats.list.next != LIST_POISON1;
}

/* Extended capabilities have their ID in bits 15-0 of their first dword. */
static bool same_ats(const struct pci_dev *pdev)
{
    return !xpci_xen_on_ats_list(pdev) ||
           (pci_conf_read32(pdev->sbdf, pdev->ats.cap_pos) & 0xffffU) ==
               PCI_EXT_CAP_ID_ATS;
}

bool xpci_xen_answers_as_reported(uint32_t sbdf)
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
    return xpci_xen_answers_as_reported(pdev->sbdf.sbdf) &&
           pdev_type(pdev->seg, pdev->bus, pdev->devfn) == pdev->type &&
           same_msi(pdev) && same_msix(pdev) && same_ats(pdev);
}

/*
 * dom0 writes to config space, where Xen keeps the MSI and MSI-X capabilities
 * of the device that it knows.  Another device's registers are not these.
 */
int pci_msi_conf_write_intercept(struct pci_dev *pdev, unsigned int reg,
                                 unsigned int size, uint32_t *data)
{
    if ( xpci_enabled() && xpci_instance() && !xpci_xen_is_same(pdev) )
        return 0;

    return stock_pci_msi_conf_write_intercept(pdev, reg, size, data);
}
