/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file for node_exporter's textfile collector.  The labels of a device are
 * those of node_exporter's own pcidevice collector, so that both can be
 * joined; the names are the daemon's own (a name that two collectors export
 * makes node_exporter drop both).
 */
#ifndef XEN_PCID_METRICS_H
#define XEN_PCID_METRICS_H

#include "status.h"

/* The text, to be freed; NULL: no memory. */
char *metrics_text(const struct status *status);

/* Replace the file at `path`.  A negative errno value and `message`. */
int __must_check metrics_replace(const char *path, const char *text,
                                 struct xpci_message *message);
/* The same with what `status` says. */
int __must_check metrics_write(const char *path, const struct status *status,
                               struct xpci_message *message);

/*
 * The same where there is no Xen to agree with, so that a file from before
 * does not go on saying so; `why` is what opening it returned.
 */
int __must_check metrics_write_absence(const char *path, int why,
                                       struct xpci_message *message);

#endif /* XEN_PCID_METRICS_H */
