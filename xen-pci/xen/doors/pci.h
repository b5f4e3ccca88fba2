/* SPDX-License-Identifier: GPL-2.0-only */
/* Included in Xen's drivers/passthrough/pci.c. */
#include "../doors.h"

void xpci_door_free(struct pci_dev *pdev)
{
    free_pdev(get_pseg(pdev->seg), pdev);
}

void xpci_door_bring_forward(struct pci_dev *pdev)
{
    list_move(&pdev->alldevs_list, &get_pseg(pdev->seg)->alldevs_list);
}

int xpci_door_iommu_add(struct pci_dev *pdev)
{
    return iommu_add_device(pdev);
}
