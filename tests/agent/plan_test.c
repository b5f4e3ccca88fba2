/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plans as tables.  D is what dom0 has, H what the hypervisor has on record.
 */
#include <stdio.h>

#include "machine.h"
#include "suites.h"

#define ROOT "00:00.0 host; "
#define MODULE true
#define STOCK false

struct plan_case {
    const char *name;
    const char *dom0;
    const char *hypervisor;
    bool module;
    enum plan_repair repair;
    const char *unreadable;
    const char *steps; /* expected */
    const char *left;  /* expected */
};

static const struct plan_case module_cases[] = {
    { "D = H: nothing", ROOT "00:02.0 port 01-01; 01:00.0 disk",
      ROOT "00:02.0 port 01-01; 01:00.0 disk", MODULE, PLAN_REPAIR_ALL, NULL,
      "", "" },
    { "both empty", "", "", MODULE, PLAN_REPAIR_ALL, NULL, "", "" },
    { "H - D: removed, the deepest first, a bridge after its neighbours", ROOT,
      ROOT "00:02.0 port 01-03; 01:00.0 port 02-02; 01:01.0 disk; "
           "01:02.0 disk; 02:00.0 disk",
      MODULE, PLAN_REPAIR_ALL, NULL,
      "remove 02:00.0; remove 01:02.0; remove 01:01.0; remove 01:00.0; "
      "remove 00:02.0",
      "" },
    { "D - H: added, bridges before what is behind them",
      ROOT "00:02.0 port 01-03; 01:00.0 port 02-02; 01:01.0 disk; "
           "02:00.0 disk",
      ROOT, MODULE, PLAN_REPAIR_ALL, NULL,
      "add 00:02.0; add 01:00.0; add 01:01.0; add 02:00.0", "" },
    { "VFs leave before their PF, on whatever bus they are",
      ROOT "00:02.0 port 01-02",
      ROOT "00:02.0 port 01-02; 01:00.0 card; 01:10.0 vf=01:00.0; "
           "02:00.0 vf=01:00.0",
      MODULE, PLAN_REPAIR_ALL, NULL,
      "remove 02:00.0; remove 01:10.0; remove 01:00.0", "" },
    { "VFs come after their PF, also one with a lower SBDF",
      ROOT "00:02.0 vf=00:03.0; 00:03.0 card", ROOT, MODULE, PLAN_REPAIR_ALL,
      NULL, "add 00:03.0; add 00:02.0", "" },
    { "H - D and D - H: removes come first", ROOT "02:00.0 disk",
      ROOT "01:00.0 disk", MODULE, PLAN_REPAIR_ALL, NULL,
      "remove 01:00.0; add 02:00.0", "" },
    { "D and H differ in identity: an add replaces", ROOT "01:00.0 disk",
      ROOT "01:00.0 card", MODULE, PLAN_REPAIR_ALL, NULL, "add 01:00.0", "" },
    { "the same device, but a VF now", ROOT "00:03.0 card; 00:04.0 vf=00:03.0",
      ROOT "00:03.0 card; 00:04.0 card", MODULE, PLAN_REPAIR_ALL, NULL,
      "add 00:04.0", "" },
    { "a VF of another PF",
      ROOT "00:03.0 card; 00:05.0 card; 00:04.0 vf=00:05.0",
      ROOT "00:03.0 card; 00:05.0 card; 00:04.0 vf=00:03.0", MODULE,
      PLAN_REPAIR_ALL, NULL, "add 00:04.0", "" },
    { "bus numbers differ: reported again", ROOT "00:02.0 port 01-01",
      ROOT "00:02.0 port 01-ff", MODULE, PLAN_REPAIR_ALL, NULL,
      "report 00:02.0", "" },
    { "a stale record of a bridge that is there: reported again",
      ROOT "00:02.0 port 01-01", ROOT "00:02.0 port 01-01 stale", MODULE,
      PLAN_REPAIR_ALL, NULL, "report 00:02.0", "" },
    { "a conflict that is no more: both reported again",
      ROOT "00:02.0 port 01-02; 00:03.0 port 03-04",
      ROOT "00:02.0 port 01-02 conflict; 00:03.0 port 03-04 conflict", MODULE,
      PLAN_REPAIR_ALL, NULL, "report 00:02.0; report 00:03.0", "" },
    { "a conflict that is real: both sides have it",
      ROOT "00:02.0 port 01-03 conflict; 00:03.0 port 03-04 conflict",
      ROOT "00:02.0 port 01-03 conflict; 00:03.0 port 03-04 conflict", MODULE,
      PLAN_REPAIR_ALL, NULL, "", "" },
    { "an extended function", ROOT "00:02.0 card extfn", ROOT "00:02.0 card",
      MODULE, PLAN_REPAIR_ALL, NULL, "report 00:02.0", "" },
    { "NUMA nodes are not dom0's to say", ROOT "00:02.0 card node=1",
      ROOT "00:02.0 card node=0", MODULE, PLAN_REPAIR_ALL, NULL, "", "" },
    { "the bridge on record goes, what is behind stays: reported before",
      ROOT "00:03.0 port 05-05; 05:00.0 disk",
      ROOT "00:02.0 port 05-06; 00:03.0 port 07-07; 05:00.0 disk", MODULE,
      PLAN_REPAIR_ALL, NULL, "report 05:00.0; remove 00:02.0; report 00:03.0",
      "" },
    { "two levels that stay behind one that goes: the upper one before",
      ROOT "00:03.0 port 05-06; 05:00.0 port 06-06; 06:00.0 disk",
      ROOT "00:02.0 port 05-06; 05:00.0 port 06-06; 06:00.0 disk", MODULE,
      PLAN_REPAIR_ALL, NULL,
      "report 05:00.0; report 06:00.0; remove 00:02.0; add 00:03.0", "" },
    { "a bridge is replaced, what is behind in both came with it",
      ROOT "00:02.0 p2p 01-01; 01:00.0 disk",
      ROOT "00:02.0 port 01-01; 01:00.0 disk", MODULE, PLAN_REPAIR_ALL, NULL,
      "add 00:02.0; add 01:00.0", "" },
    { "a PF is replaced, its VFs came with it",
      ROOT "00:02.0 disk; 00:04.0 vf=00:02.0",
      ROOT "00:02.0 card; 00:04.0 vf=00:02.0", MODULE, PLAN_REPAIR_ALL, NULL,
      "add 00:02.0; add 00:04.0", "" },
    { "a bridge of the same IDs and another type; what is behind it in dom0, "
      "and elsewhere on record, is taken along all the same",
      ROOT "00:02.0 port 01-02; 00:03.0 port 03-03; 02:00.0 disk",
      ROOT "00:02.0 pci2 01-01; 00:03.0 port 02-03; 02:00.0 disk", MODULE,
      PLAN_REPAIR_ALL, NULL, "add 00:02.0; report 00:03.0; add 02:00.0", "" },
    { "a PF comes anew, and with it its VF on another bus",
      ROOT "00:02.0 port 01-01; 01:00.0 card; 00:03.0 port 02-02; "
           "02:00.0 vf=01:00.0",
      ROOT "00:02.0 pci2 01-01; 01:00.0 card; 00:03.0 port 02-02; "
           "02:00.0 vf=01:00.0",
      MODULE, PLAN_REPAIR_ALL, NULL, "add 00:02.0; add 01:00.0; add 02:00.0",
      "" },
    { "only a way, and dom0 has no bridge there", ROOT,
      ROOT "00:02.0 way 01-02", MODULE, PLAN_REPAIR_ALL, NULL, "remove 00:02.0",
      "" },
    { "only a way, and dom0 has the bridge", ROOT "00:02.0 port 01-02",
      ROOT "00:02.0 way 01-02", MODULE, PLAN_REPAIR_ALL, NULL, "add 00:02.0",
      "" },
    { "what dom0 cannot describe is never removed", ROOT,
      ROOT "01:00.0 disk; 02:00.0 disk", MODULE, PLAN_REPAIR_ALL, "02:00.0",
      "remove 01:00.0", "" },
    { "what dom0 cannot describe and nobody knows cannot be added", ROOT, ROOT,
      MODULE, PLAN_REPAIR_ALL, "02:00.0", "", "02:00.0" },
    { "a bridge that cannot be described keeps what is behind it",
      ROOT "01:00.0 disk", ROOT "00:02.0 port 01-01; 01:00.0 disk", MODULE,
      PLAN_REPAIR_ALL, "00:02.0", "", "" },
    { "tables that go round: planned all the same", ROOT,
      ROOT "06:00.0 port 07-07; 07:01.0 port 08-09; 08:00.0 disk", MODULE,
      PLAN_REPAIR_ALL, NULL, "remove 08:00.0; remove 07:01.0; remove 06:00.0",
      "" },
    { "safe is all, with the module", ROOT, ROOT "01:00.0 disk", MODULE,
      PLAN_REPAIR_SAFE, NULL, "remove 01:00.0", "" },
    { "an audit does nothing and names everything",
      ROOT "02:00.0 disk; 00:02.0 port 01-01",
      ROOT "01:00.0 disk; 00:02.0 port 01-02", MODULE, PLAN_REPAIR_NONE, NULL,
      "", "00:02.0 01:00.0 02:00.0" },
};

