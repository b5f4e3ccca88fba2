/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one place that knows which host the core is compiled for.
 */
#ifndef XEN_PCI_ENV_H
#define XEN_PCI_ENV_H

#ifdef __XEN__

#    include <xen/types.h>
#    include <xen/compiler.h>
#    include <xen/errno.h>
#    include <xen/kernel.h>
#    include <xen/lib.h>
#    include <xen/string.h>
#    define XPCI_PHYSDEV_HEADER <public/physdev.h>

#else

#    include <errno.h>
#    include <stdbool.h>
#    include <stddef.h>
#    include <stdint.h>
#    include <string.h>
#    define XPCI_PHYSDEV_HEADER <xen/physdev.h>

#    ifndef __must_check
#        define __must_check __attribute__((warn_unused_result))
#    endif
#    ifdef __FRAMAC__
#        define likely(condition) (condition)
#        define unlikely(condition) (condition)
#    else
#        define likely(condition) __builtin_expect(!!(condition), 1)
#        define unlikely(condition) __builtin_expect(!!(condition), 0)
#    endif
#    ifndef ARRAY_SIZE
#        define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#    endif

#endif /* __XEN__ */

/*
 * Who holds the host's lock (host.h), for clang's -Wthread-safety: a function
 * that is XPCI_LOCKED is called with it held.
 */
#ifdef __clang__
#    define XPCI_THREAD_SAFETY(...) __attribute__((__VA_ARGS__))
extern struct XPCI_THREAD_SAFETY(capability("mutex")) xpci_lock {
    int unused;
} xpci_the_lock; /* never defined */
#else
#    define XPCI_THREAD_SAFETY(...)
#endif
#define XPCI_LOCKED XPCI_THREAD_SAFETY(requires_capability(xpci_the_lock))
/* These two are the host's own functions, which say nothing of it. */
#define XPCI_TAKES_LOCK                                   \
    XPCI_THREAD_SAFETY(acquire_capability(xpci_the_lock), \
                       no_thread_safety_analysis)
#define XPCI_GIVES_LOCK                                   \
    XPCI_THREAD_SAFETY(release_capability(xpci_the_lock), \
                       no_thread_safety_analysis)

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
