/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Renumbering: the same device, by its stable path, at another SBDF.
 */
#ifndef XEN_PCID_RENUMBERING_H
#define XEN_PCID_RENUMBERING_H

#include <time.h>

#include <xen-pci/snapshot.h>

/*
 * Devices that departed, by their stable paths: dom0 can only be made to
 * renumber a bridge in use by forgetting it and finding it again, so what
 * departed may come back at another SBDF.
 */

/* Beyond so many, the one that went first is forgotten. */
#define DEPARTED_MOST 4096U

struct departed_device {
    char *path;
    struct xpci_device_info device;
};

struct departed {
    struct departed_device *devices; /* in the order in which they went */
    size_t count;
};

void departed_init(struct departed *departed);
void departed_dispose(struct departed *departed);

/*
 * A device of `before` is not there any more.  0 or -ENOMEM (it is not
 * remembered).
 */
int __must_check departed_went(struct departed *departed,
                               const struct xpci_snapshot *before,
                               const struct xpci_device_info *device);

/*
 * A device of `now` was not there before: whatever was at its path is
 * forgotten.  True: it was the same device, and `*from` is its old SBDF.
 */
bool departed_came(struct departed *departed, const struct xpci_snapshot *now,
                   const struct xpci_device_info *device, uint32_t *from);

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

#endif /* XEN_PCID_RENUMBERING_H */