/* G5 is dom5's disk on bus 1, behind the port 00:02.0. */
#define PORT "00:02.0 port 01-02; "
#define G5 "01:00.0 disk owner=dom5; "

static const struct plan_case owner_cases[] = {
    { "a guest's device as it was: nothing", ROOT PORT "01:00.0 disk",
      ROOT PORT G5, MODULE, PLAN_REPAIR_ALL, NULL, "", "" },
    { "it is gone from dom0: left", ROOT PORT, ROOT PORT G5, MODULE,
      PLAN_REPAIR_ALL, NULL, "", "01:00.0" },
    { "it reads as nothing: left", ROOT PORT, ROOT PORT G5, MODULE,
      PLAN_REPAIR_ALL, "01:00.0", "", "01:00.0" },
    { "it reads as another device: left", ROOT PORT "01:00.0 card",
      ROOT PORT G5, MODULE, PLAN_REPAIR_ALL, NULL, "", "01:00.0" },
    { "it has another revision: left", ROOT PORT "01:00.0 disk rev=3",
      ROOT PORT G5, MODULE, PLAN_REPAIR_ALL, NULL, "", "01:00.0" },
    { "it has turned into a bridge: left", ROOT PORT "01:00.0 p2p 02-02",
      ROOT PORT G5, MODULE, PLAN_REPAIR_ALL, NULL, "", "01:00.0" },
    { "the module says that it changed", ROOT PORT "01:00.0 disk",
      ROOT PORT "01:00.0 disk owner=dom5 changed", MODULE, PLAN_REPAIR_ALL,
      NULL, "", "01:00.0" },
    { "the port above it is gone: both left", ROOT, ROOT PORT G5, MODULE,
      PLAN_REPAIR_ALL, NULL, "", "00:02.0 01:00.0" },
    { "the port above it is another one: left",
      ROOT "00:02.0 p2p 01-02; 01:00.0 disk", ROOT PORT G5, MODULE,
      PLAN_REPAIR_ALL, NULL, "", "00:02.0" },
    { "the port above it leads elsewhere: reported, and nothing taken away",
      ROOT "00:02.0 port 03-03; 03:00.0 card", ROOT PORT G5, MODULE,
      PLAN_REPAIR_ALL, "01:00.0", "report 00:02.0; add 03:00.0", "01:00.0" },
    { "the port above it leads further as well: reported",
      ROOT "00:02.0 port 01-03; 01:00.0 disk", ROOT PORT G5, MODULE,
      PLAN_REPAIR_ALL, NULL, "report 00:02.0", "" },
    { "two ports exchange their buses: both reported",
      ROOT "00:02.0 port 03-03; 00:03.0 port 01-02; 01:00.0 card",
      ROOT PORT G5 "00:03.0 port 03-03; 03:00.0 card", MODULE, PLAN_REPAIR_ALL,
      NULL, "remove 03:00.0; report 00:02.0; report 00:03.0", "01:00.0" },
    { "a PF whose VF is a guest's: left", ROOT PORT,
      ROOT PORT "01:00.0 card; 01:10.0 vf=01:00.0 owner=dom5", MODULE,
      PLAN_REPAIR_ALL, NULL, "", "01:00.0 01:10.0" },
    { "its neighbours are repaired all the same",
      ROOT PORT "01:00.0 disk; 01:02.0 card", ROOT PORT G5 "01:01.0 card",
      MODULE, PLAN_REPAIR_ALL, NULL, "remove 01:01.0; add 01:02.0", "" },
    { "dom0's own, with owners: as ever", ROOT "02:00.0 disk",
      ROOT "01:00.0 disk owner=dom0", MODULE, PLAN_REPAIR_ALL, NULL,
      "remove 01:00.0; add 02:00.0", "" },
    { "gone from the quarantine: removed", ROOT,
      ROOT "01:00.0 disk owner=quarantine", MODULE, PLAN_REPAIR_ALL, NULL,
      "remove 01:00.0", "" },
    { "another device in the quarantine: left", ROOT "01:00.0 card",
      ROOT "01:00.0 disk owner=quarantine", MODULE, PLAN_REPAIR_ALL, NULL, "",
      "01:00.0" },
    { "displaced, and in quarantine for it: what is there is reported",
      ROOT "01:00.0 disk", ROOT "01:00.0 disk owner=quarantine displaced",
      MODULE, PLAN_REPAIR_ALL, NULL, "report 01:00.0", "" },
    { "Xen's own: left", ROOT, ROOT "01:00.0 disk owner=xen", MODULE,
      PLAN_REPAIR_ALL, NULL, "", "01:00.0" },
};

