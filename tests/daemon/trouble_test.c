/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes wrong for the daemon: calls that fail, a machine or a disk that
 * cannot be read or written, and what happens between two of its steps.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../dom0-agent/file.h"
#include "agree/lock.h"
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
    CU_ASSERT_EQUAL(trial.daemon.cycle.retry.count, 0);
    CU_ASSERT_EQUAL(trial.daemon.cycle.journal.pending.count, 0);
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
    CU_ASSERT_EQUAL(trial.daemon.cycle.retry.count, 1);
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
    CU_ASSERT_EQUAL(trial.daemon.cycle.journal.pending.count, 0);
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
    CU_ASSERT(trial.daemon.cycle.counts.looks > 5);
    CU_ASSERT(trial.daemon.cycle.counts.looks < 20);
    CU_ASSERT_FATAL(!rename(away, trial.world.path));
    trial_pass(&trial, 300000);
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    CU_ASSERT_EQUAL(trial.host.removes, 0);
    CU_ASSERT_EQUAL(trial.daemon.cycle.journal.pending.count, 0);
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
    trial.daemon.cycle.options.should_stop = stop_after;
    trial.daemon.cycle.options.data = &steps;
    trial_event(&trial, EVENT_OVERFLOW, 0);
    trial.now += SOON;
    daemon_work(&trial.daemon, trial.now);
    CU_ASSERT_EQUAL(trial.host.removes, 2);
    CU_ASSERT_EQUAL(trial.daemon.cycle.journal.pending.count, 2);
    daemon_stop(&trial.daemon, trial.now);
    CU_ASSERT_STRING_EQUAL(trial_says(&trial, "state"), "stopped");
    trial_stop(&trial);

    trial_start(&trial);
    CU_ASSERT(log_caught("2 removals are pending from before"));
    CU_ASSERT_EQUAL(trial.host.removes, 4);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT_EQUAL(trial.daemon.cycle.journal.pending.count, 0);
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
    trial.daemon.cycle.options.should_stop = plug_in_between;
    trial_event(&trial, EVENT_OVERFLOW, 0);
    trial_pass(&trial, SOON);
    CU_ASSERT_PTR_NULL(plugger);
    CU_ASSERT_EQUAL(trial.host.removes, 0);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT_EQUAL(trial.daemon.cycle.journal.pending.count, 0);
    trial_dispose(&trial);
}

/* Most of the machine is gone from dom0: that view is not believed. */
static void test_shrunken(void)
{
    struct trial trial;

    trial_init(&trial, "shrunken", 19);
    trial_start(&trial);
    world_remove(trial.world.root.child[2]);
    world_remove(trial.world.root.child[1]);
    world_show_only(&trial.world);
    trial_event(&trial, EVENT_OVERFLOW, 0);
    trial_pass(&trial, 100000);
    CU_ASSERT_EQUAL(trial.host.removes, 0);
    CU_ASSERT(trial_state_is(&trial, "needs attention"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(trial_says(&trial, "problems/0"),
               "dom0 lists 3 devices and the hypervisor knows 14"));
    trial.daemon.cycle.agree.force = true;
    trial_event(&trial, EVENT_OVERFLOW, 0);
    trial_pass(&trial, SOON);
    CU_ASSERT_EQUAL(trial.host.removes, 11);
    CU_ASSERT(trial_agrees(&trial));
    trial_dispose(&trial);
}

/* What the config space of the disk behind the switch begins with. */
static void write_disk(const struct trial *trial, const void *bytes,
                       size_t size)
{
    const struct world_node *disk =
        trial->world.root.child[1]->child[0]->child[0]->child[0];
    char path[1024], name[XPCI_SBDF_LENGTH];
    FILE *file;

    snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/config",
             trial->world.path, xpci_sbdf_format(name, world_sbdf(disk)));
    file = fopen(path, "r+");
    CU_ASSERT_FATAL(file && fwrite(bytes, 1, size, file) == size);
    CU_ASSERT_FATAL(!fclose(file));
}

