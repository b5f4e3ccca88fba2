/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices that a sysfs tree has: the live one or a captured one.
 */
#ifndef LIB_CONFIG_SPACE_SYSFS_DEVICES_H
#define LIB_CONFIG_SPACE_SYSFS_DEVICES_H

#include "device_list.h"
#include "sysfs_config.h"

/*
 * Read `path` (".../bus/pci") into `list`, which must be empty.  Captured trees
 * lose links: bridges without one are found in the real paths of the devices
 * behind them.
 * 0 (the list is sorted and finished); -ENOENT, -ENOMEM, -EINVAL and others
 * with `message`.  Each kind of omission is reported once.
 */
int __must_check sysfs_devices_read(struct device_list *list, const char *path,
                                    const struct warning_sink *sink,
                                    struct xpci_message *message);

#endif /* LIB_CONFIG_SPACE_SYSFS_DEVICES_H */
