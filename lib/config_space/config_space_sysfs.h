/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What config_space_open_sysfs() and _live() know beyond config space.
 */
#ifndef LIB_CONFIG_SPACE_CONFIG_SPACE_SYSFS_H
#define LIB_CONFIG_SPACE_CONFIG_SPACE_SYSFS_H

#include "device_list.h"

/* `space` was opened by one of the two: its functions, silent ones included. */
const struct device_list *sysfs_space_list(const struct config_space *space);

/*
 * Is the function at `sbdf` there now as it was when `space` was opened?  1; 0:
 * it is not listed any more, while others are; -ESTALE: it is, and reads
 * otherwise than then in what says what it is, or was silent; -ENODATA: nothing
 * is listed; other negative errno values: the directory cannot be read.
 */
int __must_check sysfs_space_confirm(const struct config_space *space,
                                     uint32_t sbdf);

#endif /* LIB_CONFIG_SPACE_CONFIG_SPACE_SYSFS_H */
