/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the core takes from the compiler and the C library in a process; the
 * host "Xen" has a file of this name of its own.
 */
#ifndef XEN_PCI_ENV_H
#define XEN_PCI_ENV_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef __must_check
#    define __must_check __attribute__((warn_unused_result))
#endif
#ifdef __FRAMAC__
#    define likely(condition) (condition)
#    define unlikely(condition) (condition)
#else
#    define likely(condition) __builtin_expect(!!(condition), 1)
#    define unlikely(condition) __builtin_expect(!!(condition), 0)
#endif
#ifndef ARRAY_SIZE
#    define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif

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
