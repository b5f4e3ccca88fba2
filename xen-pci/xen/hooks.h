/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where Xen calls the module: what the semantic patches in hooks/ insert.
 * Included by Xen's own files, so it sees nothing of the module.
 */
#ifndef XEN_PCI_XEN_HOOKS_H
#define XEN_PCI_XEN_HOOKS_H

#include <xen/pci.h>

struct dmar_scope;

/*
 * Xen's own functions, renamed by the hooks.  The module defines
 * the names without "stock_" anew, with Xen's contracts.
 */
int stock_pci_add_device(uint16_t seg, uint8_t bus, uint8_t devfn,
                         const struct pci_dev_info *info, nodeid_t node);
int stock_pci_remove_device(uint16_t seg, uint8_t bus, uint8_t devfn);
int stock_find_upstream_bridge(uint16_t seg, uint8_t *bus, uint8_t *devfn,
                               uint8_t *secbus);
int stock_pci_msi_conf_write_intercept(struct pci_dev *pdev, unsigned int reg,
                                       unsigned int size, uint32_t *data);
int stock_amd_iommu_get_ivrs_dev_entries(void);
uint8_t stock_pci_conf_read8(pci_sbdf_t sbdf, unsigned int reg);
uint16_t stock_pci_conf_read16(pci_sbdf_t sbdf, unsigned int reg);
uint32_t stock_pci_conf_read32(pci_sbdf_t sbdf, unsigned int reg);
void stock_pci_conf_write8(pci_sbdf_t sbdf, unsigned int reg, uint8_t data);
void stock_pci_conf_write16(pci_sbdf_t sbdf, unsigned int reg, uint16_t data);
void stock_pci_conf_write32(pci_sbdf_t sbdf, unsigned int reg, uint32_t data);

/*
 * Xen is about to look for a device in its list.  False: it is not there.
 * pcidevs_lock held.
 */
bool xpci_hook_may_be_listed(uint16_t seg, uint8_t bus, uint8_t devfn);

/* Xen has entered a device in its list.  pcidevs_lock held. */
void xpci_hook_entered(struct pci_dev *pdev);

/* Xen frees a device.  pcidevs_lock held. */
void xpci_hook_freeing(struct pci_dev *pdev);

/*
 * Xen has allocated, and is about to fill, what it keeps of the device scope
 * in the ACPI tables from `start` to `end`.  Boot only.
 */
void xpci_hook_scope_parsed(struct dmar_scope *scope, const void *start,
                            const void *end, uint16_t segment);

/* Xen frees what it kept of a scope.  Boot only. */
void xpci_hook_scope_freed(const struct dmar_scope *scope);

#endif /* XEN_PCI_XEN_HOOKS_H */
