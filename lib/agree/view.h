/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0's view: the devices that dom0's kernel lists, as config space and the
 * kernel's PF-VF links describe them.  It is right by definition.
 */
#ifndef LIB_AGREE_VIEW_H
#define LIB_AGREE_VIEW_H

#include <xen-pci/embedded.h>

#include "config_space/device_list.h"
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
    /* The devices that dom0 lists and describes. */
    struct xpci_snapshot snapshot;
    /*
     * All SBDFs that dom0 lists.  Those that `snapshot` does not have are
     * there and cannot be described: their config space reads as nothing.
     * Segments above ffff are left out.
     */
    struct sbdf_set listed;
    /* Those, and why; sorted.  Not of a dump, which has none. */
    struct device_silent *silent;
    size_t silent_count;
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

/* Does dom0 list something at `sbdf`, whether or not it can describe it? */
static inline bool view_lists(const struct view *view, uint32_t sbdf)
{
    return sbdf_set_has(&view->listed, sbdf);
}

/*
 * How it is at this moment, beside what `space`, opened from `source`, has read
 * of it.  1: dom0's kernel lists the function, and it reads the same in all
 * that says what it is; -ESTALE: it is listed and reads otherwise, or was not
 * described then; 0: it is not listed, while others are; other negative errno
 * values: nobody can say (-ENODATA: no function at all is listed).  Of a dump,
 * which does not change: 1.
 */
int __must_check view_confirm(const struct view_source *source,
                              const struct config_space *space, uint32_t sbdf);

#endif /* LIB_AGREE_VIEW_H */
