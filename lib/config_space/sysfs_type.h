/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What sysfs tells everyone about a function whose capabilities only root may
 * read.
 */
#ifndef LIB_CONFIG_SPACE_SYSFS_TYPE_H
#define LIB_CONFIG_SPACE_SYSFS_TYPE_H

#include <xen-pci/embedded.h>

/*
 * Fill in `hint` for the function at `sbdf` of the sysfs tree `root`
 * (".../bus/pci"); what cannot be read stays unknown.
 */
void sysfs_type_hint(const char *root, uint32_t sbdf,
                     struct config_space_hint *hint);

#endif /* LIB_CONFIG_SPACE_SYSFS_TYPE_H */
