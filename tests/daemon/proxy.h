/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An embedded hypervisor in this process for a daemon in another one: it
 * lives on when the daemon is killed, as a real one does.
 */
#ifndef TESTS_DAEMON_PROXY_H
#define TESTS_DAEMON_PROXY_H

#include "hypervisor/backend.h"
#include "agree/view.h"

/* The side of the hypervisor. */
struct proxy_host {
    struct backend *inner;      /* an embedded one */
    struct config_space *space; /* its hardware, as read last */
    const char *path;           /* of the directory that shows it */
    unsigned int adds;
    unsigned int removes;
    unsigned int wrong; /* adds of what is not there, removes of what is */
    /* The next so many adds fail with `refuse`. */
    unsigned int refusals;
    int refuse;
    /* A device that belongs to domain 5; 0: none does. */
    uint32_t guests;
    int refuse_removals; /* what every removal returns; 0: it is made */
};

/* Boots on what `path` shows now.  Ends the test where that fails. */
void proxy_host_init(struct proxy_host *host, const char *path);
void proxy_host_dispose(struct proxy_host *host);

/* Serve the daemon behind `socket` until it is gone. */
void proxy_host_serve(struct proxy_host *host, int socket);

/* One hypercall's worth of looking at the hardware as it is now. */
void proxy_host_refresh(struct proxy_host *host);

/* The side of the daemon: a backend that asks behind `socket`. */
struct backend *proxy_backend(int socket);

/* The same in one process, without a socket. */
struct backend *proxy_direct(struct proxy_host *host);

#endif /* TESTS_DAEMON_PROXY_H */
