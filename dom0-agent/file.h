/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whole files, read with a bound and replaced at once.
 */
#ifndef XEN_PCID_FILE_H
#define XEN_PCID_FILE_H

#include <sys/types.h>

#include <xen-pci/embedded.h>

/*
 * Everything in a regular file of at most `most` bytes, with a NUL behind it;
 * `*bytes` is to be freed.  0, -ENOENT, -EFBIG, -EINVAL (no regular file),
 * -ENOMEM or another negative errno value, and `message`.
 */
int __must_check file_read(const char *path, size_t most, char **bytes,
                           size_t *size, struct xpci_message *message);

/*
 * Replace the file at `path`, so that everybody sees the old or the new one
 * and, with `sync`, a power cut leaves one of them.  The new one is made as
 * PATH.new.  A negative errno value and `message` otherwise.
 */
int __must_check file_replace(const char *path, const char *bytes, size_t size,
                              mode_t mode, bool sync,
                              struct xpci_message *message);

/*
 * Make the directory that `path` lies in, for root only, where it is not
 * there; its own must be there.  0 or a negative errno value and `message`.
 */
int __must_check file_make_directory(const char *path,
                                     struct xpci_message *message);

#endif /* XEN_PCID_FILE_H */
