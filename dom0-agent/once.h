/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-pcid --once: one run of the cycle, reported to standard output.
 */
#ifndef XEN_PCID_ONCE_H
#define XEN_PCID_ONCE_H

#include "options.h"

/* Returns the exit code: 0, 100 (usage), 111 (system). */
int once_main(const struct options *options);

#endif /* XEN_PCID_ONCE_H */
