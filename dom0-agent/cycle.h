/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon as a front end of the one cycle (agree.h): removals are in the
 * journal before they are made, a step that failed waits for its pause, and
 * each hypercall is recorded and counted.
 */
#ifndef XEN_PCID_CYCLE_H
#define XEN_PCID_CYCLE_H

#include "daemon.h"

extern const struct agree_front cycle_front;

/* What a held step returns beside its last error: the daemon stops. */
#define CYCLE_STOPPING (-ECANCELED)

/* A resync reports every device to the hypervisor, needed or not. */
void cycle_run(struct daemon *daemon, bool everything, uint64_t now);

/* The policy that is in force. */
enum plan_repair cycle_repair(const struct daemon *daemon);

#endif /* XEN_PCID_CYCLE_H */
