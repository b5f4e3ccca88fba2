/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling how things stand: xenstore and the metrics.  In the running daemon
 * threads do that and nobody waits for them; without threads, as tests of
 * single steps have it, all is told at once.
 */
#ifndef XEN_PCID_TELLING_H
#define XEN_PCID_TELLING_H

#include "outlet.h"
#include "store_thread.h"

struct telling {
    struct store_report report;  /* where there are no threads */
    struct store_thread *thread; /* where there are; NULL: no xenstore */
    struct outlet *metrics;
    int news; /* readable: telling_news(); -1: no threads */
    char request[STORE_REQUEST_LENGTH]; /* being answered */
};

void telling_init(struct telling *telling);
/* Without threads, or after telling_close().  May be called twice. */
void telling_dispose(struct telling *telling);

/*
 * `store` (NULL: no report there) is taken over in any case.  0, or a negative
 * errno value.
 */
int __must_check telling_open(struct telling *telling, struct store *store,
                              const char *path, bool threads);

/*
 * Say what `status` says, with metrics at `metrics` (NULL: none).  What went
 * wrong with that, or with what was said before, is in `conditions`.
 */
void telling_say(struct telling *telling, const struct status *status,
                 const char *metrics, struct conditions *conditions,
                 uint64_t now);
/* There was no memory for a status: not at once again. */
void telling_postpone(struct telling *telling, uint64_t now);
/* Only the state. */
void telling_state(struct telling *telling, const char *state, const char *text,
                   uint64_t now);

/* True: there is a request to be answered, telling->request. */
bool telling_request(struct telling *telling, uint64_t now);
/* printf-like, behind the request and ": "; goes with telling_say(). */
void telling_answer(struct telling *telling, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* When to call telling_say() again; RETRY_NEVER: not by itself. */
uint64_t telling_deadline(const struct telling *telling);

/* telling->news is readable: it is read empty. */
void telling_news(const struct telling *telling);

/* As outlet_end() and outlet_close(), for all threads. */
void telling_end(const struct telling *telling);
bool telling_close(struct telling *telling, uint64_t deadline);

#endif /* XEN_PCID_TELLING_H */