static const struct plan_case stock_cases[] = {
    { "D = H", ROOT "01:00.0 disk", ROOT "01:00.0 disk owner=dom0", STOCK,
      PLAN_REPAIR_SAFE, NULL, "", "" },
    { "H - D, shown as dom0's: safe to remove", ROOT,
      ROOT "01:00.0 disk owner=dom0", STOCK, PLAN_REPAIR_SAFE, NULL,
      "remove 01:00.0", "" },
    { "H - D, not shown as dom0's (its add may have failed): never, safe", ROOT,
      ROOT "01:00.0 disk", STOCK, PLAN_REPAIR_SAFE, NULL, "", "01:00.0" },
    { "H - D, not shown as dom0's: never, all", ROOT, ROOT "01:00.0 disk",
      STOCK, PLAN_REPAIR_ALL, NULL, "", "01:00.0" },
    { "H - D beside an aliasing bridge: not safe",
      ROOT "00:02.0 p2p 02-02; 02:00.0 nic",
      ROOT
      "00:02.0 p2p 02-02 owner=dom0; 02:00.0 nic owner=dom0; 02:01.0 nic owner=dom0",
      STOCK, PLAN_REPAIR_SAFE, NULL, "", "02:01.0" },
    { "H - D beside an aliasing bridge: all",
      ROOT "00:02.0 p2p 02-02; 02:00.0 nic",
      ROOT
      "00:02.0 p2p 02-02 owner=dom0; 02:00.0 nic owner=dom0; 02:01.0 nic owner=dom0",
      STOCK, PLAN_REPAIR_ALL, NULL, "remove 02:01.0", "" },
    { "an aliasing bridge in another segment is nobody's neighbour",
      ROOT "0001:00:02.0 p2p 02-02",
      ROOT "01:00.0 disk owner=dom0; 0001:00:02.0 p2p 02-02", STOCK,
      PLAN_REPAIR_SAFE, NULL, "remove 01:00.0", "" },
    { "D - H: an add that fails does harm, so not safe", ROOT "01:00.0 disk",
      ROOT, STOCK, PLAN_REPAIR_SAFE, NULL, "", "01:00.0" },
    { "D - H: all", ROOT "00:02.0 port 01-01; 01:00.0 disk", ROOT, STOCK,
      PLAN_REPAIR_ALL, NULL, "add 00:02.0; add 01:00.0", "" },
    { "what dom0 cannot describe stays, whoever owns it", ROOT,
      ROOT "01:00.0 disk owner=dom0", STOCK, PLAN_REPAIR_ALL, "01:00.0", "",
      "" },
    { "the default: an audit", ROOT "02:00.0 disk",
      ROOT "01:00.0 disk owner=dom0", STOCK, PLAN_REPAIR_NONE, NULL, "",
      "01:00.0 02:00.0" },
    { "what a listed device is taken for cannot be seen: left alone",
      ROOT "00:02.0 port 01-02", ROOT "00:02.0 port 01-04 owner=dom0", STOCK,
      PLAN_REPAIR_ALL, NULL, "", "" },
};

