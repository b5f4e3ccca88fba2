/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling the service manager, where there is one that wants to know.
 */
#ifndef XEN_PCID_NOTIFY_H
#define XEN_PCID_NOTIFY_H

#include <xen-pci/env.h>

/*
 * From now on a thread of its own tells it, so that nobody waits for the
 * service manager.  0 or -ENOMEM.
 */
int __must_check notify_start_thread(void);
/* Nothing more is told. */
void notify_end(void);
/* All is told, or `deadline` (outlet.h) is over. */
void notify_end_thread(uint64_t deadline);

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
