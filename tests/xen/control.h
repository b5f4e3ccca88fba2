/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test does with the fake of Xen (fake.h): a machine boots, dom0 and the
 * toolstack call, calls fail, and what the IOMMUs hold is looked at.
 *
 * The state of the module and of the fake is the program's: a test that wants
 * a machine that has just started forks.
 */
#ifndef TESTS_XEN_CONTROL_H
#define TESTS_XEN_CONTROL_H

#include <fake.h>

#include "../model/world.h"

/* Config space, as the whole of the fake reads it. */
extern struct world fake_world;

/*
 * In config space of a function: MSI with 1 << `log` messages (-1: none), MSI-X
 * with so many entries (0: none), and ATS.  As long as it is said so.
 */
struct fake_capabilities {
    int msi_log;
    unsigned int msix_entries;
    bool ats;
};
void fake_set_capabilities(uint32_t sbdf, struct fake_capabilities has);
/* Some have MSI, some MSI-X, some ATS, whatever sits there. */
extern bool fake_random_capabilities;

/* As pci-phantom= on the command line. */
void fake_set_phantom(uint32_t sbdf, uint8_t stride);

/* Which IOMMU there is, and what quarantine is. */
enum fake_vendor {
    FAKE_VTD,
    FAKE_AMD
};
extern enum fake_vendor fake_vendor;
extern bool fake_scratch_page; /* quarantine has page tables, of each device */

/* An option of the command line.  Before fake_boot(). */
void fake_command_line(const char *option, bool value);

/*
 * VT-d: a second unit of segment 0, for a bridge on bus 0 and what is behind
 * it.  AMD: what the firmware says of a BDF of segment 0.  Before fake_boot().
 */
void fake_scope(uint8_t devfn);
void fake_ivrs_alias(uint16_t bdf, uint16_t requester);

/* Xen starts, and finds and maps what config space has of these segments. */
void fake_boot(void);

/* Xen keeps a device for itself.  Between its scan and dom0: fake_boot(). */
void fake_hide(uint32_t sbdf);

/* dom0's hypercalls: pci_add_device() and pci_remove_device(). */
/* The toolstack's.  A domain exists from when it is first given something. */
int fake_assign(domid_t id, uint32_t sbdf);
int fake_deassign(uint32_t sbdf);
int fake_destroy(domid_t id);

/* A driver of a domain gets an MSI (or MSI-X) of the device.  False: cannot. */
bool fake_bind(uint32_t sbdf, domid_t id, bool msix);
unsigned int fake_bound(void); /* so many are bound in the whole machine */

/* The `nth` (from 1) call from now on that can fail does; 0: none. */
void fake_fail(unsigned int nth);
/* Has it?  And since the program began? */
bool fake_has_failed(void);
extern bool fake_ever_failed;

/* What was said since the last time, and may be cut off. */
const char *fake_said(void);

/* Registers that were written though another device has them. */
extern unsigned int fake_wrong_writes;
/* So many blocks of memory are in use. */
extern unsigned int fake_blocks;

/*
 * hypfs's hypercall: 0 and the node in `text` (its lines, or the names in a
 * directory, a space after each), or a negative errno value.  `room` is what
 * the caller has for the content; -ENOBUFS where it is too little.
 */
int fake_hypfs_read(const char *path, char *text, size_t room);
/* Called between the answer to "how much is it?" and the reading.  Or NULL. */
extern void (*fake_hypfs_between)(void);

/* Press a debug key. */
void fake_press(unsigned char key);

/*
 * Does all that must always hold hold?  False: `text` says what does not.
 * Without a failure of Xen's (fake_ever_failed), just that is mapped which
 * should be; with one, nothing that should not be.
 */
bool fake_is_sound(char *text, size_t size);

/*
 * Whatever happened, all domains and devices can still go, and then nothing is
 * mapped.  False: `text` says what not.
 */
bool fake_clear_up(char *text, size_t size);

/* What is mapped, such as "d0:01:00.0 d5:02:00.0"; in the second unit "/1". */
void fake_mapped(char *text, size_t size);

/* Inside the fake. */
struct fake_entry {
    uint32_t rid;
    bool present;
    uint64_t page_tables;
};
struct fake_unit_ops {
    /* As Xen's struct iommu_ops. */
    int (*add)(uint8_t devfn, struct pci_dev *pdev);
    int (*remove)(uint8_t devfn, struct pci_dev *pdev);
    int (*reassign)(struct domain *from, struct domain *to, uint8_t devfn,
                    struct pci_dev *pdev);
    /* The IDs a device's DMA carries.  How many. */
    unsigned int (*claims)(const struct pci_dev *pdev, uint32_t *rids);
    unsigned int (*unit_of)(const struct pci_dev *pdev);
    /* The next entry that may be set: false where there is none. */
    bool (*next)(unsigned int *unit, uint32_t *rid, struct fake_entry *entry);
};
extern const struct fake_unit_ops fake_vtd_ops, fake_amd_ops;
const struct fake_unit_ops *fake_ops(void);
#define FAKE_CLAIMS 16U

void fake_vtd_boot(void);
void fake_amd_boot(void);
/* All that is there is found, and set up for dom0. */
void fake_scan(void);
/* Does a bridge put device 0 on its secondary bus in place of what passes? */
bool fake_bridge_takes_secondary(uint32_t bridge);
struct domain *fake_domain(domid_t id);
struct pci_dev *fake_next_pdev(struct pci_dev *pdev);
/* What it is now; and its registers are written, which may be another's. */
void fake_remember(struct pci_dev *pdev);
void fake_touch(const struct pci_dev *pdev);
void fake_enable_ats(struct pci_dev *pdev, struct list_head *devices);
unsigned int fake_locks_held(void);
uint16_t fake_config_class(uint32_t sbdf);
/* Of a capability, its first dword's offset; 0: none. */
unsigned int fake_capability(uint32_t sbdf, uint8_t id);
void fake_free_domain_interrupts(const struct domain *d);
void fake_free_interrupts(struct pci_dev *pdev, const char *why);

#endif /* TESTS_XEN_CONTROL_H */