struct plan_trial {
    struct xpci_snapshot dom0;
    struct xpci_snapshot hypervisor;
    struct sbdf_set unreadable;
    struct plan plan;
};

static void trial_make(struct plan_trial *trial, const struct plan_case *made)
{
    const struct plan_input input = {
        .dom0 = &trial->dom0,
        .hypervisor = &trial->hypervisor,
        .listed = &trial->unreadable,
        .module = made->module,
        .repair = made->repair,
    };

    xpci_snapshot_init(&trial->dom0);
    xpci_snapshot_init(&trial->hypervisor);
    sbdf_set_init(&trial->unreadable);
    plan_init(&trial->plan);
    machine_read(&trial->dom0, made->dom0);
    machine_read(&trial->hypervisor, made->hypervisor);
    machine_set(&trial->unreadable, made->unreadable);
    CU_ASSERT_EQUAL_FATAL(plan_make(&trial->plan, &input), 0);
}

static void trial_dispose(struct plan_trial *trial)
{
    plan_dispose(&trial->plan);
    plan_dispose(&trial->plan);
    sbdf_set_dispose(&trial->unreadable);
    xpci_snapshot_dispose(&trial->hypervisor);
    xpci_snapshot_dispose(&trial->dom0);
}

static void run_cases(const struct plan_case *cases, size_t count)
{
    struct plan_trial trial;
    char text[1024];
    size_t i;

    for ( i = 0; i < count; i++ )
    {
        trial_make(&trial, &cases[i]);
        machine_steps(&trial.plan, text, sizeof(text));
        ASSERT_TEXT(text, cases[i].steps, cases[i].name);
        machine_left(&trial.plan, text, sizeof(text));
        ASSERT_TEXT(text, cases[i].left, cases[i].name);
        CU_ASSERT_EQUAL(plan_is_agreement(&trial.plan),
                        !cases[i].steps[0] && !cases[i].left[0]);
        trial_dispose(&trial);
    }
}

