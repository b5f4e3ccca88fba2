/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Renumbering: the same device, by its stable path, at another SBDF.
 */
#ifndef XEN_PCID_MOVES_H
#define XEN_PCID_MOVES_H

#include <time.h>

#include <xen-pci/snapshot.h>

struct move {
    uint32_t from;
    uint32_t to;
};

struct moves {
    struct move *moves; /* sorted by `from` */
    size_t count;
    time_t when;
    uint64_t total; /* devices that moved since the start */
};

void moves_init(struct moves *moves);
void moves_dispose(struct moves *moves);

/*
 * Which devices moved between two looks at dom0?  Where there are any, they
 * replace what `moves` has.  0 or -ENOMEM (`moves` stays as it is).
 */
int __must_check moves_find(struct moves *moves,
                            const struct xpci_snapshot *before,
                            const struct xpci_snapshot *now);

#endif /* XEN_PCID_MOVES_H */
