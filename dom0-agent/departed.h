/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices that went, by their stable paths: dom0 can only be made to renumber
 * a bridge in use by forgetting it and finding it again, so what went may come
 * back at another SBDF.
 */
#ifndef XEN_PCID_DEPARTED_H
#define XEN_PCID_DEPARTED_H

#include <xen-pci/snapshot.h>

/* Beyond so many, the one that went first is forgotten. */
#define DEPARTED_MOST 4096U

struct departed_device {
    char *path;
    struct xpci_device_info device;
};

struct departed {
    struct departed_device *devices; /* in the order in which they went */
    size_t count;
    size_t room;
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

#endif /* XEN_PCID_DEPARTED_H */