static void test_module(void)
{
    run_cases(module_cases, ARRAY_SIZE(module_cases));
}

static void test_owners(void)
{
    run_cases(owner_cases, ARRAY_SIZE(owner_cases));
}

static void test_stock(void)
{
    run_cases(stock_cases, ARRAY_SIZE(stock_cases));
}

/* A VF names its PF; what is known already keeps its node. */
static void test_reports(void)
{
    static const struct plan_case made = {
        "reports",
        ROOT "01:00.0 card; 01:10.0 vf=01:00.0 extfn; "
             "00:02.0 port 01-01 node=3",
        ROOT "01:00.0 card; 00:02.0 port 01-02 node=1",
        MODULE,
        PLAN_REPAIR_ALL,
        NULL,
        NULL,
        NULL
    };
    struct plan_trial trial;
    const struct plan_step *step;

    trial_make(&trial, &made);
    CU_ASSERT_EQUAL_FATAL(trial.plan.step_count, 2);
    step = &trial.plan.steps[0];
    CU_ASSERT_EQUAL(step->action, PLAN_REPORT);
    /* The node that is on record is handed back. */
    CU_ASSERT_EQUAL(step->report.node, 1);
    CU_ASSERT(!step->report.is_virtfn);
    step = &trial.plan.steps[1];
    CU_ASSERT_EQUAL(step->action, PLAN_ADD);
    CU_ASSERT(step->report.is_virtfn);
    CU_ASSERT(step->report.is_extfn);
    CU_ASSERT_EQUAL(step->report.physfn_bus, 1);
    CU_ASSERT_EQUAL(step->report.physfn_devfn, 0);
    CU_ASSERT_EQUAL(step->report.node, XPCI_NO_NODE);
    trial_dispose(&trial);
}

/*
 * `known` disks on record, of which dom0 lists `present`, and `virtual` VFs
 * of a card that stays, which all go.
 */
