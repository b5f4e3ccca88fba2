/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report in xenstore, on one in memory.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../dom0-agent/store_report.h"
#include "fake_store.h"
#include "suites.h"

#define PATH "/tool/xen-pcid"

/* Everything that a report needs, made up. */
struct setting {
    struct fake_store fake;
    struct store_report report;
    struct status status;
    struct agree_look look;
    struct journal journal;
    struct retry retry;
    struct moves moves;
    struct xpci_message message;
};

static void add_device(struct setting *setting, uint32_t sbdf)
{
    const struct xpci_device_info info = { .sbdf = sbdf,
                                           .type = XPCI_TYPE_ENDPOINT };

    CU_ASSERT_FATAL(
        !xpci_snapshot_add_device(&setting->look.hypervisor, &info));
    xpci_snapshot_sort(&setting->look.hypervisor);
}

static void set_up(struct setting *setting)
{
    fake_store_init(&setting->fake);
    store_report_init(&setting->report);
    status_init(&setting->status);
    agree_look_init(&setting->look);
    journal_init(&setting->journal);
    retry_init(&setting->retry);
    moves_init(&setting->moves);
    setting->status.look = &setting->look;
    setting->status.hypervisor = "embedded";
    setting->status.journal = &setting->journal;
    setting->status.retry = &setting->retry;
    setting->status.moves = &setting->moves;
    add_device(setting, 0x100);
    CU_ASSERT_FATAL(
        !store_report_open(&setting->report, &setting->fake.store, PATH));
}

static void tear_down(struct setting *setting)
{
    store_report_dispose(&setting->report);
    CU_ASSERT(setting->fake.closed);
    fake_store_dispose(&setting->fake);
    status_dispose(&setting->status);
    agree_look_dispose(&setting->look);
    journal_dispose(&setting->journal);
    retry_dispose(&setting->retry);
    moves_dispose(&setting->moves);
}

static int write_at(struct setting *setting, uint64_t now)
{
    struct tree content;
    int rc;

    tree_init(&content);
    rc = store_content(&content, &setting->status);
    if ( !rc )
        rc = store_report_write(&setting->report, &content, now,
                                &setting->message);
    tree_dispose(&content);

    return rc;
}

static bool says(const struct setting *setting, const char *key,
                 const char *value)
{
    char path[256];
    const char *there;

    snprintf(path, sizeof(path), PATH "/%s", key);
    there = fake_store_get(&setting->fake, path);

    return value ? there && !strcmp(there, value) : !there;
}

static void test_content(void)
{
    struct setting setting;
    struct move move = { 0x200, 0x300 };
    uint32_t pending = 0x108;

    set_up(&setting);
    CU_ASSERT(!journal_pend(&setting.journal, &pending, 1, &setting.message));
    CU_ASSERT(!status_add(&setting.status, "%s", "it burns: put it out"));
    setting.moves = (struct moves){
        .moves = malloc(sizeof(move)), .count = 1, .when = 86400, .total = 1
    };
    setting.moves.moves[0] = move;
    CU_ASSERT(!write_at(&setting, 0));
    CU_ASSERT_STRING_EQUAL(setting.fake.protected, PATH);
    CU_ASSERT_EQUAL(setting.fake.commits, 1);
    CU_ASSERT(says(&setting, "state", "in agreement"));
    CU_ASSERT(says(&setting, "hypervisor", "embedded"));
    CU_ASSERT(says(&setting, "generation", "0"));
    CU_ASSERT(says(&setting, "counts/devices", "1"));
    CU_ASSERT(says(&setting, "counts/pending", "1"));
    CU_ASSERT(says(&setting, "devices/0000-01-00-0", "0000:01/00.0"));
    CU_ASSERT(says(&setting, "pending/0000-01-01-0", "removal"));
    CU_ASSERT(says(&setting, "problems/0", "it burns: put it out"));
    CU_ASSERT(says(&setting, "renumbering/0", "0000:02:00.0 0000:03:00.0"));
    CU_ASSERT(says(&setting, "renumbering/time", "1970-01-02T00:00:00Z"));
    CU_ASSERT(says(&setting, "update", "1"));
    tear_down(&setting);
}

