/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locked files: one process at a time, whose process ID the file has.
 */
#ifndef LIB_AGREE_LOCK_H
#define LIB_AGREE_LOCK_H

#include <sys/types.h>

#include <xen-pci/embedded.h>

/*
 * Lock the file at `path`, which is made with `mode`, as is its directory.  A
 * descriptor that holds the lock, also in children; -EWOULDBLOCK: another
 * process has it, `*holder` (0: not known); or another negative errno value;
 * always with `message`.
 */
int __must_check lock_take(const char *path, mode_t mode, pid_t *holder,
                           struct xpci_message *message);

/*
 * The same, waiting at most so many milliseconds.  `waits` (may be NULL) is
 * told once that it has to wait, and for whom.
 */
typedef void lock_waits(void *data, const char *text);
int __must_check lock_wait(const char *path, mode_t mode,
                           unsigned int milliseconds, lock_waits *waits,
                           void *data, struct xpci_message *message);

/* Write this process' ID.  0 or a negative errno value and `message`. */
int __must_check lock_write_pid(int lock, struct xpci_message *message);

/* The file stays, empty: who removes it would let two in. */
void lock_release(int lock);

#endif /* LIB_AGREE_LOCK_H */
