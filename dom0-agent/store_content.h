/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_PCID_STORE_CONTENT_H
#define XEN_PCID_STORE_CONTENT_H

#include "status.h"
#include "xenstore_tree.h"

/* What xenstore shall say, sorted.  0 or -ENOMEM. */
int __must_check store_content(struct tree *tree, const struct status *status);

#endif /* XEN_PCID_STORE_CONTENT_H */
