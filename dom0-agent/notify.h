/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling the service manager, where there is one that wants to know.
 */
#ifndef XEN_PCID_NOTIFY_H
#define XEN_PCID_NOTIFY_H

#include <xen-pci/env.h>

/* Ready: the first comparison is done.  Once. */
void notify_ready(void);
/* The configuration is being read again; notify_ready() follows. */
void notify_reloading(void);
void notify_stopping(void);
/* One line that `systemctl status` shows. */
void notify_status(const char *text);
/* Alive. */
void notify_watchdog(void);

/*
 * How often notify_watchdog() has to be called, in milliseconds (half of what
 * the service manager allows); 0: not at all.
 */
uint64_t notify_watchdog_interval(void);

#endif /* XEN_PCID_NOTIFY_H */