/* One transaction for each change, with what changed only; none for none. */
static void test_changes(void)
{
    struct setting setting;
    unsigned int writes;

    set_up(&setting);
    CU_ASSERT(!write_at(&setting, 0));
    CU_ASSERT(!write_at(&setting, 1));
    CU_ASSERT_EQUAL(setting.fake.commits, 1);

    writes = setting.fake.writes;
    add_device(&setting, 0x200);
    CU_ASSERT(!write_at(&setting, 2));
    CU_ASSERT_EQUAL(setting.fake.commits, 2);
    /* The device, the list, its count, and the update. */
    CU_ASSERT_EQUAL(setting.fake.writes - writes, 4);
    CU_ASSERT(says(&setting, "devices/0000-02-00-0", "0000:02/00.0"));

    setting.look.hypervisor.device_count = 1;
    CU_ASSERT(!write_at(&setting, 3));
    CU_ASSERT(says(&setting, "devices/0000-02-00-0", NULL));
    CU_ASSERT(says(&setting, "devices/0000-01-00-0", "0000:01/00.0"));

    store_report_state(&setting.report, "repairing", "x", 4);
    CU_ASSERT(says(&setting, "state", "repairing"));
    CU_ASSERT(says(&setting, "update", "4"));
    CU_ASSERT(!write_at(&setting, 5));
    CU_ASSERT(says(&setting, "state", "in agreement"));
    tear_down(&setting);
}

static void test_conflicts(void)
{
    struct setting setting;

    set_up(&setting);
    setting.fake.conflicts = 4;
    CU_ASSERT(!write_at(&setting, 0));
    CU_ASSERT_EQUAL(setting.fake.commits, 1);
    add_device(&setting, 0x200);
    setting.fake.conflicts = 5;
    CU_ASSERT_EQUAL(write_at(&setting, 1), -EAGAIN);
    CU_ASSERT(!says(&setting, "counts/devices", "2"));
    CU_ASSERT_EQUAL(store_report_deadline(&setting.report), 501);
    CU_ASSERT(!write_at(&setting, 501));
    CU_ASSERT(says(&setting, "counts/devices", "2"));
    tear_down(&setting);
}

/* Late at first, then it restarts with nothing in it. */
static void test_outages(void)
{
    struct setting setting;

    set_up(&setting);
    setting.fake.down = true;
    CU_ASSERT_EQUAL(write_at(&setting, 0), -ECONNREFUSED);
    CU_ASSERT_EQUAL(store_report_deadline(&setting.report), 500);
    CU_ASSERT(!write_at(&setting, 499));
    CU_ASSERT_EQUAL(setting.fake.connects, 1);
    CU_ASSERT_EQUAL(write_at(&setting, 500), -ECONNREFUSED);
    CU_ASSERT_EQUAL(store_report_deadline(&setting.report), 1500);
    setting.fake.down = false;
    CU_ASSERT(!write_at(&setting, 1500));
    CU_ASSERT(says(&setting, "counts/devices", "1"));
    CU_ASSERT_EQUAL(store_report_deadline(&setting.report), RETRY_NEVER);

    fake_store_crash(&setting.fake);
    store_report_hung_up(&setting.report, 2000);
    CU_ASSERT_EQUAL(store_report_deadline(&setting.report), 2500);
    setting.fake.down = false;
    CU_ASSERT(!write_at(&setting, 2500));
    CU_ASSERT(says(&setting, "state", "in agreement"));
    CU_ASSERT(says(&setting, "devices/0000-01-00-0", "0000:01/00.0"));
    tear_down(&setting);
}

