/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>

#include "agree/report.h"
#include "suites.h"
#include "trial.h"

static char *path_in(const struct trial *trial, const char *leaf)
{
    char *path;

    if ( asprintf(&path, "%s/%s/%s", scratch, trial->name, leaf) < 0 )
        abort();

    return path;
}

void trial_init(struct trial *trial, const char *name, unsigned int seed)
{
    char command[1400], *sys;

    *trial = (struct trial){ .now = 1000000 };
    snprintf(trial->name, sizeof(trial->name), "%s", name);
    snprintf(command, sizeof(command), "rm -rf '%s/%s' && mkdir '%s/%s'",
             scratch, name, scratch, name);
    CU_ASSERT_FATAL(!system(command));
    sys = path_in(trial, "sys");
    world_init(&trial->world, sys, seed);
    free(sys);
    world_build(&trial->world);
    proxy_host_init(&trial->host, trial->world.path);
    fake_store_init(&trial->fake);
    trial->source = (struct view_source){ VIEW_SYSFS, trial->world.path };
    trial->backend = proxy_direct(&trial->host);
    CU_ASSERT_FATAL(!conf_init(&trial->conf));
    free(trial->conf.journal);
    trial->conf.journal = path_in(trial, "journal");
    trial->conf.metrics = path_in(trial, "metrics");
    trial->conf.log_level = LOG_LEVEL_NOTICE;
    daemon_init(&trial->daemon);
    log_caught_clear();
}

void trial_dispose(struct trial *trial)
{
    daemon_dispose(&trial->daemon);
    backend_close(trial->backend);
    fake_store_dispose(&trial->fake);
    proxy_host_dispose(&trial->host);
    conf_dispose(&trial->conf);
    world_dispose(&trial->world);
}

void trial_start(struct trial *trial)
{
    const struct cycle_options options = {
        .conf = &trial->conf,
        .source = &trial->source,
        .backend = trial->backend,
        .should_stop = trial->daemon.cycle.options.should_stop,
        .data = trial->daemon.cycle.options.data,
    };

    CU_ASSERT_FATAL(!daemon_start(&trial->daemon, &options, &trial->fake.store,
                                  trial->now));
    daemon_work(&trial->daemon, trial->now);
}

void trial_stop(struct trial *trial)
{
    daemon_dispose(&trial->daemon);
}

void trial_event(struct trial *trial, enum event_kind kind, uint32_t sbdf)
{
    const struct event event = { kind, kind != EVENT_OVERFLOW, sbdf };

    daemon_event(&trial->daemon, &event, trial->now);
}

static bool has(const uint32_t *sbdf, size_t count, uint32_t wanted)
{
    size_t i;

    for ( i = 0; i < count; i++ )
    {
        if ( sbdf[i] == wanted )
            return true;
    }

    return false;
}

void trial_announce(struct trial *trial, const uint32_t *before, size_t count)
{
    const struct world *world = &trial->world;
    size_t i;

    for ( i = 0; i < count; i++ )
    {
        if ( !has(world->shown, world->shown_count, before[i]) )
            trial_event(trial, EVENT_REMOVED, before[i]);
    }
    for ( i = 0; i < world->shown_count; i++ )
    {
        if ( !has(before, count, world->shown[i]) )
            trial_event(trial, EVENT_CHANGED, world->shown[i]);
    }
}

void trial_change(struct trial *trial)
{
    size_t count = trial->world.shown_count;
    uint32_t *before = malloc(count * sizeof(*before) + 1);

    if ( !before )
        abort();
    memcpy(before, trial->world.shown, count * sizeof(*before));
    world_change(&trial->world);
    trial_announce(trial, before, count);
    free(before);
}

void trial_pass(struct trial *trial, uint64_t milliseconds)
{
    uint64_t end = trial->now + milliseconds;
    unsigned int works = 0;

    while ( daemon_deadline(&trial->daemon) <= end )
    {
        uint64_t at = daemon_deadline(&trial->daemon);

        if ( at > trial->now )
            trial->now = at;
        daemon_work(&trial->daemon, trial->now);
        /* Time has to pass, or it spins. */
        CU_ASSERT_FATAL(++works < 100000);
    }
    trial->now = end;
}

/* Only for who reads a failed test with SHOW_LOG set. */
static void show_disagreement(const struct trial *trial,
                              const struct agree_look *look)
{
    if ( !getenv("SHOW_LOG") )
        return;
    fprintf(stderr, "  shown %zu, dom0 %zu, hypervisor %zu\n",
            trial->world.shown_count, look->dom0.snapshot.device_count,
            look->hypervisor.device_count);
    report_plan(stderr, &look->plan);
    report_left(stderr, &look->plan);
    report_problems(stderr, &look->hypervisor);
}

bool trial_agrees(struct trial *trial)
{
    static const struct agree_front front;
    struct xpci_message message;
    struct agree_look look;
    struct agree agree;
    bool agrees;

    agree_init(&agree, trial->backend, &trial->source, &front, NULL);
    CU_ASSERT_FATAL(!agree_take_look(&agree, &look, PLAN_REPAIR_ALL, &message));
    agrees = plan_is_agreement(&look.plan) &&
             look.hypervisor.device_count == trial->world.shown_count &&
             !look.hypervisor.problem_count;
    if ( !agrees )
        show_disagreement(trial, &look);
    agree_look_dispose(&look);
    agree_dispose(&agree);

    return agrees;
}

const char *trial_says(const struct trial *trial, const char *key)
{
    char path[256];

    snprintf(path, sizeof(path), "/tool/xen-pcid/%s", key);

    return fake_store_get(&trial->fake, path);
}

bool trial_state_is(const struct trial *trial, const char *state)
{
    const char *there = trial_says(trial, "state");

    return there && !strcmp(there, state);
}

void trial_plug(struct trial *trial)
{
    struct world_node *node = world_add(
        &trial->world, trial->world.root.child[3], XPCI_TYPE_ENDPOINT, 0);

    world_show(&trial->world);
    trial_event(trial, EVENT_CHANGED, world_sbdf(node));
}
