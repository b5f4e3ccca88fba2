/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the core takes from Xen and the compiler; a process has a file of this
 * name of its own.
 */
#ifndef XEN_PCI_ENV_H
#define XEN_PCI_ENV_H

#include <xen/types.h>
#include <xen/compiler.h>
#include <xen/errno.h>
#include <xen/kernel.h>
#include <xen/lib.h>
#include <xen/string.h>

/*
 * One word between one writer and readers without a lock.  A release store
 * is seen together with all that was stored before it by an acquire load
 * that sees it.
 */
#define xpci_load_relaxed(pointer) __atomic_load_n(pointer, __ATOMIC_RELAXED)
#define xpci_load_acquire(pointer) __atomic_load_n(pointer, __ATOMIC_ACQUIRE)
#define xpci_store_release(pointer, value) \
    __atomic_store_n(pointer, value, __ATOMIC_RELEASE)

#endif /* XEN_PCI_ENV_H */