/* The connection breaks at each call in turn: never half a report. */
static void test_every_call_fails(void)
{
    struct setting setting;
    unsigned int call, calls;

    set_up(&setting);
    CU_ASSERT(!write_at(&setting, 0));
    calls = setting.fake.calls;
    tear_down(&setting);
    CU_ASSERT(calls > 20);

    for ( call = 1; call <= calls; call++ )
    {
        set_up(&setting);
        setting.fake.fail_at = call;
        CU_ASSERT(write_at(&setting, 0));
        CU_ASSERT_EQUAL(setting.fake.nodes.count, 0);
        CU_ASSERT(!write_at(&setting, 500));
        CU_ASSERT(says(&setting, "state", "in agreement"));
        CU_ASSERT(says(&setting, "counts/devices", "1"));
        tear_down(&setting);
    }
}

/* What an earlier daemon left there goes. */
static void test_leftovers(void)
{
    struct setting setting;

    set_up(&setting);
    fake_store_put(&setting.fake, PATH "/devices/0000-09-00-0", "old");
    fake_store_put(&setting.fake, PATH "/problems/7", "old");
    fake_store_put(&setting.fake, PATH "/control/request", "audit 9");
    CU_ASSERT(!write_at(&setting, 0));
    CU_ASSERT(says(&setting, "devices/0000-09-00-0", NULL));
    CU_ASSERT(says(&setting, "problems/7", NULL));
    /* But somebody who waits for an answer gets one. */
    CU_ASSERT(says(&setting, "control/request", "audit 9"));
    CU_ASSERT(store_report_take_request(&setting.report, 1));
    CU_ASSERT_STRING_EQUAL(setting.report.request, "audit 9");
    tear_down(&setting);
}

static void test_requests(void)
{
    struct setting setting;
    char flood[300];

    set_up(&setting);
    CU_ASSERT(!write_at(&setting, 0));
    CU_ASSERT(says(&setting, "control/request", ""));
    CU_ASSERT(!store_report_take_request(&setting.report, 1));

    fake_store_put(&setting.fake, PATH "/control/request", "resync 1");
    CU_ASSERT(setting.fake.fired);
    CU_ASSERT(store_report_take_request(&setting.report, 2));
    /* A report in between is no answer. */
    add_device(&setting, 0x200);
    CU_ASSERT(!write_at(&setting, 3));
    CU_ASSERT(says(&setting, "control/request", "resync 1"));
    store_report_answer(&setting.report, "resync 1: done");
    CU_ASSERT(!write_at(&setting, 4));
    CU_ASSERT(says(&setting, "control/answer", "resync 1: done"));
    CU_ASSERT(says(&setting, "control/request", ""));
    CU_ASSERT(!store_report_take_request(&setting.report, 5));

    /* The next one comes before the first is answered: it is not lost. */
    fake_store_put(&setting.fake, PATH "/control/request", "audit 1");
    CU_ASSERT(store_report_take_request(&setting.report, 6));
    fake_store_put(&setting.fake, PATH "/control/request", "audit 2");
    store_report_answer(&setting.report, "audit 1: done");
    CU_ASSERT(!write_at(&setting, 7));
    CU_ASSERT(says(&setting, "control/request", "audit 2"));
    CU_ASSERT(store_report_take_request(&setting.report, 8));
    CU_ASSERT_STRING_EQUAL(setting.report.request, "audit 2");
    store_report_answer(&setting.report, "audit 2: done");
    CU_ASSERT(!write_at(&setting, 9));

    memset(flood, 'x', sizeof(flood) - 1);
    flood[sizeof(flood) - 1] = '\0';
    fake_store_put(&setting.fake, PATH "/control/request", flood);
    CU_ASSERT(store_report_take_request(&setting.report, 10));
    store_report_answer(&setting.report, "refused");
    CU_ASSERT(!write_at(&setting, 11));
    CU_ASSERT(says(&setting, "control/request", ""));
    tear_down(&setting);
}

void store_suite(CU_pSuite suite)
{
    CU_add_test(suite, "what it says", test_content);
    CU_add_test(suite, "only what changed", test_changes);
    CU_add_test(suite, "others write too", test_conflicts);
    CU_add_test(suite, "late, and restarted", test_outages);
    CU_add_test(suite, "every call fails once", test_every_call_fails);
    CU_add_test(suite, "an earlier life", test_leftovers);
    CU_add_test(suite, "requests and answers", test_requests);
}
