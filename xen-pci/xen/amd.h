/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * amd_ivrs.c for amd.c.  All under pcidevs_lock.
 */
#ifndef XEN_PCI_XEN_AMD_H
#define XEN_PCI_XEN_AMD_H

#include <passthrough/amd/iommu.h>

#include <xen-pci/host.h>

/* AMD's table of a segment, or NULL: no such IOMMU, or not for this BDF. */
struct ivrs_mappings *xpci_amd_table(uint32_t sbdf);

/* As Xen's get_dma_requestor_id(), for a table that is at hand. */
uint16_t xpci_amd_requester(const struct ivrs_mappings *map, uint16_t bdf);

/* The tables are as Xen made them: before anything is derived. */
void xpci_amd_begin(void);

/*
 * Bring what the table says of an SBDF in line with the bridges above it.
 * `*changed`: what Xen derived from it is to be made anew.  0 or -ENOMEM.
 */
int xpci_amd_derive(uint32_t sbdf, bool *changed);

/* For struct xpci_iommu_ops. */
void xpci_amd_sharers(uint32_t rid, struct xpci_bus_set *buses);
void xpci_amd_begin_removal(struct pci_dev *pdev);
void xpci_amd_end_removal(void);

#endif /* XEN_PCI_XEN_AMD_H */
