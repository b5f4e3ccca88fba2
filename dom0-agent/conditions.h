/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is wrong with the daemon's own surroundings: said once when it
 * begins, once when it ends, and in the report in between.
 */
#ifndef XEN_PCID_CONDITIONS_H
#define XEN_PCID_CONDITIONS_H

#include "status.h"

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

#endif /* XEN_PCID_CONDITIONS_H */
