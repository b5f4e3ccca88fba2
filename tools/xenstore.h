/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading xenstore: the daemon's report (docs/xenstore.md), and guests. */
#ifndef XL_PCI_XENSTORE_H
#define XL_PCI_XENSTORE_H

#include <xen-pci/embedded.h>

#include "xenstore_tree.h"

struct xs_handle;

/* Where xen-pcid reports, unless its configuration says otherwise. */
#define XENSTORE_REPORT "/tool/xen-pcid"

/* NULL: there is none to connect to; errno says why. */
struct xs_handle *xenstore_open(void);
/* NULL is fine. */
void xenstore_close(struct xs_handle *handle);

/*
 * Everything below `path` as it is at one moment, with keys relative to it,
 * sorted: appended to `tree`, which is initialised and empty.  0, -ENOENT:
 * there is no such path, or a negative errno value; -E2BIG: more than
 * XENSTORE_MOST entries or deeper than XENSTORE_DEPTH.
 */
#define XENSTORE_MOST 500000U
#define XENSTORE_DEPTH 8U
int __must_check xenstore_read(struct xs_handle *handle, const char *path,
                               struct tree *tree);

/* The value of `key` in a sorted tree, or NULL. */
const char *xenstore_value(const struct tree *tree, const char *key);

/* What moved when dom0 renumbered its buses last, as the daemon saw it. */
struct renumbering {
    struct renumbered {
        uint32_t from;
        uint32_t to;
    } * moves;
    size_t count;
    char when[32]; /* UTC, or "never" */
};

/* "0000:03:00.0 0000:04:00.0"; false: not two SBDFs. */
bool renumbering_parse(const char *text, struct renumbered *move);

void renumbering_init(struct renumbering *renumbering);
void renumbering_dispose(struct renumbering *renumbering);

/*
 * From the report below `path`.  0, also where there is no report (nothing
 * moved, then); a negative errno value otherwise.
 */
int __must_check renumbering_read(struct renumbering *renumbering,
                                  struct xs_handle *handle, const char *path);

/* Where what was at `from` is now; false: it did not move. */
bool renumbering_to(const struct renumbering *renumbering, uint32_t from,
                    uint32_t *to);
/* Where what is at `to` was before; false: it did not move. */
bool renumbering_from(const struct renumbering *renumbering, uint32_t to,
                      uint32_t *from);

#endif /* XL_PCI_XENSTORE_H */
