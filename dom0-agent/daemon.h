/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon without its clock, its signals and its descriptors: what it
 * does about an event, and when it wants to do something by itself.  Whoever
 * has these (the loop, or a test that lets a day pass in a second) calls
 * daemon_work() at daemon_deadline().
 *
 * Every cycle is the same, whatever it is for: what dom0 has now against what
 * the hypervisor knows now, a plan, its steps, a look at what came of them,
 * the report.  Events only say when.
 *
 * Times are milliseconds of a monotonic clock.
 */
#ifndef XEN_PCID_DAEMON_H
#define XEN_PCID_DAEMON_H

#include "cycle.h"
#include "events.h"

/*
 * A burst is over when nothing came for so long, or is cut after so long:
 * with the time that a look and its hypercalls take, a change is in the
 * hypervisor within 100 ms.
 */
#define DAEMON_QUIET 10U
#define DAEMON_BURST 40U
/* The kernel goes on with a device after its event: one more look. */
#define DAEMON_TRAIL 1000U

/* Removals that events named, on their way to the journal. */
#define DAEMON_SEEN 1024U

struct daemon {
    struct cycle cycle;
    char told[STATUS_TEXT]; /* the service manager */

    uint32_t seen[DAEMON_SEEN];
    size_t seen_count;
    uint64_t look_ms;     /* what the latest cycle took */
    uint64_t ended_at;    /* when it ended */
    uint64_t burst_since; /* RETRY_NEVER: no event waits */
    /* Deadlines; RETRY_NEVER: none. */
    uint64_t settled_at;
    uint64_t trail_at;
    uint64_t check_at;
    uint64_t repair_at; /* of the journal */
    unsigned int repair_failures;
};

void daemon_init(struct daemon *daemon);
/* May be called twice.  What is pending stays on disk. */
void daemon_dispose(struct daemon *daemon);

/*
 * Read the journal, begin the record.  The first cycle is due at once.  Takes
 * over `store` (may be NULL: no report there) in any case.  0 or -ENOMEM;
 * everything else that fails is reported and tried again.
 */
int __must_check daemon_start(struct daemon *daemon,
                              const struct cycle_options *options,
                              struct store *store, uint64_t now);

void daemon_event(struct daemon *daemon, const struct event *event,
                  uint64_t now);

/* `conf` is in force from now on; the one before may go after this. */
void daemon_reconfigure(struct daemon *daemon, const struct conf *conf,
                        uint64_t now);

/* When daemon_work() is to be called; RETRY_NEVER: after an event only. */
uint64_t daemon_deadline(const struct daemon *daemon);

/* Do what is due at `now`. */
void daemon_work(struct daemon *daemon, uint64_t now);

/* Compare and repair now, with everything that failed due at once. */
void daemon_resync(struct daemon *daemon, uint64_t now);

/*
 * Compare and repair nothing.  The number of differences, or a negative
 * errno value and `message`.
 */
int __must_check daemon_audit(struct daemon *daemon,
                              struct xpci_message *message);

/* Say how things stand: xenstore, metrics. */
void daemon_report(struct daemon *daemon, uint64_t now);

/* Read the configuration again: 0, or -EINVAL and `message`. */
typedef int daemon_reload(void *data, struct xpci_message *message);

/* Carry out what stands in the control node, if anything, and answer. */
void daemon_control(struct daemon *daemon, daemon_reload *reload, void *data,
                    uint64_t now);

/* The last word in xenstore. */
void daemon_stop(struct daemon *daemon, uint64_t now);

#endif /* XEN_PCID_DAEMON_H */
