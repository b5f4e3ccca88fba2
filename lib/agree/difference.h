/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What became of a topology: its devices, known by their stable paths, in
 * another one.
 */
#ifndef LIB_AGREE_DIFFERENCE_H
#define LIB_AGREE_DIFFERENCE_H

#include <xen-pci/embedded.h>

#include "identity.h"

enum difference_kind {
    DIFFERENCE_MOVED,    /* the same device, at another SBDF */
    DIFFERENCE_CHANGED,  /* the same place, and something is different */
    DIFFERENCE_REPLACED, /* the same place, and another device */
    DIFFERENCE_CAME,
    DIFFERENCE_WENT,
};

/* The word for it that users read, such as "moved". */
const char *difference_kind_name(enum difference_kind kind);

struct difference {
    enum difference_kind kind;
    const struct xpci_device_info *before; /* NULL: DIFFERENCE_CAME */
    const struct xpci_device_info *after;  /* NULL: DIFFERENCE_WENT */
    char *what; /* what is different in it, or NULL */
};

struct differences {
    struct difference *items; /* by SBDF, the new one where there is one */
    size_t count;
};

/* One of two topologies. */
struct difference_side {
    const struct xpci_snapshot *snapshot;
    /* Its config space, for what the snapshot does not have; may be NULL. */
    struct config_space *space;
};

void differences_init(struct differences *differences);
void differences_dispose(struct differences *differences);

/*
 * Fill in `differences`, which is initialised and empty; it points into both
 * snapshots.  Only what counts (compare_mask.h) makes a difference, and only
 * what both sides know.  Where one side is a stock Xen, which does not tell
 * its buses, devices are known by their SBDFs, and none moves.  0 or -ENOMEM.
 */
int __must_check differences_find(struct differences *differences,
                                  const struct difference_side *before,
                                  const struct difference_side *after);

/* As identity_same_device(). */
static inline bool difference_same_device(const struct xpci_device_info *a,
                                          const struct xpci_device_info *b)
{
    return identity_same_device(a, b);
}

#endif /* LIB_AGREE_DIFFERENCE_H */
