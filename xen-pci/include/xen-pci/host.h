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
     * Who owns the device: a domain's ID or XPCI_OWNER_*.  `attached` is what
     * xpci_attached() says, here and below.
     */
    uint16_t (*owner)(void *data, uint32_t sbdf, const void *attached);

    /*
     * May the device be removed?  0, or a negative errno value, and nothing is
     * done.  Asked for each device that would be, before anything changes.
     * `answers`: it, or the bridge or PF that takes it along, still answers as
     * recorded.
     */
    int (*may_remove)(void *data, uint32_t sbdf, void *attached, bool answers);

    /*
     * Remove all that the host keeps for the device at `sbdf`: the tables are
     * about to remove it.  Called once for each device, deepest first, VFs
     * before their PF, while the lookups still answer as before.  Unless
     * `answers`, its place is empty or another's.  Must not change the tables.
     */
    void (*remove)(void *data, uint32_t sbdf, void *attached, bool answers);

    /*
     * `away`: another way leads to the device's bus now, or its bridge leads
     * elsewhere, so whatever has its SBDF is not this device: its DMA must end
     * before this returns.  Not `away`: its own way leads there again, and
     * where XPCI_QUARANTINED is set now, dom0 must not own it.  Called with
     * XPCI_DISPLACED set or cleared already; away before the lookups change,
     * back afterwards.  Must not change the tables.
     */
    void (*displaced)(void *data, uint32_t sbdf, void *attached, bool away);

    /*
     * The upstream bridge of these buses is about to change: what was derived
     * from it must be taken down.  The lookups answer as before.
     */
    void (*unmap)(void *data, uint16_t segment,
                  const struct xpci_bus_set *buses);

    /*
     * It has changed: derive again.  The lookups answer as they will from now
     * on.
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
