/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doors to what is static in Xen's files: the headers in doors/ are included
 * there, at their end, by the hooks.  pcidevs_lock held.
 */
#ifndef XEN_PCI_XEN_DOORS_H
#define XEN_PCI_XEN_DOORS_H

struct amd_iommu;
struct domain;
struct pci_dev;
struct vtd_iommu;

/* Take a device without an owner out of Xen's list and free it. */
void xpci_door_free(struct pci_dev *pdev);

/* Make a device the first in Xen's list, where its next walk finds it. */
void xpci_door_bring_forward(struct pci_dev *pdev);

/*
 * Xen's own deassignment of a device of `d`, which is not dom0: to quarantine
 * where pdev->quarantine is set.  0 or a negative errno value.
 */
int xpci_door_deassign(struct domain *d, const struct pci_dev *pdev);

/*
 * Only in Xen's lists, nothing else: a device without an owner is `d`'s now;
 * one that has an owner is another's.
 */
void xpci_door_enter(struct pci_dev *pdev, struct domain *d);
void xpci_door_move(struct pci_dev *pdev, struct domain *d);

/* What Xen does with the IOMMU when a device with an owner is added. */
int xpci_door_iommu_add(struct pci_dev *pdev);

/*
 * VT-d: set the context entry of bus:devfn, which is clear, for `d`; where
 * that is dom_io, with the page tables that `pdev` has in quarantine.
 * 0 or a negative errno value.
 */
int xpci_door_map_one(struct domain *d, struct vtd_iommu *iommu, uint8_t bus,
                      uint8_t devfn, const struct pci_dev *pdev);

/* AMD: the same with the device table entry that a device uses. */
int xpci_door_amd_map(struct domain *d, struct amd_iommu *iommu, uint8_t devfn,
                      struct pci_dev *pdev);

#endif /* XEN_PCI_XEN_DOORS_H */
