/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who holds the host's lock (host.h), for clang's -Wthread-safety: a function
 * that is XPCI_LOCKED is called with it held.
 */
#ifndef XEN_PCI_LOCKED_H
#define XEN_PCI_LOCKED_H

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

#endif /* XEN_PCI_LOCKED_H */
