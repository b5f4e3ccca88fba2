/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A xenstore in memory: nodes, one transaction, one watch, and everything
 * that can go wrong with the real one.
 */
#ifndef TESTS_DAEMON_FAKE_STORE_H
#define TESTS_DAEMON_FAKE_STORE_H

#include "../../dom0-agent/store.h"
#include "xenstore_tree.h"

struct fake_store {
    struct store store;
    struct tree nodes;  /* what everybody sees */
    struct tree inside; /* of the transaction */
    bool in_transaction;
    bool connected;
    bool down;            /* nobody is there to connect to */
    unsigned int fail_at; /* the so-manieth call fails; 0: none */
    unsigned int calls;
    unsigned int conflicts; /* so many commits say -EAGAIN */
    unsigned int commits;
    unsigned int connects;
    unsigned int writes;
    char *watched;
    bool fired;
    char *protected;
    bool closed;
};

void fake_store_init(struct fake_store *fake);
void fake_store_dispose(struct fake_store *fake);

/* What somebody else does, and sees; NULL: there is no such node. */
const char *fake_store_get(const struct fake_store *fake, const char *path);
void fake_store_put(struct fake_store *fake, const char *path,
                    const char *value);

/* It ends, losing everything; it is there again with `down` set to false. */
void fake_store_crash(struct fake_store *fake);

#endif /* TESTS_DAEMON_FAKE_STORE_H */
