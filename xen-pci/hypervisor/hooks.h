/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where Xen calls the module: what the semantic patches in hooks/ insert.
 * Included by Xen's own files, so it sees nothing of the module.
 */
#ifndef XEN_PCI_HYPERVISOR_HOOKS_H
#define XEN_PCI_HYPERVISOR_HOOKS_H

#include <xen/pci.h>

struct dmar_scope;

/*
 * Xen's own functions, renamed by the hooks.  The module defines
 * pci_add_device(), pci_remove_device() and find_upstream_bridge() anew, with
 * Xen's contracts.
 */
int stock_pci_add_device(uint16_t seg, uint8_t bus, uint8_t devfn,
                         const struct pci_dev_info *info, nodeid_t node);
int stock_pci_remove_device(uint16_t seg, uint8_t bus, uint8_t devfn);
int stock_find_upstream_bridge(uint16_t seg, uint8_t *bus, uint8_t *devfn,
                               uint8_t *secbus);

/* Xen has entered a device in its list.  pcidevs_lock held. */
void xpci_hook_entered(const struct pci_dev *pdev);

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

/*
 * Config space that Xen must not see now: of up to two functions, from a
 * register on.  Written under pcidevs_lock, read without.
 */
struct xpci_hidden {
    uint64_t from[2]; /* SBDF in bits 43-12, register in 11-0 */
};
#define XPCI_HIDDEN_NONE (~(uint64_t)0)
extern struct xpci_hidden xpci_hidden;

/* Must an access to this register find nothing (reads 0, writes vanish)? */
static inline bool xpci_hook_config_hidden(pci_sbdf_t sbdf, unsigned int reg)
{
    uint64_t at = (uint64_t)sbdf.sbdf << 12 | reg;
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(xpci_hidden.from); i++ )
    {
        uint64_t from = read_atomic(&xpci_hidden.from[i]);

        if ( unlikely(at >= from) && (at >> 12) == (from >> 12) )
            return true;
    }

    return false;
}

#endif /* XEN_PCI_HYPERVISOR_HOOKS_H */
