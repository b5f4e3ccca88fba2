/* SPDX-License-Identifier: GPL-2.0-only */
/* Included in Xen's drivers/passthrough/vtd/iommu.c. */
#include "../doors.h"

int xpci_door_map_one(struct domain *d, struct vtd_iommu *iommu, uint8_t bus,
                      uint8_t devfn, const struct pci_dev *pdev)
{
    int rc = domain_context_mapping_one(d, iommu, bus, devfn, NULL,
                                        DEVICE_DOMID(d, pdev),
                                        DEVICE_PGTABLE(d, pdev), 0);

    return rc > 0 ? 0 : rc;
}
