/* SPDX-License-Identifier: GPL-2.0-only */
/* Included in Xen's drivers/passthrough/vtd/iommu.c. */
#include "../doors.h"

int xpci_door_map(struct pci_dev *pdev)
{
    return domain_context_mapping(pdev->domain, pdev->devfn, pdev);
}
