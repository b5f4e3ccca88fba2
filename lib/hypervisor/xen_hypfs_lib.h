/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hypfs of the Xen that this machine runs on, as a source of texts.
 */
#ifndef LIB_HYPERVISOR_XEN_HYPFS_LIB_H
#define LIB_HYPERVISOR_XEN_HYPFS_LIB_H

#include "xen_hypfs.h"

struct xen_hypfs_lib {
    struct xen_hypfs_source source;
    void *handle; /* libxenhypfs; NULL: this Xen has no hypfs */
};

/*
 * 0, also where Xen was built without hypfs (every entry is -ENOENT then); a
 * negative errno value and `message` otherwise.  `lib` must not be moved.
 */
int __must_check xen_hypfs_lib_open(struct xen_hypfs_lib *lib,
                                    struct xpci_message *message);
/* Can be called twice, and on zeroes. */
void xen_hypfs_lib_close(struct xen_hypfs_lib *lib);

#endif /* LIB_HYPERVISOR_XEN_HYPFS_LIB_H */
