/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon's clock, signals and descriptors.
 */
#ifndef XEN_PCID_LOOP_H
#define XEN_PCID_LOOP_H

#include "daemon.h"

struct loop_options {
    struct cycle_options daemon;
    struct store *store; /* taken over; NULL: none */
    /* Reads the configuration again; 0 and `*conf` is in force from then. */
    int (*reload)(void *data, const struct conf **conf,
                  struct xpci_message *message);
    /* The first cycle is through. */
    void (*ready)(void *data);
    void *data;
};

/* What the loop did, for tests that count. */
struct loop_counts {
    uint64_t wakeups;
};

/*
 * SIGTERM, SIGINT and SIGHUP are blocked, SIGPIPE is ignored: call it before
 * anything is opened that may start a thread.  0 or a negative errno value.
 */
int __must_check loop_signals(void);

/* Run until SIGTERM or SIGINT.  0, or a negative errno value and `message`. */
int __must_check loop_run(const struct loop_options *options,
                          struct loop_counts *counts,
                          struct xpci_message *message);

#endif /* XEN_PCID_LOOP_H */
