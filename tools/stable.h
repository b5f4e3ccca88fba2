/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices by what a renumbering does not change: the stable path, and for a
 * VF the path of its PF with the distance of the two requester IDs, such as
 * "0000:00/1c.0/00.0+82", since VFs of two buses can have one path.
 */
#ifndef XL_PCI_STABLE_H
#define XL_PCI_STABLE_H

#include <xen-pci/snapshot.h>

#define STABLE_LENGTH (XPCI_PATH_LENGTH + 8)

/* All devices of a snapshot, sorted by their stable names. */
struct stable {
    struct stable_name {
        char *name;
        const struct xpci_device_info *device;
    } * names;
    size_t count;
};

void stable_init(struct stable *stable);
void stable_dispose(struct stable *stable);

/*
 * Fill in `stable`, which is initialised and empty; it points into `snapshot`.
 * A device that is displaced is left out: it is not at its place.  0 or
 * -ENOMEM.
 */
int __must_check stable_fill(struct stable *stable,
                             const struct xpci_snapshot *snapshot);

/*
 * The stable name of a device of `snapshot`; `text` has STABLE_LENGTH bytes.
 * Returns `text`.
 */
const char *stable_format(char *text, const struct xpci_snapshot *snapshot,
                          const struct xpci_device_info *device);

/* Could `name` be such a name? */
bool stable_is_name(const char *name);

enum stable_found {
    STABLE_NONE,    /* nothing has that name */
    STABLE_SAME,    /* the same device, at `*sbdf` */
    STABLE_ANOTHER, /* another device, at `*sbdf` */
    STABLE_SEVERAL, /* devices that only their SBDFs tell apart */
};

/*
 * What has this name, and is it the device that `identity` describes?  Of
 * several, `*sbdf` is kept if it is one of them.
 */
enum stable_found stable_find(const struct stable *stable, const char *name,
                              const struct xpci_device_info *identity,
                              uint32_t *sbdf);

#endif /* XL_PCI_STABLE_H */
