/* SPDX-License-Identifier: GPL-2.0-only */
/* Included in Xen's drivers/passthrough/amd/pci_amd_iommu.c. */
#include "../doors.h"

int xpci_door_amd_map(struct domain *d, struct amd_iommu *iommu, uint8_t devfn,
                      struct pci_dev *pdev)
{
    return amd_iommu_setup_domain_device(d, iommu, devfn, pdev);
}
