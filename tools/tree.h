/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walking a snapshot as a tree of buses and devices, without recursion.  In
 * a stock Xen's tables the walk to the root can loop: each bus comes once.
 */
#ifndef XL_PCI_TREE_H
#define XL_PCI_TREE_H

#include <xen-pci/snapshot.h>

/* A bus with a device on it, or that a bridge has as its secondary. */
struct tree_bus {
    uint16_t segment;
    uint8_t bus;
    const char *note; /* why it stands at the root and should not, or NULL */
    size_t parent;    /* number of the bridge that leads here, or TREE_ROOT */
    size_t first;     /* its devices in the snapshot */
    size_t end;
};

#define TREE_ROOT SIZE_MAX

enum tree_event {
    TREE_BUS,
    TREE_BUS_END,
    TREE_DEVICE,
    TREE_DEVICE_END,
    TREE_END,
};

struct tree_step {
    enum tree_event event;
    unsigned int depth;                    /* 0 for a root bus */
    bool only;                             /* it has no siblings */
    bool last;                             /* no sibling comes after it */
    size_t children;                       /* one level below */
    const struct tree_bus *bus;            /* of TREE_BUS and _END */
    const struct xpci_device_info *device; /* of TREE_DEVICE and _END */
};

struct tree;

/* `snapshot` stays the caller's and must not change.  NULL: no memory. */
struct tree *tree_open(const struct xpci_snapshot *snapshot);
void tree_close(struct tree *tree);

/*
 * Walk only from device number `device` of the snapshot on: the bus that it is
 * on comes first, as a root bus with nothing else on it.  Called before the
 * first step.
 */
void tree_only(struct tree *tree, size_t device);

/* The next step: parents before children, root buses in order. */
void tree_next(struct tree *tree, struct tree_step *step);

/* Levels that a walk can reach: 256 buses in a line, and their bridges. */
#define TREE_DEPTH (2 * 256 + 2)

#endif /* XL_PCI_TREE_H */