/* It reads all ones for a while, and dom0 lists it: it is not gone. */
static void test_silent(void)
{
    uint8_t silence[64];
    struct trial trial;

    memset(silence, 0xff, sizeof(silence));
    trial_init(&trial, "silent", 20);
    trial_start(&trial);
    write_disk(&trial, silence, sizeof(silence));
    trial_event(&trial, EVENT_OVERFLOW, 0);
    trial_pass(&trial, 100000);
    CU_ASSERT_EQUAL(trial.host.removes + trial.host.adds, 0);
    /* It is no difference, and it is said. */
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    CU_ASSERT_STRING_EQUAL(trial_says(&trial, "counts/unreadable"), "1");
    CU_ASSERT_PTR_NOT_NULL(strstr(trial_says(&trial, "problems/0"),
                                  "unreadable: its config space reads as "
                                  "ones"));
    world_show(&trial.world);
    trial_pass(&trial, 100000);
    CU_ASSERT_EQUAL(trial.host.removes + trial.host.adds, 0);
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    CU_ASSERT_STRING_EQUAL(trial_says(&trial, "counts/unreadable"), "0");
    trial_dispose(&trial);
}

static struct trial *torn;

/* Right before the step the disk reads again as it always did. */
static bool reads_well_again(void *data)
{
    (void)data;
    if ( torn )
        world_show(&torn->world);
    torn = NULL;

    return false;
}

/* It reads as another device, once: nothing is replaced because of that. */
static void test_torn_read(void)
{
    static const uint8_t another[] = { 0x86, 0x80 };
    struct trial trial;

    trial_init(&trial, "torn", 21);
    trial_start(&trial);
    write_disk(&trial, another, sizeof(another));
    torn = &trial;
    trial.daemon.cycle.options.should_stop = reads_well_again;
    trial_event(&trial, EVENT_OVERFLOW, 0);
    trial_pass(&trial, SOON);
    CU_ASSERT_PTR_NULL(torn);
    CU_ASSERT_EQUAL(trial.host.removes + trial.host.adds, 0);
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    trial_dispose(&trial);
}

/* A removal that the hypervisor refuses: said at once, and not insisted on. */
static void test_busy(void)
{
    struct trial trial;

    trial_init(&trial, "busy", 22);
    trial_start(&trial);
    world_remove(trial.world.root.child[1]->child[0]->child[0]->child[0]);
    world_show_only(&trial.world);
    trial.host.refuse_removals = -EBUSY;
    trial_event(&trial, EVENT_OVERFLOW, 0);
    trial_pass(&trial, SOON);
    CU_ASSERT(trial_state_is(&trial, "needs attention"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(trial_says(&trial, "problems/0"), "nothing is forced"));
    trial_pass(&trial, 200000);
    CU_ASSERT_EQUAL(trial.host.removes, 1);
    trial.host.refuse_removals = 0;
    trial_pass(&trial, 200000);
    CU_ASSERT_EQUAL(trial.host.removes, 2);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    trial_dispose(&trial);
}

/*
 * A guest's disk leaves dom0, and with it the port that it is behind, of
 * whatever kind the agent takes it for: nothing is taken from the guest.
 */
static void test_guest(void)
{
    struct world_node *bridge;
    char *text;
    struct trial trial;
    size_t size;

    trial_init(&trial, "guest", 24);
    bridge = trial.world.root.child[1]->child[0]->child[0];
    trial.host.guests = world_sbdf(bridge->child[0]);
    trial_start(&trial);
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    CU_ASSERT_STRING_EQUAL(trial_says(&trial, "counts/owner-guest"), "1");
    CU_ASSERT_STRING_EQUAL(trial_says(&trial, "owners"), "1");
    world_remove(bridge);
    world_show_only(&trial.world);
    trial_event(&trial, EVENT_REMOVED, trial.host.guests);
    trial_pass(&trial, 100000);
    CU_ASSERT_EQUAL(trial.host.removes, 0);
    CU_ASSERT(trial_state_is(&trial, "needs attention"));
    CU_ASSERT_PTR_NOT_NULL(strstr(trial_says(&trial, "problems/0"), "dom5"));
    CU_ASSERT_PTR_NOT_NULL(strstr(trial_says(&trial, "problems/1"), "dom5"));
    CU_ASSERT_FATAL(
        !file_read(trial.conf.metrics, 1 << 20, &text, &size, NULL));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "\nxen_pci_owned_devices{owner=\"guest\"} 1\n"));
    free(text);
    /* The guest ends. */
    trial.host.guests = 0;
    trial_pass(&trial, 100000);
    CU_ASSERT_EQUAL(trial.host.removes, 2);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    trial_dispose(&trial);
}

