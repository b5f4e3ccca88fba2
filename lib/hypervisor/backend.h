/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hypervisor as the agent sees it: what it knows, and two hypercalls.
 */
#ifndef LIB_HYPERVISOR_BACKEND_H
#define LIB_HYPERVISOR_BACKEND_H

#include <xen-pci/embedded.h>

struct backend;

struct backend_ops {
    const char *name; /* the word of --backend */
    bool is_shared;   /* other processes make hypercalls to the same one */

    /* Does the module keep the tables, or is it a stock Xen? */
    bool (*is_module)(const struct backend *backend);

    /*
     * What the hypervisor knows now.  `snapshot` is initialised and empty.
     * A stock Xen can only be asked whether it knows an SBDF: it is asked
     * about the segments of `dom0`, and what it knows is described as dom0
     * describes it (see xen_stock.h).
     * Devices whose owner nobody can tell have XPCI_OWNER_UNKNOWN; a stock
     * Xen is asked for owners with `ask_owners` only, since it prints all its
     * devices to its console for that.  0, or a negative errno value and
     * `message`.
     */
    int (*snapshot)(struct backend *backend, const struct xpci_snapshot *dom0,
                    bool ask_owners, struct xpci_snapshot *snapshot,
                    struct xpci_message *message);

    /*
     * The hypercalls.  0 is the hypervisor's confirmation; otherwise its
     * negative errno value.
     */
    int (*add)(struct backend *backend, uint32_t sbdf,
               const struct xpci_report *report);
    int (*remove)(struct backend *backend, uint32_t sbdf);

    /*
     * The hardware reads like `space` from now on; NULL for a hypervisor
     * that has its own.  `space` stays the caller's.
     */
    void (*set_space)(struct backend *backend, struct config_space *space);

    void (*close)(struct backend *backend);
};

/* Embedded at the start of each backend's own structure. */
struct backend {
    const struct backend_ops *ops;
};

/*
 * An embedded hypervisor that has booted on `boot` (its scan, then the
 * reports of a dom0 that saw the same), and whose hardware reads like `now`
 * since.  Both stay the caller's; `boot` is not used after this.
 * 0, or a negative errno value and `message`.
 */
int __must_check backend_embedded_open(struct backend **backend,
                                       struct config_space *boot,
                                       struct config_space *now,
                                       struct xpci_message *message);

/* The hypervisor of such a backend, for who wants to look inside. */
struct embedded *backend_embedded_hypervisor(struct backend *backend);

/*
 * The Xen that this machine runs on: the module if its hypfs directory is
 * there, a stock Xen otherwise.  0; -ENOENT: no Xen here; -EACCES, -EPERM:
 * not permitted (not dom0, not root); others; always with `message`.
 */
int __must_check backend_xen_open(struct backend **backend,
                                  struct xpci_message *message);

/* Is this the control domain of a Xen? */
bool backend_xen_is_here(void);

/* NULL is fine. */
static inline void backend_close(struct backend *backend)
{
    if ( backend )
        backend->ops->close(backend);
}

#endif /* LIB_HYPERVISOR_BACKEND_H */
