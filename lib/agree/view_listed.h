/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LIB_AGREE_VIEW_LISTED_H
#define LIB_AGREE_VIEW_LISTED_H

#include "view.h"

/*
 * The SBDFs that dom0's kernel lists at `source`, whether or not their config
 * space can be read; none for a dump.  Segments above ffff are left out.
 * 0, -ENOMEM, or why the directory cannot be read.
 */
int __must_check view_listed(struct sbdf_set *listed,
                             const struct view_source *source);

#endif /* LIB_AGREE_VIEW_LISTED_H */
