/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host "process": what the embedded hypervisor keeps beside the tables.
 * Tests look in here to see what the tables told their host.
 */
#ifndef XEN_PCI_PROCESS_EMBEDDED_STATE_H
#define XEN_PCI_PROCESS_EMBEDDED_STATE_H

#include <pthread.h>

#include <xen-pci/embedded.h>
#include <xen-pci/host.h>

#include "interrupts.h"
#include "owners.h"

/* The latest devices that departed, oldest first until it is full. */
#define EMBEDDED_DEPARTED_ROOM 1024U

struct embedded_state {
    struct xpci_host host;
    struct xpci *xpci;          /* the tables on this host */
    struct config_space *space; /* the caller's */
    pthread_mutex_t mutex;      /* the tables' lock, see host.h */

    size_t allocated;        /* bytes not given back */
    unsigned int fail_count; /* the so-manieth allocation fails; 0: none */

    /* Protected by `mutex`. */
    struct owners owners;
    struct interrupts interrupts;

    /* What the tables told: protected by `mutex`. */
    uint32_t departed[EMBEDDED_DEPARTED_ROOM]; /* a ring */
    size_t departed_count; /* ever; its index in the ring is modulo */
    size_t remap_count;
    uint16_t remap_segment;          /* of the latest remap */
    struct xpci_bus_set remap_buses; /* of the latest remap */
};

/* The bus scan of boot, for one segment.  0 or -ENOMEM. */
int __must_check embedded_scan(struct embedded *hypervisor, uint16_t segment);

#endif /* XEN_PCI_PROCESS_EMBEDDED_STATE_H */
