/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * That something happened to PCI devices: the kernel's uevents, or lines from
 * a pipe.  An event only says "look again", and at most where.
 */
#ifndef XEN_PCID_EVENTS_H
#define XEN_PCID_EVENTS_H

#include <xen-pci/embedded.h>

enum event_kind {
    EVENT_CHANGED,  /* added, bound, moved, ... at `sbdf` */
    EVENT_REMOVED,  /* `sbdf` is gone, or was for a moment */
    EVENT_OVERFLOW, /* some were lost: anything may have changed anywhere */
};

struct event {
    enum event_kind kind;
    bool has_sbdf;
    uint32_t sbdf;
};

struct events;

struct events_ops {
    /*
     * The next event: 1 and `*event`, 0: no more now, or a negative errno
     * value and `message`: the source is broken, and has to be opened anew.
     */
    int (*next)(struct events *events, struct event *event,
                struct xpci_message *message);
    void (*close)(struct events *events);
};

/* Embedded at the start of each source's own structure. */
struct events {
    const struct events_ops *ops;
    int fd; /* readable when there may be some */
};

/*
 * The kernel's own uevents of the subsystem pci, from its netlink socket;
 * udevd need not run.  0, or a negative errno value and `message`.
 */
int __must_check events_open_kernel(struct events **events,
                                    struct xpci_message *message);

/*
 * Lines "add SBDF", "remove SBDF" or "overflow" from a FIFO at `path`, for
 * trials and tests; what cannot be read as one counts as "overflow".
 */
int __must_check events_open_fifo(struct events **events, const char *path,
                                  struct xpci_message *message);

/* The same from a descriptor, which it takes over and makes non-blocking. */
int __must_check events_open_fd(struct events **events, int fd,
                                struct xpci_message *message);

/* NULL is fine. */
void events_close(struct events *events);

#endif /* XEN_PCID_EVENTS_H */
