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

#include "core/config.h"
#include "glue.h"

/* Of the capabilities that are looked at, the first dwords. */
enum {
    EXPRESS,
    MSI,
    MSIX,
    CAPABILITIES
};

/* MSI and MSI-X have Message Control in their upper half. */
static unsigned int message_control(uint32_t header)
{
    return header >> 16;
}

/* Does config space say of MSI what it said when Xen looked? */
static bool same_msi(const struct pci_dev *pdev, uint32_t header)
{
    unsigned int vectors =
        header ? multi_msi_capable(message_control(header)) : 0;

    return vectors == pdev->msi_maxvec;
}

/* The same of MSI-X. */
static bool same_msix(const struct pci_dev *pdev, uint32_t header)
{
    if ( !header || !pdev->msix )
        return !header == !pdev->msix;

    return msix_table_size(message_control(header)) == pdev->msix->nr_entries;
}

/* Xen took the type when the device was entered; the tables may have later. */
static bool same_type(const struct pci_dev *pdev,
                      const struct xpci_device_info *info, uint32_t express)
{
    if ( !xpci_xen_has_all() )
        return pdev_type(pdev->seg, pdev->bus, pdev->devfn) == pdev->type;

    return xpci_config_type(info->class_revision, info->header_type, express) ==
           info->type;
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

static bool answers_as_reported(uint32_t sbdf, struct xpci_device_info *info)
{
    const pci_sbdf_t at = { .sbdf = sbdf };

    return !xpci_device(xpci_instance(), sbdf, info) &&
           stock_pci_conf_read32(at, PCI_CLASS_REVISION) ==
               info->class_revision &&
           stock_pci_conf_read32(at, PCI_VENDOR_ID) ==
               (info->vendor | (uint32_t)info->device << 16);
}

bool xpci_xen_answers_as_reported(uint32_t sbdf)
{
    struct xpci_device_info info;

    return answers_as_reported(sbdf, &info);
}

bool xpci_xen_is_same(const struct pci_dev *pdev)
{
    static const uint8_t ids[CAPABILITIES] = {
        [EXPRESS] = PCI_CAP_ID_EXP,
        [MSI] = PCI_CAP_ID_MSI,
        [MSIX] = PCI_CAP_ID_MSIX,
    };
    uint32_t headers[CAPABILITIES];
    struct xpci_device_info info;

    if ( !answers_as_reported(pdev->sbdf.sbdf, &info) )
        return false;
    xpci_xen_capabilities(info.sbdf, ids, headers, CAPABILITIES);

    return same_type(pdev, &info, headers[EXPRESS]) &&
           same_msi(pdev, headers[MSI]) && same_msix(pdev, headers[MSIX]) &&
           same_ats(pdev);
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
