/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices that a sysfs tree has: the live one or a captured one.
 */
#ifndef LIB_CONFIG_SPACE_SYSFS_DEVICES_H
#define LIB_CONFIG_SPACE_SYSFS_DEVICES_H

#include "device_list.h"
#include "libpci.h"

/*
 * Read `path` (".../bus/pci") into `list`, which must be empty, with `access`
 * for config space.  `captured`: the tree may have been cut, so bridges that
 * have no link of their own are looked for on the ways of those that have.
 * 0 (the list is sorted and finished); -ENOENT, -ENOMEM, -EINVAL and others
 * with `message`.  What had to be left out is said once for each kind.
 */
int __must_check sysfs_devices_read(struct device_list *list,
                                    struct pci_access *access, const char *path,
                                    bool captured,
                                    const struct warning_sink *sink,
                                    struct xpci_message *message);

/*
 * Bridges on the way of a listed device that themselves have no link: with
 * their config space as the file has it.  The list must be sorted, and is so
 * again afterwards.  0 or -ENOMEM.
 */
int __must_check sysfs_unlinked_read(struct device_list *list, const char *path,
                                     const struct warning_sink *sink);

/* "PATH/devices/SBDF/LEAF": 0 or -ENAMETOOLONG. */
int __must_check sysfs_device_path(char *text, size_t size, const char *path,
                                   uint32_t sbdf, const char *leaf);

#endif /* LIB_CONFIG_SPACE_SYSFS_DEVICES_H */
