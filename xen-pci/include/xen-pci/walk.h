/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading the whole of the tables in pages, and what is wrong in them.
 */
#ifndef XEN_PCI_WALK_H
#define XEN_PCI_WALK_H

#include <xen-pci/topology.h>

/*
 * A walk in the order of SBDFs.  Zero it to begin; it ends when `done`.
 * `generation` is set by the first page.
 */
struct xpci_walk {
    uint32_t next;
    uint32_t generation;
    bool started;
    bool done;
};

/*
 * The next at most `room` (1 to 65,536) devices, those that are bridge-only
 * (XPCI_BRIDGE_ONLY) among them.  The number of devices written, or -EAGAIN:
 * the tables changed since the first page, begin again.  Takes the host's lock
 * for this page only.
 */
int __must_check xpci_walk_devices(const struct xpci *xpci,
                                   struct xpci_walk *walk,
                                   struct xpci_device_info *devices,
                                   unsigned int room);

/* The same for the buses that a bridge leads to. */
int __must_check xpci_walk_buses(const struct xpci *xpci,
                                 struct xpci_walk *walk,
                                 struct xpci_bus_info *buses,
                                 unsigned int room);

enum xpci_problem {
    XPCI_PROBLEM_NONE,
    XPCI_PROBLEM_STALE,        /* no longer what was reported */
    XPCI_PROBLEM_CYCLE,        /* the walk up from a bus does not end */
    XPCI_PROBLEM_CONFLICT,     /* two bridges claim the same buses */
    XPCI_PROBLEM_UNCONFIGURED, /* a bridge with impossible bus numbers */
    XPCI_PROBLEM_MISSING,      /* there, and not known */
    XPCI_PROBLEM_MISMATCH,     /* known as something else than it is */
    XPCI_PROBLEM_ORPHAN,       /* a VF without its PF */
    XPCI_PROBLEMS
};

/* The word for it that users read, such as "conflict". */
const char *xpci_problem_name(enum xpci_problem problem);

/*
 * What is wrong with a device as the tables have it: NONE, STALE, CONFLICT
 * or UNCONFIGURED.  A bridge whose secondary and subordinate bus both read 0
 * has just never been given any and is no problem.
 */
enum xpci_problem xpci_device_problem(const struct xpci_device_info *info);

#endif /* XEN_PCI_WALK_H */
