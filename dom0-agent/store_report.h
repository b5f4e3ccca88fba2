/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report in xenstore, and the control node: docs/xenstore.md.
 */
#ifndef XEN_PCID_STORE_REPORT_H
#define XEN_PCID_STORE_REPORT_H

#include "status.h"
#include "store.h"
#include "xenstore_tree.h"

#define STORE_REQUEST_LENGTH 64
#define STORE_ANSWER_LENGTH 256

struct store_report {
    struct store *store; /* NULL: no report */
    char *path;
    bool connected;
    struct tree said; /* what stands there, as far as we wrote it */
    bool anew;        /* whatever stands there: write everything */
    uint64_t update;  /* counts the transactions */
    unsigned int tries;
    uint64_t next_try;                  /* milliseconds; of connecting */
    char request[STORE_REQUEST_LENGTH]; /* being answered; "": none */
    bool answered;                      /* `answer` is about `request` */
    char answer[STORE_ANSWER_LENGTH];
};

void store_report_init(struct store_report *report);
/* Closes `store` too.  May be called twice. */
void store_report_dispose(struct store_report *report);

/* Takes over `store` in any case.  0 or -ENOMEM. */
int __must_check store_report_open(struct store_report *report,
                                   struct store *store, const char *path);

/*
 * Make xenstore say `content` (store_content()) in one transaction; connects
 * where that is due.  0: it does, or it is not yet time to try; a negative
 * errno value and `message`: not connected any more, tried again at the
 * deadline.
 */
int __must_check store_report_write(struct store_report *report,
                                    const struct tree *content, uint64_t now,
                                    struct xpci_message *message);

/* Only the state; nothing happens where it is not connected. */
void store_report_state(struct store_report *report, const char *state,
                        const char *text, uint64_t now);

/*
 * A watch fired, or the other side is gone (`alive_fd` is readable): true if
 * there is a request to be answered, which is then in report->request.
 */
bool store_report_take_request(struct store_report *report, uint64_t now);
void store_report_hung_up(struct store_report *report, uint64_t now);

/* What should have been written now could not be made: not at once again. */
void store_report_postpone(struct store_report *report, uint64_t now);

/* What the next write answers to report->request. */
void store_report_answer(struct store_report *report, const char *answer);

/* When to call store_report_write() again; RETRY_NEVER: not by itself. */
uint64_t store_report_deadline(const struct store_report *report);

/* What xenstore shall say, sorted.  0 or -ENOMEM. */
int __must_check store_content(struct tree *tree, const struct status *status);

#endif /* XEN_PCID_STORE_REPORT_H */