static uint64_t slow_clock(void)
{
    static uint64_t now;

    return now += 2 * AGREE_FRESH;
}

static struct trial *assigner;
static unsigned int assign_after;

/* After some steps the toolstack gives the next device to a guest. */
static bool assign_in_between(void *data)
{
    (void)data;
    if ( assigner && !assign_after-- )
    {
        assigner->host.guests = 0x100;
        assigner = NULL;
    }

    return false;
}

/* The look is old when a step's turn comes: a new one must want it too. */
static void test_old_look(void)
{
    struct trial trial;

    trial_init(&trial, "old-look", 25);
    trial_start(&trial);
    trial.daemon.cycle.agree.clock = slow_clock;
    world_remove(trial.world.root.child[0]->child[0]);
    world_show_only(&trial.world);
    assigner = &trial;
    assign_after = 3;
    trial.daemon.cycle.options.should_stop = assign_in_between;
    trial_event(&trial, EVENT_OVERFLOW, 0);
    trial_pass(&trial, SOON);
    /* Its VFs went, and then the PF was a guest's. */
    CU_ASSERT_PTR_NULL(assigner);
    CU_ASSERT_EQUAL(trial.host.removes, 3);
    CU_ASSERT(trial_state_is(&trial, "needs attention"));
    trial.host.guests = 0;
    trial_pass(&trial, 61000);
    CU_ASSERT_EQUAL(trial.host.removes, 4);
    CU_ASSERT(trial_agrees(&trial));
    trial_dispose(&trial);
}

/* Somebody else makes both agree: the daemon comes back, and never waits. */
static void test_locked(void)
{
    struct xpci_message message;
    struct trial trial;
    pid_t holder;
    int lock;

    trial_init(&trial, "locked", 23);
    setenv("XEN_PCID_LOCK", scratch_path("locked/lock"), 1);
    lock = lock_take(scratch_path("locked/lock"), 0600, &holder, &message);
    CU_ASSERT_FATAL(lock >= 0);
    CU_ASSERT(!lock_write_pid(lock, &message));
    trial_start(&trial);
    trial_plug(&trial);
    trial_pass(&trial, 10000);
    CU_ASSERT_EQUAL(trial.host.adds, 0);
    CU_ASSERT(trial_state_is(&trial, "needs attention"));
    CU_ASSERT_PTR_NOT_NULL(strstr(trial_says(&trial, "problems/0"),
                                  "is making dom0 and the hypervisor agree"));
    lock_release(lock);
    trial_pass(&trial, 20000);
    CU_ASSERT_EQUAL(trial.host.adds, 1);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    unsetenv("XEN_PCID_LOCK");
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

    free(trial.daemon.cycle.journal.path);
    trial.daemon.cycle.journal.path = strdup(scratch_path("unsafe/journal"));
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
    CU_add_test(suite, "most of the machine is gone", test_shrunken);
    CU_add_test(suite, "a device is silent", test_silent);
    CU_add_test(suite, "a device reads otherwise, once", test_torn_read);
    CU_add_test(suite, "a removal is refused", test_busy);
    CU_add_test(suite, "a guest's device leaves", test_guest);
    CU_add_test(suite, "a look gets old", test_old_look);
    CU_add_test(suite, "somebody else has the lock", test_locked);
    CU_add_test(suite, "the journal's disk fails", test_unsafe_journal);
}
