/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How things stand: what the report in xenstore and the metrics are made
 * from.  A view of what the daemon has; it owns only the problems' texts.
 */
#ifndef XEN_PCID_STATUS_H
#define XEN_PCID_STATUS_H

#include "agree/agree.h"
#include "journal.h"
#include "renumbering.h"
#include "retry.h"

enum status_state {
    STATUS_AGREEMENT,
    STATUS_REPAIRING, /* something is being repaired, or soon tried again */
    STATUS_ATTENTION, /* something stays as it is unless somebody acts */
};

#define STATUS_TEXT 160

/* "in agreement", "repairing", "needs attention". */
const char *status_state_name(enum status_state state);

/* How many devices of the hypervisor are whose. */
enum status_owner {
    STATUS_OWNER_DOM0,
    STATUS_OWNER_GUEST,
    STATUS_OWNER_QUARANTINE,
    STATUS_OWNER_XEN,
    STATUS_OWNER_UNKNOWN,
    STATUS_OWNERS
};

struct status_owners {
    size_t count[STATUS_OWNERS];
};

/* "dom0", "guest", "quarantine", "xen", "unknown". */
const char *status_owner_name(enum status_owner owner);

/* What the daemon has done since it started. */
struct status_counts {
    uint64_t adds; /* hypercalls: adds and reports */
    uint64_t removes;
    uint64_t failures; /* of them */
    uint64_t events;
    uint64_t overflows;
    uint64_t looks;
    uint64_t plans; /* looks after which there was something to do */
    uint64_t checks;
};

struct status {
    enum status_state state;
    const struct agree_look *look; /* NULL: there was none yet */
    const char *hypervisor;        /* "xen-module", ... */
    bool trial; /* on an embedded hypervisor: no agreement with a Xen */
    enum plan_repair repair;
    const struct journal *journal;
    const struct retry *retry;
    const struct moves *moves;
    struct status_counts counts;
    struct status_owners owners; /* by status_conclude() */
    size_t silent[SILENCES];     /* likewise: unreadable devices, by reason */
    time_t looked_at; /* of the latest look that succeeded, 0: none */
    char **problems;  /* sentences: what is wrong and what to do */
    size_t problem_count;
    char text[STATUS_TEXT]; /* the whole in one sentence */
};

void status_init(struct status *status);
void status_dispose(struct status *status);

/* One more problem, printf-like.  0 or -ENOMEM. */
int __must_check status_add(struct status *status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Fill in problems, state and text from what the status points to;
 * conditions are added before.  0 or -ENOMEM.
 */
int __must_check status_conclude(struct status *status);

/*
 * What is wrong with the daemon's own surroundings: said once when it begins,
 * once when it ends, and in the report in between.
 */
enum condition {
    CONDITION_CONFIG,   /* the configuration could not be read again */
    CONDITION_EVENTS,   /* the kernel's events cannot be read */
    CONDITION_LOOK,     /* dom0 or the hypervisor cannot be asked */
    CONDITION_CALLS,    /* the hypervisor takes no such calls from here */
    CONDITION_JOURNAL,  /* the journal cannot be written */
    CONDITION_DAMAGE,   /* the journal was damaged when it was read */
    CONDITION_RECORD,   /* the record ended */
    CONDITION_METRICS,  /* the metrics cannot be written */
    CONDITION_XENSTORE, /* it cannot be written: not in the report, then */
    CONDITIONS
};

struct conditions {
    char *text[CONDITIONS]; /* NULL: all is well */
};

void conditions_init(struct conditions *conditions);
void conditions_dispose(struct conditions *conditions);

/* Begins or goes on; a new text is said.  `todo`: what somebody can do. */
void conditions_set(struct conditions *conditions, enum condition which,
                    const char *text, const char *todo);
void conditions_clear(struct conditions *conditions, enum condition which);

/* 0 or -ENOMEM. */
int __must_check conditions_report(const struct conditions *conditions,
                                   struct status *status);

#endif /* XEN_PCID_STATUS_H */
