/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole daemon but its loop, with a clock that tests turn.
 */

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suites.h"
#include "trial.h"

static void test_start(void)
{
    struct trial trial;

    trial_init(&trial, "start", 1);
    trial_start(&trial);
    CU_ASSERT_EQUAL(trial.host.adds + trial.host.removes, 0);
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT_EQUAL(log_caught_lines(), 0);
    /* Nothing but the check is to come. */
    CU_ASSERT_EQUAL(daemon_deadline(&trial.daemon), trial.now + 60000);
    trial_pass(&trial, 600000);
    CU_ASSERT_EQUAL(trial.daemon.cycle.counts.looks, 11);
    CU_ASSERT_EQUAL(trial.fake.commits, 1);
    CU_ASSERT_EQUAL(log_caught_lines(), 0);
    trial_dispose(&trial);
}

static void test_hotplug(void)
{
    struct world_node *node;
    struct trial trial;

    trial_init(&trial, "hotplug", 2);
    trial_start(&trial);
    node = world_add(&trial.world, trial.world.root.child[3],
                     XPCI_TYPE_ENDPOINT, 0);
    world_show_only(&trial.world);
    node->bus = trial.world.root.child[3]->secondary;
    world_show_only(&trial.world);
    trial_event(&trial, EVENT_CHANGED, world_sbdf(node));
    trial_pass(&trial, DAEMON_QUIET - 1);
    CU_ASSERT_EQUAL(trial.host.adds, 0);
    trial_pass(&trial, SOON - DAEMON_QUIET + 1);
    CU_ASSERT_EQUAL(trial.host.adds, 1);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    CU_ASSERT_EQUAL(log_caught_lines(), 1);
    CU_ASSERT(log_caught("the hypervisor does not know it: done"));

    log_caught_clear();
    trial_event(&trial, EVENT_REMOVED, world_sbdf(node));
    world_remove(node);
    world_show(&trial.world);
    trial_pass(&trial, SOON);
    CU_ASSERT_EQUAL(trial.host.removes, 1);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT_EQUAL(trial.daemon.cycle.journal.pending.count, 0);
    CU_ASSERT_EQUAL(log_caught_lines(), 1);
    /* The kernel may have gone on: one more look, then silence. */
    trial_pass(&trial, DAEMON_TRAIL);
    CU_ASSERT(daemon_deadline(&trial.daemon) > trial.now + 50000);
    trial_dispose(&trial);
}

/* Many events are one plan; a stream of them does not put it off. */
static void test_burst(void)
{
    struct trial trial;
    unsigned int i;

    trial_init(&trial, "burst", 3);
    trial_start(&trial);
    world_add(&trial.world, trial.world.root.child[3], XPCI_TYPE_ENDPOINT, 0)
        ->vfs = 7;
    world_show(&trial.world);
    for ( i = 0; i < 100; i++ )
        trial_event(&trial, EVENT_CHANGED, 0x1000 + i);
    trial_pass(&trial, SOON);
    CU_ASSERT_EQUAL(trial.daemon.cycle.counts.plans, 1);
    CU_ASSERT_EQUAL(trial.host.adds, 8);
    CU_ASSERT(trial_agrees(&trial));

    world_remove(trial.world.root.child[3]->child[0]);
    world_show(&trial.world);
    for ( i = 0; i < SOON; i += 4 )
    {
        trial_event(&trial, EVENT_CHANGED, 0x1000 + i);
        trial_pass(&trial, 4);
    }
    CU_ASSERT_EQUAL(trial.host.removes, 8);
    CU_ASSERT(trial_agrees(&trial));
    trial_dispose(&trial);
}

/* setpci says nothing to anybody: the check finds it. */
static void test_renumbering(void)
{
    struct trial trial;

    trial_init(&trial, "renumbering", 4);
    trial_start(&trial);
    CU_ASSERT_STRING_EQUAL(trial_says(&trial, "renumbering/time"), "never");
    trial.world.gap = 3;
    world_show(&trial.world);
    CU_ASSERT(!trial_agrees(&trial));
    trial_pass(&trial, 59999);
    CU_ASSERT(!trial_agrees(&trial));
    trial_pass(&trial, 1);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    CU_ASSERT(atoi(trial_says(&trial, "renumbering")) > 5);
    CU_ASSERT_STRING_EQUAL(trial_says(&trial, "renumbering/0"),
                           "0000:03:00.0 0000:05:00.0");

    /* With the check off nobody does. */
    trial.conf.check_interval = 0;
    daemon_reconfigure(&trial.daemon, &trial.conf, trial.now);
    trial_pass(&trial, 10);
    trial.world.gap = 1;
    world_show(&trial.world);
    CU_ASSERT_EQUAL(daemon_deadline(&trial.daemon), RETRY_NEVER);
    trial_event(&trial, EVENT_OVERFLOW, 0);
    trial_pass(&trial, SOON);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT_EQUAL(trial.daemon.cycle.counts.overflows, 1);
    trial_dispose(&trial);
}

