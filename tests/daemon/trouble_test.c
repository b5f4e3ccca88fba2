/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes wrong for the daemon: calls that fail, a machine or a disk that
 * cannot be read or written, and what happens between two of its steps.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "trial.h"

static void test_failing_add(void)
{
    struct trial trial;
    const char *problem;

    trial_init(&trial, "failing", 5);
    trial_start(&trial);
    trial.host.refusals = 4;
    trial.host.refuse = -ENOMEM;
    trial_plug(&trial);
    trial_pass(&trial, SOON);
    CU_ASSERT_EQUAL(trial.host.adds, 1);
    CU_ASSERT(trial_state_is(&trial, "repairing"));
    problem = trial_says(&trial, "problems/0");
    CU_ASSERT_FATAL(problem != NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(problem, "add failed 1 time, last with "
                                           "-ENOMEM"));
    CU_ASSERT_EQUAL(log_caught_lines(), 1);
    /* 1 s, 2 s, 4 s, 8 s; other looks in between try nothing. */
    trial_pass(&trial, 1000);
    CU_ASSERT_EQUAL(trial.host.adds, 2);
    trial_pass(&trial, 2000 - SOON);
    CU_ASSERT_EQUAL(trial.host.adds, 2);
    trial_pass(&trial, SOON);
    CU_ASSERT_EQUAL(trial.host.adds, 3);
    CU_ASSERT(trial_state_is(&trial, "needs attention"));
    trial_pass(&trial, 4000);
    CU_ASSERT_EQUAL(trial.host.adds, 4);
    CU_ASSERT(!trial_agrees(&trial));
    trial_pass(&trial, 8000);
    CU_ASSERT_EQUAL(trial.host.adds, 5);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    CU_ASSERT_EQUAL(log_caught_lines(), 5);
    CU_ASSERT_PTR_NULL(trial_says(&trial, "problems/0"));
    trial_dispose(&trial);
}

/* It fails until it is pulled out again: then nobody speaks of it any more. */
static void test_failing_until_gone(void)
{
    struct trial trial;
    uint32_t sbdf;

    trial_init(&trial, "until-gone", 6);
    trial_start(&trial);
    trial.host.refusals = 1000;
    trial.host.refuse = -ENODEV;
    trial_plug(&trial);
    trial_pass(&trial, 20000);
    CU_ASSERT_EQUAL(trial.host.adds, 5);
    CU_ASSERT(trial_state_is(&trial, "needs attention"));
    /* Something new about it: tried at once. */
    sbdf = world_sbdf(trial.world.root.child[3]->child[0]);
    trial_event(&trial, EVENT_CHANGED, sbdf);
    trial_pass(&trial, SOON);
    CU_ASSERT_EQUAL(trial.host.adds, 6);
    world_remove(trial.world.root.child[3]->child[0]);
    world_show(&trial.world);
    trial_event(&trial, EVENT_REMOVED, sbdf);
    trial_pass(&trial, SOON);
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    CU_ASSERT_EQUAL(trial.daemon.retry.count, 0);
    CU_ASSERT_EQUAL(trial.daemon.journal.count, 0);
    trial_dispose(&trial);
}

/* What hangs on a step that fails waits with it. */
static void test_failing_bridge(void)
{
    struct world_node *bridge;
    struct trial trial;

    trial_init(&trial, "bridge", 7);
    trial_start(&trial);
    bridge = world_add(&trial.world, trial.world.root.child[3],
                       XPCI_TYPE_PCIE_TO_PCI_BRIDGE, 0);
    world_add(&trial.world, bridge, XPCI_TYPE_PCI_DEVICE, 8);
    world_show(&trial.world);
    trial.host.refusals = 2;
    trial.host.refuse = -ENOMEM;
    trial_event(&trial, EVENT_CHANGED, world_sbdf(bridge));
    trial_pass(&trial, SOON);
    /* The port's new range was refused, so nothing else was tried. */
    CU_ASSERT_EQUAL(trial.daemon.retry.count, 1);
    trial_pass(&trial, 60000);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    trial_dispose(&trial);
}

/*
 * The kernel says "removed" and a device sits there again before anybody
 * looked: the removal ends by a report, and nothing in use is removed.
 */
static void test_removed_and_back(void)
{
    struct trial trial;
    uint32_t sbdf;

    trial_init(&trial, "back", 8);
    trial_start(&trial);
    sbdf = world_sbdf(trial.world.root.child[1]->child[0]->child[0]->child[0]);
    trial_event(&trial, EVENT_REMOVED, sbdf);
    trial_event(&trial, EVENT_CHANGED, sbdf);
    trial_pass(&trial, SOON);
    CU_ASSERT_EQUAL(trial.host.removes, 0);
    CU_ASSERT_EQUAL(trial.host.adds, 1);
    CU_ASSERT_EQUAL(trial.daemon.journal.count, 0);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    trial_dispose(&trial);
}

