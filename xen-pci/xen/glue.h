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

/*
 * config.c: from register `from` on, Xen finds nothing at a function (reads
 * are 0, writes vanish).  Two functions can be hidden: `slot` is 0 or 1.
 * Changed under pcidevs_lock, looked at without.
 */
void xpci_config_hide(unsigned int slot, uint32_t sbdf, unsigned int from);
void xpci_config_hide_nothing(void);

/*
 * leaving.c: Xen's own removal of one device, for struct xpci_host.  All that
 * Xen keeps for it goes; nothing is done to another device in its place.
 */
void xpci_xen_leaving(void *data, uint32_t sbdf, void *attached);

/*
 * identity.c: is what sits at a device's place still what Xen knows there?
 * Reads config space, and never writes to it.  pcidevs_lock held.
 */
bool xpci_xen_is_same(const struct pci_dev *pdev);

/* Part of it: do class and IDs read as they did at the last report? */
bool xpci_xen_answers_as_reported(uint32_t sbdf);

/* Is the device among those whose translation caches Xen flushes? */
bool xpci_xen_on_ats_list(const struct pci_dev *pdev);

/* xpci_config_capabilities() of the core, with Xen's access. */
void xpci_xen_capabilities(uint32_t sbdf, const uint8_t *ids, uint32_t *headers,
                           unsigned int count);

/* In a 64-bit number that is otherwise an SBDF: no device. */
#define XPCI_NO_SBDF (~(uint64_t)0)

/* devices.c: from now on Xen may have a device that the tables have not. */
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
 * Does Xen take down a device now whose alias others share?  Its answer for
 * the device is then "none", so that their mapping stays.
 */
bool xpci_xen_leaves_alone(uint32_t sbdf);

/* mapping.c: for struct xpci_host. */
void xpci_xen_remap(void *data, uint16_t segment,
                    const struct xpci_bus_set *buses);

/*
 * Does a device other than the one at `sbdf`, with an owner, send its DMA
 * with the same alias?  pcidevs_lock held.
 */
bool xpci_xen_alias_is_shared(const struct xpci *xpci, uint32_t sbdf);

/*
 * scope.c: bring the device scopes of the ACPI tables in line with the bus
 * numbers of now, where a bridge changed.  pcidevs_lock held.
 */
void xpci_xen_scopes_refresh(const struct xpci *xpci);

/*
 * amd.c: bring what AMD's IOMMU has in its tables for a reported device in
 * line with the way to it; `*changed`: what was derived for the device from
 * the old is to be made anew.  0 or a negative errno value.  Does nothing
 * where there is no such IOMMU.  pcidevs_lock held.
 */
int xpci_amd_prepare(const struct xpci *xpci, uint32_t sbdf, bool *changed);

/*
 * Around Xen's removal of a device: what it shares with others stays.
 * pcidevs_lock held.
 */
struct xpci_amd_kept {
    void *table;
    unsigned long *inuse;
    bool alone;
};
void xpci_amd_leaving(struct pci_dev *pdev, bool alias_is_shared,
                      struct xpci_amd_kept *kept);
void xpci_amd_left(uint32_t sbdf, const struct xpci_amd_kept *kept);

/*
 * text.c: devices, buses and problems as lines (docs/hypfs.md).  `line` has
 * XPCI_LINE bytes; each returns the line's length without its NUL.
 */
#define XPCI_LINE 256U
unsigned int xpci_text_device(char *line, const struct xpci_device_info *info);
unsigned int xpci_text_bus(char *line, const struct xpci_bus_info *info);
unsigned int xpci_text_problem(char *line, const struct xpci_device_info *info);

#endif /* XEN_PCI_XEN_GLUE_H */