static void test_audit_only(void)
{
    struct trial trial;

    trial_init(&trial, "audit", 10);
    trial.conf.repair_given = true;
    trial.conf.repair = PLAN_REPAIR_NONE;
    trial_start(&trial);
    trial_plug(&trial);
    trial_event(&trial, EVENT_REMOVED, 0x100);
    trial_pass(&trial, 100000);
    CU_ASSERT_EQUAL(trial.host.adds + trial.host.removes, 0);
    CU_ASSERT(trial_state_is(&trial, "needs attention"));
    CU_ASSERT(trial_says(&trial, "problems/0") != NULL);
    CU_ASSERT_EQUAL(trial.daemon.cycle.journal.pending.count, 0);
    /* The policy is changed while it runs. */
    trial.conf.repair = PLAN_REPAIR_ALL;
    daemon_reconfigure(&trial.daemon, &trial.conf, trial.now);
    trial_pass(&trial, 1);
    CU_ASSERT(trial_agrees(&trial));
    trial_dispose(&trial);
}

static int reload_count, reload_rc;

static int reload(void *data, struct xpci_message *message)
{
    (void)data;
    reload_count++;
    snprintf(message->text, sizeof(message->text), "line 7 is wrong");

    return reload_rc;
}

static void request(struct trial *trial, const char *text, const char *answer)
{
    const char *there;

    fake_store_put(&trial->fake, "/tool/xen-pcid/control/request", text);
    daemon_control(&trial->daemon, reload, NULL, trial->now);
    there = trial_says(trial, "control/answer");
    CU_ASSERT_STRING_EQUAL(there ? there : "", answer);
    there = trial_says(trial, "control/request");
    CU_ASSERT_STRING_EQUAL(there ? there : "?", "");
}

static void test_control(void)
{
    struct trial trial;

    trial_init(&trial, "control", 13);
    trial_start(&trial);
    request(&trial, "audit", "audit: done: in agreement");
    world_add(&trial.world, trial.world.root.child[3], XPCI_TYPE_ENDPOINT, 0);
    world_show(&trial.world);
    request(&trial, "audit 17", "audit 17: done: 1 differences");
    CU_ASSERT_EQUAL(trial.host.adds, 0);
    CU_ASSERT(log_caught("audit: 0000:"));
    request(&trial, "resync a-b", "resync a-b: done: in agreement");
    /* A resync reports everything. */
    CU_ASSERT(trial.host.adds >= trial.world.shown_count);
    CU_ASSERT_EQUAL(trial.host.removes, 0);
    CU_ASSERT(trial_agrees(&trial));
    request(&trial, "reload", "reload: done");
    reload_rc = -EINVAL;
    request(&trial, "reload", "reload: failed: line 7 is wrong");
    CU_ASSERT_EQUAL(reload_count, 2);
    request(&trial, "resyncx",
            "resyncx: refused: it takes resync, audit and reload");
    request(&trial, " ", " : refused: it takes resync, audit and reload");
    trial_dispose(&trial);
}

static char *metrics_of(const struct trial *trial)
{
    static char text[64 << 10];
    FILE *file = fopen(trial->conf.metrics, "r");

    CU_ASSERT_FATAL(file != NULL);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);

    return text;
}

static void test_metrics(void)
{
    mode_t umask_before;
    struct trial trial;
    struct stat status;
    char *text;

    trial_init(&trial, "metrics", 15);
    umask_before = umask(0077);
    trial_start(&trial);
    umask(umask_before);
    CU_ASSERT(!stat(trial.conf.metrics, &status));
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0644);
    CU_ASSERT(!stat(trial.conf.journal, &status));
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0600);
    text = metrics_of(&trial);
    CU_ASSERT(strstr(text, "\nxen_pci_agreement 1\n") != NULL);
    CU_ASSERT(strstr(text, "xen_pci_state{state=\"in agreement\"} 1\n") !=
              NULL);
    CU_ASSERT(strstr(text, "\nxen_pci_hypercalls_total{call=\"add\"} 0\n") !=
              NULL);
    CU_ASSERT(strstr(text,
                     "\nxen_pci_device_info{segment=\"0000\",bus=\"00\","
                     "device=\"01\",function=\"0\",parent_segment=\"*\"") !=
              NULL);
    CU_ASSERT(strstr(text,
                     ",bus=\"01\",device=\"00\",function=\"0\","
                     "parent_segment=\"0000\",parent_bus=\"00\","
                     "parent_device=\"01\",parent_function=\"0\"") != NULL);
    CU_ASSERT_STRING_EQUAL(text + strlen(text) - 6, "# EOF\n");
    trial.host.refusals = 1;
    trial.host.refuse = -EBUSY;
    trial_plug(&trial);
    trial_pass(&trial, SOON);
    text = metrics_of(&trial);
    CU_ASSERT(strstr(text, "\nxen_pci_agreement 0\n") != NULL);
    CU_ASSERT(strstr(text, "\nxen_pci_failed_steps 1\n") != NULL);
    CU_ASSERT(strstr(text, "\nxen_pci_failing_step_tries{") != NULL);
    CU_ASSERT(strstr(text, ",call=\"add\"} 1\n") != NULL);
    CU_ASSERT(
        strstr(text, "\nxen_pci_last_renumbering_timestamp_seconds 0\n") !=
        NULL);
    trial.world.gap = 3;
    world_show(&trial.world);
    trial_pass(&trial, 61000);
    text = metrics_of(&trial);
    CU_ASSERT(strstr(text, "\nxen_pci_renumbered_devices_total 0\n") == NULL);
    CU_ASSERT(
        strstr(text, "\nxen_pci_last_renumbering_timestamp_seconds 0\n") ==
        NULL);
    CU_ASSERT(strstr(text, "\nxen_pci_hypercall_failures_total 1\n") != NULL);
    trial_dispose(&trial);
}

