/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where Xen calls the module: what the semantic patches in hooks/ insert.
 * Included by Xen's own files, so it sees nothing of the module.
 */
#ifndef XEN_PCI_XEN_HOOKS_H
#define XEN_PCI_XEN_HOOKS_H

#include <xen/pci.h>

struct acpi_drhd_unit;
struct amd_iommu;
struct dmar_scope;
struct vtd_iommu;

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
/*
 * Xen is about to look for a device in its list.  False: it is not there.
 * pcidevs_lock held.
 */
bool xpci_hook_may_be_listed(uint16_t seg, uint8_t bus, uint8_t devfn);

/* Xen has entered a device in its list.  pcidevs_lock held. */
void xpci_hook_entered(struct pci_dev *pdev);

/* Xen frees a device.  pcidevs_lock held. */
void xpci_hook_freeing(struct pci_dev *pdev);

/* Its type, as far as what Xen has in bus2bridge[] is to be brought in line. */
enum pdev_type xpci_hook_type_to_free(const struct pci_dev *pdev);

/*
 * Is what answers at the device's place not it, or nothing?  Then its
 * registers and config space are not to be touched.  Any context, no lock.
 */
bool xpci_hook_is_silent(const struct pci_dev *pdev);

/* False: the module is off, and Xen is left to itself. */
bool xpci_hook_is_on(void);

/*
 * VT-d is about to set the context entry of bus:devfn for `d`; `pdev` is the
 * device that it is set for, or NULL.  0: go on; above 0: the entry is not to
 * be touched, and that is no error; or a negative errno value.
 * pcidevs_lock held.
 */
int xpci_hook_map(struct domain *d, const struct vtd_iommu *iommu, uint8_t bus,
                  uint8_t devfn, const struct pci_dev *pdev);

/* VT-d is about to clear one.  True: do not touch it.  The same lock. */
bool xpci_hook_unmap(const struct vtd_iommu *iommu, uint8_t bus, uint8_t devfn);

/*
 * In place of find_upstream_bridge() where VT-d maps, and unmaps, a device
 * that is about to be `d`'s.  0: the entries of the bridge are as they are to
 * be; -1: they cannot be so; with the module off, what the function says.
 * pcidevs_lock held.
 */
int xpci_hook_map_aliases(struct domain *d, struct pci_dev *pdev, uint8_t *bus,
                          uint8_t *devfn, uint8_t *secbus);
int xpci_hook_unmap_aliases(struct pci_dev *pdev, uint8_t *bus, uint8_t *devfn,
                            uint8_t *secbus);

/*
 * AMD: the same for the device table entry that a device (or its phantom
 * function `devfn`) uses.
 */
int xpci_hook_amd_map(struct domain *d, struct amd_iommu *iommu, uint8_t devfn,
                      struct pci_dev *pdev);
bool xpci_hook_amd_unmap(struct amd_iommu *iommu, uint8_t devfn,
                         struct pci_dev *pdev);

/*
 * Is address translation on in the device, so that it is to be turned off
 * there?  What is not at its place is only forgotten.  pcidevs_lock held.
 */
bool xpci_hook_ats_in_use(struct pci_dev *pdev);

/*
 * The unit that serves the device as long as Xen has it; NULL: not known yet,
 * ask the ACPI tables.  Any context, no lock.
 */
struct acpi_drhd_unit *xpci_hook_unit(const struct pci_dev *pdev);

/*
 * Xen is about to store, as scope->devices[index], the number of a device that
 * it found by the device scope entry at `entry` in the ACPI tables; the scope
 * ends at `end`.  Boot only.
 */
void xpci_hook_scope_stored(struct dmar_scope *scope, unsigned int index,
                            const void *entry, const void *end,
                            uint16_t segment);

/* Xen frees what it kept of a scope.  Boot only. */
void xpci_hook_scope_freed(const struct dmar_scope *scope);

#endif /* XEN_PCI_XEN_HOOKS_H */
