/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0's view: what is there, by config space and the kernel's PF-VF links.
 * It is right by definition.
 */
#ifndef LIB_AGREE_VIEW_H
#define LIB_AGREE_VIEW_H

#include <xen-pci/embedded.h>

#include "sbdf_set.h"

/* Where a view, or an embedded hypervisor's boot, comes from. */
enum view_kind {
    VIEW_LIVE,
    VIEW_SYSFS,
    VIEW_DUMP
};

struct view_source {
    enum view_kind kind;
    const char *path; /* of a sysfs tree or a dump; NULL when live */
};

/* What is at `path`: a directory is a sysfs tree, all else a dump. */
struct view_source view_source_of(const char *path);

struct view {
    struct xpci_snapshot snapshot;
    /* dom0 lists them, and their config space reads as nothing. */
    struct sbdf_set unreadable;
};

/*
 * Open config space at `source`, as config_space_open_*() do it.  A negative
 * errno value and `message` otherwise.
 */
int __must_check view_open_space(struct config_space **space,
                                 const struct view_source *source,
                                 config_space_warn *warn, void *data,
                                 struct xpci_message *message);

void view_init(struct view *view);
void view_dispose(struct view *view);

/*
 * Read dom0's view from `space`, which was opened from `source`, into `view`,
 * which is initialised and empty.  0, or a negative errno value and `message`.
 */
int __must_check view_read(struct view *view, struct config_space *space,
                           const struct view_source *source,
                           struct xpci_message *message);

#endif /* LIB_AGREE_VIEW_H */
