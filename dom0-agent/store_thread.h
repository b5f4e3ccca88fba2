/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report in xenstore in a thread of its own: a call into libxenstore waits
 * for xenstored for as long as that takes, and nobody else has to.
 */
#ifndef XEN_PCID_STORE_THREAD_H
#define XEN_PCID_STORE_THREAD_H

#include "store_report.h"

struct store_thread;

/* A call that takes longer is said; milliseconds. */
#define STORE_PATIENCE 5000U

/*
 * Takes over `store` in any case.  `news`: an eventfd that is written to when
 * there is a request, or the connection comes or goes.  NULL: no memory, or no
 * thread.
 */
struct store_thread *store_thread_open(struct store *store, const char *path,
                                       int news);

/*
 * These never wait.  What was to be said and has not been begun is replaced.
 */

/* Takes over what is in `content` (store_content()). */
void store_thread_say(struct store_thread *thread, struct tree *content);
/* Only the state, until store_thread_say(). */
void store_thread_state(struct store_thread *thread, const char *state,
                        const char *text);
/* The answer to the latest request goes with the next store_thread_say(). */
void store_thread_answer(struct store_thread *thread, const char *answer);

/* True and `request` (STORE_REQUEST_LENGTH bytes): one that is new. */
bool store_thread_request(struct store_thread *thread, char *request);

/*
 * 1: connected; 0: not, or not yet, and there is nothing to say about it; a
 * negative errno value and `message`: it failed, or does not answer.
 */
int store_thread_result(struct store_thread *thread,
                        struct xpci_message *message);

/* As outlet_end() and outlet_close(). */
void store_thread_end(struct store_thread *thread);
bool store_thread_close(struct store_thread *thread, uint64_t deadline);

#endif /* XEN_PCID_STORE_THREAD_H */
