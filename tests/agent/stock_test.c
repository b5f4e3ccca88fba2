/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be learnt of a stock Xen: its list, and the owners on its console.
 */
#include <stdio.h>

#include "hypervisor/xen_stock.h"
#include "machine.h"
#include "suites.h"

struct stock {
    struct sbdf_set known;
    unsigned int queries;
    uint32_t fail_at; /* the segment whose query fails; 0: none */
};

static int query(void *data, uint32_t first, unsigned int count, bool *known)
{
    struct stock *stock = data;
    unsigned int i;

    stock->queries++;
    CU_ASSERT(count <= XEN_STOCK_BATCH);
    if ( stock->fail_at && XPCI_SEGMENT(first) == stock->fail_at )
        return -EACCES;
    for ( i = 0; i < count; i++ )
        known[i] = sbdf_set_has(&stock->known, first + i);

    return 0;
}

/*
 * known = {00:00.0, ff:1f.7, 0003:01:00.0, 0007:00:00.0}; dom0 has segments 0
 * and 3: what Xen knows in segment 7 cannot be found out.
 */
static void test_known(void)
{
    struct xpci_snapshot dom0, snapshot;
    struct stock stock = { .queries = 0 };

    sbdf_set_init(&stock.known);
    machine_set(&stock.known, "00:00.0 ff:1f.7 0003:01:00.0 0007:00:00.0");
    xpci_snapshot_init(&dom0);
    machine_read(&dom0, "00:00.0 host; 00:01.0 disk; 0003:00:00.0 host; "
                        "0003:01:00.0 card");
    xpci_snapshot_init(&snapshot);
    CU_ASSERT_EQUAL(xen_stock_known(query, &stock, &dom0, &snapshot), 0);
    CU_ASSERT_EQUAL(stock.queries, 2 * 0x10000 / XEN_STOCK_BATCH);
    CU_ASSERT_EQUAL(snapshot.source, XPCI_SOURCE_XEN_STOCK);
    CU_ASSERT_EQUAL_FATAL(snapshot.device_count, 3);
    CU_ASSERT_EQUAL(snapshot.devices[0].type, XPCI_TYPE_HOST_BRIDGE);
    CU_ASSERT_EQUAL(snapshot.devices[1].sbdf, 0xffffU);
    CU_ASSERT_EQUAL(snapshot.devices[1].type, XPCI_TYPE_UNKNOWN);
    CU_ASSERT_EQUAL(snapshot.devices[2].type, XPCI_TYPE_ENDPOINT);
    xpci_snapshot_dispose(&snapshot);

    stock.fail_at = 3;
    CU_ASSERT_EQUAL(xen_stock_known(query, &stock, &dom0, &snapshot), -EACCES);
    xpci_snapshot_dispose(&snapshot);
    xpci_snapshot_dispose(&dom0);
    sbdf_set_dispose(&stock.known);
}

#define HEAD "(XEN) ==== PCI devices ====\n(XEN) ==== segment 0000 ====\n"

