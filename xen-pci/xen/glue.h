/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the hypervisor's glue share.
 */
#ifndef XEN_PCI_XEN_GLUE_H
#define XEN_PCI_XEN_GLUE_H

#include <xen/pci.h>

#include <xen-pci/host.h>
#include <xen-pci/topology.h>
#include <xen-pci/walk.h>

#include "hooks.h"

/* During boot Xen enters some devices without the lock, on its only CPU. */
#define ASSERT_PCIDEVS() \
    ASSERT(pcidevs_locked() || system_state < SYS_STATE_active)

/*
 * The tables, made when they are first asked for.  NULL: the module was
 * turned off, or there was no memory for it; Xen is then left to itself.
 * pcidevs_lock held.
 */
struct xpci *xpci_instance_get(void);

/* The same, but never made here: for readers without the lock. */
struct xpci *xpci_instance(void);

/* Is the module on, as far as the command line is concerned? */
bool xpci_enabled(void);

/* In a 64-bit number that is otherwise an SBDF: no device. */
#define XPCI_NO_SBDF (~(uint64_t)0)

/* Neither dom0's (Xen's own among it) nor in quarantine nor NULL. */
bool xpci_xen_is_guest(const struct domain *d);

/* xpci_config_capabilities() of the core, with Xen's access. */
void xpci_xen_capabilities(uint32_t sbdf, const uint8_t *ids, uint32_t *headers,
                           unsigned int count);

/* The type of a bridge, also of one that only leads to buses. */
enum xpci_type xpci_xen_bridge_type(uint32_t bridge);

/* From now on Xen may have a device that the tables have not. */
void xpci_xen_has_more(void);

/* True: each of Xen's devices is attached to one of the tables'. */
bool xpci_xen_has_all(void);

/* False: Xen has no device there, and its list need not be walked for it. */
bool xpci_xen_may_have(const struct xpci *xpci, uint32_t sbdf);

/*
 * The device that Xen knows, or NULL: attached in the tables; where Xen may
 * have more, a walk of its list.  pcidevs_lock held.
 */
struct pci_dev *xpci_xen_pdev(uint32_t sbdf);

/* The device is about to be freed.  pcidevs_lock held. */
void xpci_xen_detach(const struct pci_dev *pdev);

/*
 * removal.c, pcidevs_lock held.
 *
 * For struct xpci_host.  xpci_xen_remove() is Xen's own removal of one device:
 * all that Xen keeps for it goes, and where it does not answer, nothing is done
 * to what sits in its place.
 */
int xpci_xen_may_remove(void *data, uint32_t sbdf, void *attached,
                        bool answers);
void xpci_xen_remove(void *data, uint32_t sbdf, void *attached, bool answers);

/*
 * Is what sits at a device's place still what Xen knows there?  Reads config
 * space, and never writes to it.  UNSURE: what it read changed while it was
 * read, or was not whole.
 */
enum xpci_identity {
    XPCI_IDENTITY_SAME,
    XPCI_IDENTITY_OTHER,
    XPCI_IDENTITY_UNSURE,
};
enum xpci_identity xpci_xen_identify(const struct pci_dev *pdev);

/* Release the MSIs that any domain has mapped, whoever bound them. */
void xpci_xen_release_interrupts(struct pci_dev *pdev);

/* Off the IOMMU's list of devices that cache translations. */
void xpci_xen_forget_ats(struct pci_dev *pdev);

/*
 * quarantine.c, pcidevs_lock held.
 *
 * For struct xpci_host: what is at the device's BDF is not it any more, or is
 * it again.  Dom0's loses its DMA and gets it back; a guest's goes to
 * quarantine.
 */
void xpci_xen_displaced(void *data, uint32_t sbdf, void *attached, bool away);

/* A device that was just entered in Xen's list comes up in quarantine. */
void xpci_xen_enter_quarantined(struct pci_dev *pdev);

/*
 * iommu.c and settle.c, pcidevs_lock held.
 *
 * For struct xpci_host: take down what was derived from the upstream lookup's
 * old answers for these buses, and derive it from the new ones.
 */
void xpci_xen_unmap(void *data, uint16_t segment,
                    const struct xpci_bus_set *buses);
void xpci_xen_remap(void *data, uint16_t segment,
                    const struct xpci_bus_set *buses);

/*
 * Decide anew about all requester IDs that a device claims.  0 or a negative
 * errno value, and then what could not be set is clear.
 */
int xpci_iommu_settle(struct pci_dev *pdev);

/*
 * Bring what the IOMMU's code keeps for an SBDF in line with the bridges above
 * it, before Xen maps a device there, or again.  0 or a negative errno value.
 */
int xpci_iommu_prepare(uint32_t sbdf);

/*
 * What Xen's add does for dom0's devices, and what one that came up in
 * quarantine needs too, once it is assigned.  Nothing where that was done.
 * 0 or a negative errno value.
 */
int xpci_iommu_entered_quarantined(struct pci_dev *pdev);

/* The ACPI tables' device scopes, where a bridge changed. */
void xpci_iommu_refresh(void);

/*
 * Around Xen's removal of a device: what it unmaps for it is not for
 * quarantine.  In between, when the device is freed: nothing is mapped for it
 * any more.
 */
void xpci_iommu_begin_removal(struct pci_dev *pdev);
void xpci_iommu_freed(struct pci_dev *pdev);
void xpci_iommu_end_removal(void);

/*
 * text.c: devices, buses and problems as lines (docs/hypfs.md).  `line` has
 * XPCI_LINE bytes; each returns the line's length without its NUL.
 */
#define XPCI_LINE 320U
unsigned int xpci_text_device(char *line, const struct xpci_device_info *info);
unsigned int xpci_text_bus(char *line, const struct xpci_bus_info *info);
unsigned int xpci_text_problem(char *line, const struct xpci_device_info *info);

#endif /* XEN_PCI_XEN_GLUE_H */
