/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doors to what is static in Xen's files: doors/pci.h and doors/vtd.h are
 * included there, at their end, by the hooks.  pcidevs_lock held.
 */
#ifndef XEN_PCI_XEN_DOORS_H
#define XEN_PCI_XEN_DOORS_H

struct pci_dev;

/* Take a device without an owner out of Xen's list and free it. */
void xpci_door_free(struct pci_dev *pdev);

/* Make a device the first in Xen's list, where its next walk finds it. */
void xpci_door_bring_forward(struct pci_dev *pdev);

/* What Xen does with the IOMMU when a device with an owner is added. */
int xpci_door_iommu_add(struct pci_dev *pdev);

/*
 * VT-d: make the context entries of a device, and of the bridge whose ID its
 * DMA carries, for its owner.  Where they are made for that owner already,
 * nothing changes.  0 or a negative errno value.
 */
int xpci_door_map(struct pci_dev *pdev);

#endif /* XEN_PCI_XEN_DOORS_H */
