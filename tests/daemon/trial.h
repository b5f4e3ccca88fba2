/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A daemon on a made-up machine, with a made-up hypervisor, xenstore and
 * clock.
 */
#ifndef TESTS_DAEMON_TRIAL_H
#define TESTS_DAEMON_TRIAL_H

#include "../../dom0-agent/daemon.h"
#include "fake_store.h"
#include "proxy.h"
#include "world.h"

struct trial {
    struct world world;
    struct proxy_host host;
    struct fake_store fake;
    struct view_source source;
    struct conf conf;
    struct backend *backend;
    struct daemon daemon;
    uint64_t now;
    char name[64];
};

/* A machine, booted; what the daemon writes lies in a directory of its own. */
void trial_init(struct trial *trial, const char *name, unsigned int seed);
void trial_dispose(struct trial *trial);

/* Start the daemon, and let it have its first cycle. */
void trial_start(struct trial *trial);
/* As if killed: only what is on disk stays. */
void trial_stop(struct trial *trial);

/* The kernel says so about the device. */
void trial_event(struct trial *trial, enum event_kind kind, uint32_t sbdf);

/* Events for all that differs between two lists of devices. */
void trial_announce(struct trial *trial, const uint32_t *before, size_t count);

/* world_change() and what the kernel says about it. */
void trial_change(struct trial *trial);

/* Let the time pass, and the daemon do what it wants to in it. */
void trial_pass(struct trial *trial, uint64_t milliseconds);

/*
 * Do dom0 and the hypervisor agree, by a look that the daemon has no part
 * in, are the tables valid, and is nothing pending?
 */
bool trial_agrees(struct trial *trial);

/* What xenstore says below the daemon's path; NULL: nothing. */
const char *trial_says(const struct trial *trial, const char *key);

/* Is this what the report in xenstore says of the state? */
bool trial_state_is(const struct trial *trial, const char *state);

/* A device is plugged in, and the kernel says so. */
void trial_plug(struct trial *trial);

/* A change is in the hypervisor after so many milliseconds. */
#define SOON 100

#endif /* TESTS_DAEMON_TRIAL_H */