static const struct {
    const char *name;
    const char *console;
    const char *owned;
    const char *failed;
} owner_cases[] = {
    { "an empty console", "", "", "" },
    { "dom0's", HEAD "(XEN) 0000:02:00.0 - d0 - node -1  - MSIs < 56 57 >\n",
      "02:00.0", "" },
    { "with a time, and a carriage return",
      HEAD "(XEN) [   12.345678] 0000:02:00.0 - d0 - node -1 \r\n", "02:00.0",
      "" },
    { "without a prefix", "==== PCI devices ====\n0000:02:00.0 - d0 - node 0\n",
      "02:00.0", "" },
    { "nobody's: its add failed",
      HEAD "(XEN) 0000:02:00.0 - NULL - node -1 \n"
           "(XEN) 0000:03:00.0 - d[IDLE] - node -1 \n",
      "", "02:00.0" },
    { "another domain's, and one whose name begins alike",
      HEAD "(XEN) 0000:02:00.0 - d1 - node -1 \n"
           "(XEN) 0000:03:00.0 - d01 - node -1 \n"
           "(XEN) 0000:04:00.0 - DomIO:0 - node -1 \n",
      "", "" },
    { "the latest list counts",
      HEAD "(XEN) 0000:02:00.0 - d0 - node -1 \n" HEAD
           "(XEN) 0000:03:00.0 - d0 - node -1 \n",
      "03:00.0", "" },
    { "before any list", "(XEN) 0000:02:00.0 - d0 - node -1 \n", "", "" },
    { "a last line that is cut", HEAD "(XEN) 0000:02:00.0 - d0 - no", "", "" },
    { "other segments",
      HEAD "(XEN) 0000:02:00.0 - d0 - node -1 \n(XEN) ==== segment 0001 ====\n"
           "(XEN) 0001:02:00.0 - d0 - node -1 \n",
      "02:00.0 0001:02:00.0", "" },
    { "lines of others in between",
      HEAD "(XEN) something else - d0 - node\n(XEN) \n\n"
           "(XEN) 0000:02:00.0 - d0 - node -1 \n(XEN) 0000:03:0",
      "02:00.0", "" },
    { "not quite an SBDF",
      HEAD "(XEN) 0000:02:20.0 - d0 - node -1 \n"
           "(XEN) 02:00.0 - d0 - node -1 \n"
           "(XEN) x0000:02:00.0 - d0 - node -1 \n",
      "", "" },
};

/* The devices of `snapshot` whose owner is dom0, as SBDFs. */
static void dom0s(const struct xpci_snapshot *snapshot, char *text, size_t size)
{
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i, length = 0;

    text[0] = '\0';
    for ( i = 0; i < snapshot->device_count; i++ )
    {
        if ( snapshot->devices[i].owner == XPCI_OWNER_DOM0 )
            length += snprintf(
                text + length, size - length, "%s%s", length ? " " : "",
                xpci_sbdf_format(sbdf, snapshot->devices[i].sbdf) +
                    (XPCI_SEGMENT(snapshot->devices[i].sbdf) ? 0 : 5));
    }
}

static void known_machine(struct xpci_snapshot *snapshot)
{
    xpci_snapshot_init(snapshot);
    machine_read(snapshot, "02:00.0 disk; 03:00.0 disk; 04:00.0 disk; "
                           "0001:02:00.0 disk");
}

static void test_owners(void)
{
    struct xpci_snapshot snapshot;
    char text[128];
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(owner_cases); i++ )
    {
        known_machine(&snapshot);
        CU_ASSERT_EQUAL(xen_stock_owners(owner_cases[i].console, &snapshot), 0);
        dom0s(&snapshot, text, sizeof(text));
        ASSERT_TEXT(text, owner_cases[i].owned, owner_cases[i].name);
        CU_ASSERT_EQUAL(snapshot.problem_count, *owner_cases[i].failed ? 1 : 0);
        xpci_snapshot_dispose(&snapshot);
    }
}

/* A guest, the quarantine, Xen itself; and who cannot be told. */
static void test_foreign(void)
{
    struct xpci_snapshot snapshot;

    known_machine(&snapshot);
    CU_ASSERT_EQUAL(xen_stock_owners(HEAD
                                     "(XEN) 0000:02:00.0 - d17 - node -1 \n"
                                     "(XEN) 0000:03:00.0 - d[IO] - node -1 \n"
                                     "(XEN) 0000:04:00.0 - d[XEN] - node -1 \n"
                                     "(XEN) 0000:05:00.0 - d0 - node -1 \n",
                                     &snapshot),
                    0);
    CU_ASSERT_EQUAL(snapshot.devices[0].owner, 17);
    CU_ASSERT_EQUAL(snapshot.devices[1].owner, XPCI_OWNER_QUARANTINE);
    CU_ASSERT_EQUAL(snapshot.devices[2].owner, XPCI_OWNER_XEN);
    CU_ASSERT_EQUAL(snapshot.devices[3].owner, XPCI_OWNER_UNKNOWN);
    xpci_snapshot_dispose(&snapshot);
}

/*
 * dom0 = {00:00.0, 01:00.0}, Xen lists both and 02:00.0; the adds of 01:00.0
 * and 02:00.0 failed: nothing is touched, both are named.
 */
