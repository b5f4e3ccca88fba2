/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose page tables a requester ID gets: the record of what the IOMMUs' own
 * tables hold, and the arbitration between the devices that share an ID.
 *
 * A requester ID is written as an SBDF.  A device claims the IDs that its DMA
 * carries: its own (with those of its phantom functions), and behind an
 * aliasing bridge the IDs that the bridge puts in place of it.  One ID has one
 * entry in one IOMMU, so it belongs to one domain (iommu.c, decide()).
 *
 * Everything here is under pcidevs_lock unless said otherwise.
 */
#ifndef XEN_PCI_XEN_IOMMU_H
#define XEN_PCI_XEN_IOMMU_H

#include <xen/pci.h>

#include <xen-pci/host.h>

/*
 * The record of what is set in the IOMMUs' tables.  Written under pcidevs_lock,
 * read in any context without a lock, as one word.
 */
#define RID_MAPPED 0x01U /* `unit` translates it for `domain` */
#define RID_UNIT 0x02U   /* `unit` is, or was last, its unit */
/* The device is not at its place: the registers there are another's. */
#define RID_SILENT 0x04U
#define RID_SUSPENDED 0x08U /* nobody's: who claims it is changing */
/* Xen was told to map it, and may have failed: it may be as it was before. */
#define RID_UNSURE 0x10U

struct rid_entry {
    domid_t domain; /* with RID_MAPPED */
    uint8_t unit;   /* with RID_MAPPED or RID_UNIT */
    uint8_t flags;
};

/* All zero where nothing was ever recorded. */
struct rid_entry xpci_rid_read(uint32_t rid);

/* Room for an entry, so that no change of it can fail.  0 or -ENOMEM. */
int xpci_rid_reserve(uint32_t rid);

/*
 * It is about to be set; `unsure`: 0 or RID_UNSURE.  0 or -ENOMEM: not
 * recorded, and not to be set.
 */
int xpci_rid_record(uint32_t rid, unsigned int unit, domid_t domain,
                    unsigned int unsure);

/* Not mapped any more; RID_SILENT or RID_SUSPENDED.  Nothing without room. */
void xpci_rid_clear(uint32_t rid);
void xpci_rid_set_flag(uint32_t rid, unsigned int flag, bool on);

/* A device's own ID, and at most two of a bridge. */
#define XPCI_RIDS 3U

/* What differs between the two kinds of IOMMU. */
struct xpci_iommu_ops {
    /*
     * The IDs that the device's DMA carries, without its phantom functions':
     * how many, and the IDs in `rids`.  From records alone.
     */
    unsigned int (*rids)(const struct pci_dev *pdev, uint32_t rids[XPCI_RIDS]);

    /* Add the buses on which devices may be that claim `rid` as an alias. */
    void (*sharers)(uint32_t rid, struct xpci_bus_set *buses);

    /*
     * Give the entry of `rid`, which is clear, the page tables of `d`; `pdev`
     * is a device of `d` that claims it.  0 or a negative errno value.
     */
    int (*map)(uint32_t rid, struct domain *d, struct pci_dev *pdev);

    /* Clear the entry of `rid` in a unit.  `d` may be NULL: it is gone. */
    int (*unmap)(uint32_t rid, unsigned int unit, struct domain *d);

    /* As the xpci_iommu_ function of that name (glue.h).  May be NULL. */
    int (*prepare)(uint32_t sbdf);
    int (*entered_quarantined)(struct pci_dev *pdev);
    void (*begin_removal)(struct pci_dev *pdev);
    void (*end_removal)(void);

    /* A bridge changed: so does what the ACPI tables say.  May be NULL. */
    void (*refresh)(const struct xpci *xpci);
};

/*
 * From the hooks where an entry is set, before that happens.  `pdev` is the
 * device that it is set for, or NULL where Xen sets it for no device.
 *
 * 0: go on, it is recorded; 1: leave the entry as it is now, others decide
 * about it; or a negative errno value.
 */
int xpci_rid_map(const struct xpci_iommu_ops *ops, uint32_t rid,
                 unsigned int unit, struct domain *d,
                 const struct pci_dev *pdev);

/*
 * From the hooks where an entry is cleared, before that happens.  `pdev` is
 * the device that it is cleared for; NULL: the one whose own ID it is.  True:
 * leave the entry as it is now, since others use it.
 */
bool xpci_rid_unmap(const struct xpci_iommu_ops *ops, uint32_t rid,
                    struct pci_dev *pdev);

/* Nobody's from now on.  0 or a negative errno value. */
int xpci_rid_take_down(uint32_t rid);

/*
 * Decide anew whose the ID is, with `subject` (NULL: no device) counted as a
 * device of `as` (NULL: as none), and make it so.  0 or a negative errno value,
 * and then the ID is nobody's.
 */
int xpci_rid_settle(uint32_t rid, struct pci_dev *subject, struct domain *as);

/*
 * The same for an ID of the bridge that `pdev` shares; it is about to be `d`'s
 * (NULL: nobody's).
 */
int xpci_rid_settle_alias(uint32_t rid, struct pci_dev *pdev, struct domain *d);

/* For all IDs of the bridge. */
int xpci_iommu_settle_aliases(struct pci_dev *pdev, struct domain *d);

/* The IOMMUs' kind; NULL until an entry is set. */
const struct xpci_iommu_ops *xpci_iommu_ops(void);

/* vtd_scopes.c: bring the ACPI tables' device scopes in line with the buses. */
void xpci_vtd_scopes_refresh(const struct xpci *xpci);

#endif /* XEN_PCI_XEN_IOMMU_H */