/* What was recorded is replayed with the same outcomes. */
static void test_record(void)
{
    struct xpci_message message = { "" };
    struct trial trial;
    unsigned int i;

    trial_init(&trial, "record", 16);
    trial.conf.record = strdup(scratch_path("record/trace"));
    trial_start(&trial);
    for ( i = 0; i < 60; i++ )
    {
        trial_change(&trial);
        trial_pass(&trial, 61000); /* not every change has an event */
        CU_ASSERT(trial_agrees(&trial));
    }
    CU_ASSERT(trial.host.adds > 100);
    trial_stop(&trial);
    CU_ASSERT_EQUAL(trace_replay(trial.conf.record, TRACE_MODEL_MODULE, false,
                                 stderr, &message),
                    0);
    CU_ASSERT_STRING_EQUAL(message.text, "");
    trial_dispose(&trial);
}

/* The record ends where it is long enough; the daemon and the replay go on. */
static void test_record_most(void)
{
    struct xpci_message message = { "" };
    struct trial trial;
    struct stat status;
    unsigned int i;

    trial_init(&trial, "record-most", 18);
    trial.conf.record = strdup(scratch_path("record-most/trace"));
    trial.conf.record_most = 1;
    trial_start(&trial);
    trial_plug(&trial);
    trial_pass(&trial, SOON);
    for ( i = 0; trial.daemon.cycle.record.file && i < 100000; i++ )
        record_remove(&trial.daemon.cycle.record, 0x100, -ENODEV);
    CU_ASSERT_PTR_NULL(trial.daemon.cycle.record.file);
    CU_ASSERT(log_caught("it is longer than record-most, 1 MiB"));
    CU_ASSERT_FATAL(!stat(trial.conf.record, &status));
    CU_ASSERT(status.st_size >= 1 << 20 && status.st_size < (1 << 20) + 1024);
    trial_change(&trial);
    trial_pass(&trial, 61000);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT(trial_state_is(&trial, "in agreement"));
    trial_stop(&trial);
    CU_ASSERT(!stat(trial.conf.record, &status) &&
              status.st_size < (1 << 20) + 1024);
    CU_ASSERT_EQUAL(trace_replay(trial.conf.record, TRACE_MODEL_MODULE, false,
                                 stderr, &message),
                    0);
    CU_ASSERT_STRING_EQUAL(message.text, "");
    trial_dispose(&trial);
}

/*
 * Hotplug and renumbering by chance, with refusals, outages of xenstore and
 * sudden ends of the daemon: whenever it is quiet, all agree.
 */
static void test_random(void)
{
    struct trial trial;
    unsigned int i;

    trial_init(&trial, "random", 17);
    trial_start(&trial);
    for ( i = 0; i < 300; i++ )
    {
        unsigned int j, changes = 1 + world_random(&trial.world, 3);

        for ( j = 0; j < changes; j++ )
        {
            trial_change(&trial);
            trial_pass(&trial, world_random(&trial.world, 30));
        }
        if ( !world_random(&trial.world, 5) )
        {
            trial.host.refusals = world_random(&trial.world, 4);
            trial.host.refuse = -ENOMEM;
        }
        if ( !world_random(&trial.world, 10) )
        {
            fake_store_crash(&trial.fake);
            store_report_hung_up(&trial.daemon.cycle.telling.report, trial.now);
        }
        if ( !world_random(&trial.world, 10) )
        {
            trial_stop(&trial);
            trial_start(&trial);
        }
        trial_pass(&trial, world_random(&trial.world, 5000));
        trial.fake.down = false;
        trial_pass(&trial, 120000);
        CU_ASSERT(trial_agrees(&trial));
        CU_ASSERT(trial_state_is(&trial, "in agreement"));
        CU_ASSERT_EQUAL(trial.daemon.cycle.journal.pending.count, 0);
    }
    trial_dispose(&trial);
}

void daemon_suite(CU_pSuite suite)
{
    CU_add_test(suite, "starts and idles", test_start);
    CU_add_test(suite, "a device comes and goes", test_hotplug);
    CU_add_test(suite, "a burst is one plan", test_burst);
    CU_add_test(suite, "renumbering without an event", test_renumbering);
    CU_add_test(suite, "audit only", test_audit_only);
    CU_add_test(suite, "control", test_control);
    CU_add_test(suite, "metrics", test_metrics);
    CU_add_test(suite, "a record is replayed", test_record);
    CU_add_test(suite, "a record has an end", test_record_most);
    CU_add_test(suite, "anything at any time", test_random);
}
