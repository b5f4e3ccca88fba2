/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xenstore as the daemon needs it: a small table of functions, so that tests
 * have one in memory.
 */
#ifndef XEN_PCID_STORE_H
#define XEN_PCID_STORE_H

#include <xen-pci/embedded.h>

struct store;

/* All but the descriptors return 0 or a negative errno value. */
struct store_ops {
    int (*connect)(struct store *store);
    /* Also when not connected. */
    void (*disconnect)(struct store *store);
    /* Readable when a watch may have fired; -1: not connected. */
    int (*watch_fd)(const struct store *store);
    /* Readable when the other side is gone; -1: nobody can tell. */
    int (*alive_fd)(const struct store *store);

    /* One transaction at a time; commit: -EAGAIN, somebody was faster. */
    int (*begin)(struct store *store);
    int (*commit)(struct store *store);
    void (*abandon)(struct store *store);

    /* Inside of a transaction, where there is one. */
    int (*write)(struct store *store, const char *path, const char *value);
    /* -ENOENT: there is none. */
    int (*remove)(struct store *store, const char *path);
    /* `*value` is to be freed. */
    int (*read)(struct store *store, const char *path, char **value);
    /* dom0 only, from here down to what is made below it afterwards. */
    int (*protect)(struct store *store, const char *path);

    int (*watch)(struct store *store, const char *path);
    /* 1: a watch fired, 0: none did. */
    int (*next_watch)(struct store *store);

    void (*close)(struct store *store);
};

/* Embedded at the start of each one's own structure. */
struct store {
    const struct store_ops *ops;
};

/* The real one, not yet connected.  0 or -ENOMEM; sets XENSTORED_PATH. */
int __must_check store_xen_open(struct store **store);

/* NULL is fine. */
void store_close(struct store *store);

#endif /* XEN_PCID_STORE_H */