struct share_case {
    unsigned int known;
    unsigned int present;
    unsigned int virtual;
    unsigned int before; /* known when the run began; 0: it begins */
    bool force;
    bool shrunken;
};

static void add_disk(struct xpci_snapshot *snapshot, unsigned int number,
                     uint16_t flags)
{
    const struct xpci_device_info disk = {
        .sbdf = XPCI_SBDF(0, flags ? 2 : 1, number),
        .class_revision = 0x01080200,
        .vendor = 0x1234,
        .device = 5,
        .flags = flags,
        .owner = XPCI_OWNER_UNKNOWN,
        .type = XPCI_TYPE_ENDPOINT,
        .physfn = XPCI_SBDF(0, 1, 0),
        .node = XPCI_NO_NODE,
    };

    CU_ASSERT_EQUAL_FATAL(xpci_snapshot_add_device(snapshot, &disk), 0);
}

static void check_share(const struct share_case *made)
{
    struct xpci_snapshot dom0, hypervisor;
    struct sbdf_set none;
    struct plan plan;
    struct plan_input input = { .dom0 = &dom0,
                                .hypervisor = &hypervisor,
                                .listed = &none,
                                .module = true,
                                .force = made->force,
                                .repair = PLAN_REPAIR_ALL,
                                .known_before = made->before };
    unsigned int i;

    sbdf_set_init(&none);
    xpci_snapshot_init(&dom0);
    xpci_snapshot_init(&hypervisor);
    for ( i = 0; i < made->known; i++ )
        add_disk(&hypervisor, i, 0);
    for ( i = 0; i < made->virtual; i++ )
        add_disk(&hypervisor, i, XPCI_VIRTFN);
    for ( i = 0; i < made->present; i++ )
        add_disk(&dom0, i, 0);
    plan_init(&plan);
    CU_ASSERT_EQUAL_FATAL(plan_make(&plan, &input), 0);
    if ( plan.shrunken != made->shrunken )
        fprintf(stderr, "\n%u of %u, %u VFs: %d\n", made->present, made->known,
                made->virtual, plan.shrunken);
    CU_ASSERT_EQUAL(plan.shrunken, made->shrunken);
    CU_ASSERT_EQUAL(plan.step_count == 0, made->shrunken);
    CU_ASSERT_EQUAL(plan.left_count == 0, !made->shrunken);
    plan_dispose(&plan);
    xpci_snapshot_dispose(&hypervisor);
    xpci_snapshot_dispose(&dom0);
}

/* So much does not go at once: dom0's view is broken. */
static void test_share(void)
{
    static const struct share_case cases[] = {
        { 8, 0, 0, 0, false, false },
        { 9, 0, 0, 0, false, true },
        { 16, 8, 0, 0, false, false },
        { 17, 8, 0, 0, false, true },
        { 17, 9, 0, 0, false, false },
        { 100, 50, 0, 0, false, false },
        { 100, 49, 0, 0, false, true },
        { 100, 49, 0, 0, true, false },
        { 10, 9, 200, 0, false, false },
        { 10, 10, 200, 0, false, false },
        /* Half, and half of the rest, in one run. */
        { 50, 25, 0, 100, false, true },
        { 50, 25, 0, 50, false, false },
    };
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
        check_share(&cases[i]);
}

static void test_words(void)
{
    enum plan_repair repair;

    CU_ASSERT_EQUAL(plan_repair_parse("safe", &repair), 0);
    CU_ASSERT_EQUAL(repair, PLAN_REPAIR_SAFE);
    CU_ASSERT_EQUAL(plan_repair_parse("", &repair), -EINVAL);
    CU_ASSERT_EQUAL(plan_repair_parse("All", &repair), -EINVAL);
    CU_ASSERT_STRING_EQUAL(plan_repair_name(PLAN_REPAIR_ALL), "all");
}

CU_TestInfo plan_tests[] = {
    { "on the module", test_module },
    { "what is not dom0's", test_owners },
    { "on a stock Xen", test_stock },
    { "what a step reports", test_reports },
    { "how much goes at once", test_share },
    { "the words of --repair", test_words },
    CU_TEST_INFO_NULL,
};
