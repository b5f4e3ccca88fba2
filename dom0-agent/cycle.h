/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon as a front end of the one cycle (agree.h): removals are in the
 * journal before they are made, a step that failed waits for its pause, and
 * each hypercall is recorded and counted.
 */
#ifndef XEN_PCID_CYCLE_H
#define XEN_PCID_CYCLE_H

#include "conf.h"
#include "record.h"
#include "telling.h"

/* A plan that is not through after AGREE_ROUNDS goes on after so long. */
#define CYCLE_GO_ON 500U

struct cycle_options {
    const struct conf *conf;
    const struct view_source *source; /* dom0 */
    /* The caller's, as are those above, for as long as the daemon lives. */
    struct backend *backend;
    bool threads; /* tell others in threads of their own */
    bool trial;   /* the backend is no Xen, by the user's choice */
    bool (*should_stop)(void *data); /* between two steps; may be NULL */
    /* What a cycle takes is measured by it; NULL: they take no time. */
    uint64_t (*clock)(void);
    void *data;
};

struct cycle {
    struct cycle_options options;
    struct agree agree; /* with the latest look */
    struct journal journal;
    struct retry retry;
    struct record record;
    struct telling telling;
    struct conditions conditions;
    struct moves moves;
    struct status_counts counts;
    time_t looked_at;
    uint64_t now;      /* of this cycle */
    bool attempted;    /* the hypercall of the present step was made */
    uint64_t go_on_at; /* the next cycle; RETRY_NEVER: when something happens */
    unsigned int look_failures;
};

/* What a held step returns beside its last error: the daemon stops. */
#define CYCLE_STOPPING (-ECANCELED)

void cycle_init(struct cycle *cycle);
/* May be called twice.  What is pending stays on disk. */
void cycle_dispose(struct cycle *cycle);

/* `options` are set: the front end of agree.h. */
void cycle_begin(struct cycle *cycle);

/* A resync reports every device to the hypervisor, needed or not. */
void cycle_run(struct cycle *cycle, bool everything, uint64_t now);

/* The policy that is in force. */
enum plan_repair cycle_repair(const struct cycle *cycle);

#endif /* XEN_PCID_CYCLE_H */