static void test_failed(void)
{
    struct xpci_snapshot dom0, known;
    struct sbdf_set none;
    struct plan plan;
    const struct plan_input input = { .dom0 = &dom0,
                                      .hypervisor = &known,
                                      .listed = &none,
                                      .repair = PLAN_REPAIR_ALL };
    char text[128];

    sbdf_set_init(&none);
    xpci_snapshot_init(&dom0);
    xpci_snapshot_init(&known);
    machine_read(&dom0, "00:00.0 host; 01:00.0 disk");
    machine_read(&known, "00:00.0 host; 01:00.0 disk; 02:00.0 disk");
    CU_ASSERT_EQUAL(xen_stock_owners(HEAD
                                     "(XEN) 0000:00:00.0 - d0 - node -1 \n"
                                     "(XEN) 0000:01:00.0 - NULL - node -1 \n"
                                     "(XEN) 0000:02:00.0 - NULL - node -1 \n"
                                     "(XEN) 0000:07:00.0 - NULL - node -1 \n",
                                     &known),
                    0);
    CU_ASSERT_EQUAL(known.problem_count, 2);

    plan_init(&plan);
    CU_ASSERT_EQUAL(plan_make(&plan, &input), 0);
    CU_ASSERT_EQUAL(plan.step_count, 0);
    machine_left(&plan, text, sizeof(text));
    CU_ASSERT_STRING_EQUAL(text, "01:00.0 02:00.0");

    plan_dispose(&plan);
    xpci_snapshot_dispose(&known);
    xpci_snapshot_dispose(&dom0);
}

/*
 * Known: a root port 01-03, on bus 01 a p2p 02-03, on bus 02 a legacy bridge
 * 03-03 and, nowhere in dom0, 04:00.0.  Of the bridges only those that alias
 * are in bus2bridge, and the topmost of them is the alias.
 */
static void test_shadow(void)
{
    static const char machine[] =
        "00:02.0 port 01-03; 01:00.0 p2p 02-03; 02:00.0 pci 03-03; "
        "03:00.0 nic";
    static const struct xpci_bus_info expected[] = {
        { .bus = 2, .bridge = XPCI_SBDF(0, 1, 0) },
        { .bus = 3, .bridge = XPCI_SBDF(0, 2, 0) },
    };
    struct xpci_snapshot dom0, known;
    struct stock stock = { .queries = 0 };
    size_t i;

    sbdf_set_init(&stock.known);
    machine_set(&stock.known, "00:02.0 01:00.0 02:00.0 03:00.0 04:00.0");
    xpci_snapshot_init(&dom0);
    xpci_snapshot_init(&known);
    machine_read(&dom0, machine);
    CU_ASSERT_EQUAL(xen_stock_known(query, &stock, &dom0, &known), 0);
    CU_ASSERT_EQUAL(xen_stock_shadow(&dom0, &known), 0);
    CU_ASSERT_EQUAL(known.device_count, 5);
    CU_ASSERT_EQUAL_FATAL(known.bus_count, ARRAY_SIZE(expected));
    for ( i = 0; i < known.bus_count; i++ )
    {
        CU_ASSERT_EQUAL(known.buses[i].bus, expected[i].bus);
        CU_ASSERT_EQUAL(known.buses[i].bridge, expected[i].bridge);
        CU_ASSERT(known.buses[i].has_upstream);
        CU_ASSERT_EQUAL(known.buses[i].upstream, XPCI_SBDF(0, 1, 0));
        CU_ASSERT_EQUAL(known.buses[i].secondary, 2);
    }
    xpci_snapshot_dispose(&known);
    xpci_snapshot_dispose(&dom0);
    sbdf_set_dispose(&stock.known);
}

CU_TestInfo stock_tests[] = {
    { "the list of known devices", test_known },
    { "owners, from the console", test_owners },
    { "owners that are not dom0", test_foreign },
    { "adds that failed", test_failed },
    { "what bus2bridge must be", test_shadow },
    CU_TEST_INFO_NULL,
};
