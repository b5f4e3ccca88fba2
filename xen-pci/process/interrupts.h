/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which devices have interrupts that somebody uses, in a process: what a
 * hypervisor sees in its interrupt descriptors.
 */
#ifndef XEN_PCI_PROCESS_INTERRUPTS_H
#define XEN_PCI_PROCESS_INTERRUPTS_H

#include <xen-pci/env.h>

struct interrupts {
    uint32_t *sbdf; /* in no order */
    size_t count;
    size_t room;
};

void interrupts_init(struct interrupts *interrupts);
/* May be called twice. */
void interrupts_dispose(struct interrupts *interrupts);

/* A driver uses those of a device from now on.  0 or -ENOMEM. */
int __must_check interrupts_bind(struct interrupts *interrupts, uint32_t sbdf);

/* Nobody does any more, whoever did. */
void interrupts_release(struct interrupts *interrupts, uint32_t sbdf);

bool interrupts_in_use(const struct interrupts *interrupts, uint32_t sbdf);

#endif /* XEN_PCI_PROCESS_INTERRUPTS_H */
