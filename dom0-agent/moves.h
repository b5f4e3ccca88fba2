/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Renumbering: the same device, by its stable path, at another SBDF.
 */
#ifndef XEN_PCID_MOVES_H
#define XEN_PCID_MOVES_H

#include <time.h>

#include <xen-pci/snapshot.h>

#include "departed.h"

/*
 * What moves within so many seconds of what moved before is part of the same
 * renumbering: dom0 finds a large machine's devices again one after the other.
 */
#define MOVES_TOGETHER 60

struct move {
    uint32_t from;
    uint32_t to;
};

struct moves {
    struct move *moves; /* sorted by `from` */
    size_t count;
    time_t when;
    uint64_t total; /* devices that moved since the start */
    struct departed departed;
};

void moves_init(struct moves *moves);
void moves_dispose(struct moves *moves);

/*
 * Which devices moved between two looks at dom0, or came back elsewhere?
 * Where there are any, they replace what `moves` has, or are added to it where
 * that is not older than MOVES_TOGETHER; a device is at most once among them,
 * from where it was first.  `when` is the time of the look.  0 or -ENOMEM (the
 * list stays as it is).
 */
int __must_check moves_find(struct moves *moves,
                            const struct xpci_snapshot *before,
                            const struct xpci_snapshot *now, time_t when);

#endif /* XEN_PCID_MOVES_H */