/* dom0 cannot be read: that is no reason to remove everything. */
static void test_blind(void)
{
    char away[1024];
    struct trial trial;

    trial_init(&trial, "blind", 9);
    trial_start(&trial);
    snprintf(away, sizeof(away), "%s.away", trial.world.path);
    CU_ASSERT_FATAL(!rename(trial.world.path, away));
    trial_event(&trial, EVENT_REMOVED, 0x100);
    trial_pass(&trial, 100000);
    CU_ASSERT_EQUAL(trial.host.removes, 0);
    CU_ASSERT(trial_state_is(&trial, "needs attention"));
    /* Said once, though tried often. */
    CU_ASSERT_EQUAL(log_caught_lines(), 1);
    CU_ASSERT(trial.daemon.counts.looks > 5);
    CU_ASSERT(trial.daemon.counts.looks < 20);
    CU_ASSERT_FATAL(!rename(away, trial.world.path));
    trial_pass(&trial, 300000);
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    CU_ASSERT_EQUAL(trial.host.removes, 0);
    CU_ASSERT_EQUAL(trial.daemon.journal.count, 0);
    trial_dispose(&trial);
}

static bool stop_after(void *data)
{
    unsigned int *steps = data;

    if ( !*steps )
        return true;
    (*steps)--;

    return false;
}

/* A stop ends a plan between two steps; the next start carries on. */
static void test_stop(void)
{
    unsigned int steps = 2;
    struct trial trial;

    trial_init(&trial, "stop", 11);
    trial_start(&trial);
    world_remove(trial.world.root.child[0]->child[0]);
    world_show_only(&trial.world);
    trial.daemon.guard.should_stop = stop_after;
    trial.daemon.guard.data = &steps;
    trial_event(&trial, EVENT_OVERFLOW, 0);
    trial.now += SOON;
    daemon_work(&trial.daemon, trial.now);
    CU_ASSERT_EQUAL(trial.host.removes, 2);
    CU_ASSERT_EQUAL(trial.daemon.journal.count, 2);
    daemon_stop(&trial.daemon, trial.now);
    CU_ASSERT_STRING_EQUAL(trial_says(&trial, "state"), "stopped");
    trial_stop(&trial);

    trial_start(&trial);
    CU_ASSERT(log_caught("2 removals are pending from before"));
    CU_ASSERT_EQUAL(trial.host.removes, 4);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT_EQUAL(trial.daemon.journal.count, 0);
    trial_dispose(&trial);
}

static struct trial *plugger;

/* Right before the first step dom0's kernel has the device again. */
static bool plug_in_between(void *data)
{
    (void)data;
    if ( plugger )
    {
        world_add(&plugger->world, plugger->world.root.child[3],
                  XPCI_TYPE_ENDPOINT, 0);
        world_show(&plugger->world);
    }
    plugger = NULL;

    return false;
}

static void test_race(void)
{
    struct trial trial;

    trial_init(&trial, "race", 12);
    world_add(&trial.world, trial.world.root.child[3], XPCI_TYPE_ENDPOINT, 0);
    world_show(&trial.world);
    trial_start(&trial);
    CU_ASSERT_EQUAL(trial.host.adds, 1);
    world_remove(trial.world.root.child[3]->child[0]);
    world_show(&trial.world);
    plugger = &trial;
    trial.daemon.guard.should_stop = plug_in_between;
    trial_event(&trial, EVENT_OVERFLOW, 0);
    trial_pass(&trial, SOON);
    CU_ASSERT_PTR_NULL(plugger);
    CU_ASSERT_EQUAL(trial.host.removes, 0);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT_EQUAL(trial.daemon.journal.count, 0);
    trial_dispose(&trial);
}

static void test_unsafe_journal(void)
{
    struct trial trial;

    trial_init(&trial, "unsafe", 14);
    free(trial.conf.journal);
    trial.conf.journal = strdup("/proc/nowhere/journal");
    trial_start(&trial);
    CU_ASSERT(trial_state_is(&trial, "needs attention"));
    CU_ASSERT(strstr(trial_says(&trial, "problems/0"), "/proc/nowhere") !=
              NULL);
    world_remove(trial.world.root.child[0]->child[0]);
    world_show(&trial.world);
    trial_event(&trial, EVENT_OVERFLOW, 0);
    trial_pass(&trial, SOON);
    CU_ASSERT(trial_agrees(&trial));

    free(trial.daemon.journal.path);
    trial.daemon.journal.path = strdup(scratch_path("unsafe/journal"));
    trial_pass(&trial, 600000);
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    CU_ASSERT(log_caught("the journal can be written again"));
    trial_dispose(&trial);
}

void trouble_suite(CU_pSuite suite)
{
    CU_add_test(suite, "an add that fails", test_failing_add);
    CU_add_test(suite, "an add that fails to the end", test_failing_until_gone);
    CU_add_test(suite, "a bridge that fails", test_failing_bridge);
    CU_add_test(suite, "removed, and there again", test_removed_and_back);
    CU_add_test(suite, "dom0 cannot be read", test_blind);
    CU_add_test(suite, "stopped in the middle", test_stop);
    CU_add_test(suite, "dom0 is faster", test_race);
    CU_add_test(suite, "the journal's disk fails", test_unsafe_journal);
}
