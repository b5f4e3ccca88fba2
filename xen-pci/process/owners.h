/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who owns which device, in a process: what a hypervisor keeps in its list of
 * devices.  Devices that are not in it are dom0's.
 */
#ifndef XEN_PCI_PROCESS_OWNERS_H
#define XEN_PCI_PROCESS_OWNERS_H

#include <xen-pci/topology.h>

struct owners_entry {
    uint32_t sbdf;
    uint16_t owner;
};

struct owners {
    struct owners_entry *entry; /* by SBDF */
    size_t count;
    size_t room;
    uint16_t others; /* who has what is not in it */
};

void owners_init(struct owners *owners);
/* May be called twice. */
void owners_dispose(struct owners *owners);

/* A domain's ID or XPCI_OWNER_*. */
uint16_t owners_get(const struct owners *owners, uint32_t sbdf);

/*
 * 0 or -ENOMEM.  XPCI_OWNER_DOM0 makes room again and cannot fail, but for
 * what owners_keep_from_dom0() says.
 */
int __must_check owners_set(struct owners *owners, uint32_t sbdf,
                            uint16_t owner);

/* From a guest to the quarantine, from there to dom0.  0 or -ENOMEM. */
int __must_check owners_deassign(struct owners *owners, uint32_t sbdf);

/* A device is gone, and with it what was said of it. */
void owners_forget(struct owners *owners, uint32_t sbdf);

/* A device that is not dom0's goes to the quarantine. */
void owners_quarantine(struct owners *owners, uint32_t sbdf);

/*
 * A device must not be dom0's: it goes to the quarantine, and where there is no
 * memory to say so, with it all that is not known to be somebody else's.
 */
void owners_keep_from_dom0(struct owners *owners, uint32_t sbdf);

/* All devices of a domain that is destroyed go to the quarantine. */
void owners_destroy(struct owners *owners, uint16_t domain);

/* Is it a domain that is neither dom0 nor one of Xen's own? */
bool owner_is_guest(uint16_t owner);

#endif /* XEN_PCI_PROCESS_OWNERS_H */
