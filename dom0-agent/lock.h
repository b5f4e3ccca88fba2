/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One daemon at a time: a locked file with its process ID.
 */
#ifndef XEN_PCID_LOCK_H
#define XEN_PCID_LOCK_H

#include <xen-pci/embedded.h>

/*
 * A descriptor that holds the lock, also in children; -EWOULDBLOCK: another
 * daemon has it; or another negative errno value; with `message`.
 */
int __must_check lock_take(const char *path, struct xpci_message *message);

/* Write this process' ID.  0 or a negative errno value and `message`. */
int __must_check lock_write_pid(int lock, struct xpci_message *message);

/* The file stays, empty: who removes it would let two in. */
void lock_release(int lock);

#endif /* XEN_PCID_LOCK_H */
