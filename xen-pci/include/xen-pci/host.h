/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a host gives to the tables: a real hypervisor or a process.
 */
#ifndef XEN_PCI_HOST_H
#define XEN_PCI_HOST_H

#include <xen-pci/env.h>
#include <xen-pci/locked.h>

/* A set of the 256 buses of a segment. */
struct xpci_bus_set {
    uint32_t word[8];
};

static inline bool xpci_bus_set_has(const struct xpci_bus_set *set,
                                    unsigned int bus)
{
    return (set->word[(bus & 0xffU) >> 5] >> (bus & 31U)) & 1U;
}

static inline void xpci_bus_set_add(struct xpci_bus_set *set, unsigned int bus)
{
    set->word[(bus & 0xffU) >> 5] |= (uint32_t)1 << (bus & 31U);
}

struct xpci_host {
    void *data; /* handed to each function below */

    /*
     * A dword of config space: `offset` is a multiple of 4 below 4096.
     * All ones where nothing answers.  The lock is held.
     */
    uint32_t (*config_read)(void *data, uint32_t sbdf, unsigned int offset);

    /* Zeroed memory, aligned for any type (64 bytes from 64 bytes on). */
    void *(*alloc)(void *data, size_t size);
    /* May be NULL where the tables are never given back. */
    void (*free)(void *data, void *memory, size_t size);

    /*
     * The lock that all changes are made under.  It protects the whole of
     * struct xpci but the words that the lock-free lookups read, which it
     * keeps from being written by two.  Taken by the hypercalls' dispatch
     * and the walks, not by the operations of topology.h.
     */
    void (*lock)(void *data);
    void (*unlock)(void *data);

    /*
     * Remove all that the host keeps for the device at `sbdf` (`attached` is
     * what xpci_attached() says): the tables are about to remove it.  Called
     * once for each device, deepest first, VFs before their PF, while the
     * lookups still answer as before.  Must not change the tables.
     */
    void (*remove)(void *data, uint32_t sbdf, void *attached);

    /*
     * What was derived from the upstream lookup for devices on these buses
     * must be derived again: the upstream bridge changed, or a device that
     * shared it departed.  The lookups answer as they will from now on.
     */
    void (*remap)(void *data, uint16_t segment,
                  const struct xpci_bus_set *buses);
};

static inline void XPCI_TAKES_LOCK xpci_host_lock(const struct xpci_host *host)
{
    host->lock(host->data);
}

static inline void XPCI_GIVES_LOCK
xpci_host_unlock(const struct xpci_host *host)
{
    host->unlock(host->data);
}

#endif /* XEN_PCI_HOST_H */
