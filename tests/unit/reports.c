/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a report does: it refreshes the path above it, it is idempotent, and
 * another device in the same place is another device.
 */
#include "script.h"
#include "suites.h"

#define AT(bus, slot, function) XPCI_SBDF(0, bus, (slot) << 3 | (function))

static void refreshes_the_path(void)
{
    static const struct script_case cases[] = {
        { "a hot-added bridge that was programmed afterwards",
          "00:01.0 r 1 3; add 00:01.0; 01:00.0 p 0 0; add 01:00.0;"
          "01:00.0 p 2 2; 02:00.0 e; add 02:00.0",
          "00:01.0 01:00.0 02:00.0", "1>00:01.0 2>01:00.0~01:00.0 3>00:01.0",
          "", NULL },
        { "three of them, one behind the other",
          "00:01.0 r 0 0; add 00:01.0; 01:00.0 u 0 0; add 01:00.0;"
          "02:00.0 p 0 0; add 02:00.0; 00:01.0 r 1 3; 01:00.0 u 2 3;"
          "02:00.0 p 3 3; 03:00.0 e; add 03:00.0",
          "00:01.0 01:00.0 02:00.0 03:00.0",
          "1>00:01.0 2>01:00.0 3>02:00.0~02:00.0", "", NULL },
        { "a bridge with old numbers moves when something behind it comes",
          "00:01.0 p 1 1; add 00:01.0; 00:01.0 p 4 4; 04:00.0 e; add 04:00.0",
          "00:01.0 04:00.0", "4>00:01.0~00:01.0", "", NULL },
        /* ff is the parent's end while Linux scans; no call when lowered */
        { "a subordinate that was ff does not hide a later sibling",
          "00:01.0 r 1 ff; add 00:01.0; 01:00.0 e; add 01:00.0;"
          "00:01.0 r 1 1; 00:02.0 p 2 ff; add 00:02.0; 02:00.0 e;"
          "add 02:00.0; 00:02.0 p 2 2; 00:03.0 r 3 3; add 00:03.0",
          "00:01.0 00:02.0 00:03.0 01:00.0 02:00.0",
          "1>00:01.0 2>00:02.0~00:02.0 3>00:03.0", "", NULL },
        /* 9 lies in [1-ff] as well, but no bridge was programmed for it */
        { "what no bridge has as its secondary makes it look at all lower",
          "00:01.0 r 1 ff; add 00:01.0; 00:01.0 r 1 3; 09:00.0 e;"
          "add 09:00.0",
          "00:01.0 09:00.0", "1>00:01.0 2>00:01.0 3>00:01.0", "", NULL },
        { "a bridge that sleeps stays while it is not in the way",
          "00:01.0 r 1 1; 00:02.0 r 2 2; add 00:01.0; add 00:02.0;"
          "gone 00:01.0; 05:00.0 e; add 05:00.0",
          "00:01.0 00:02.0 05:00.0", "1>00:01.0 2>00:02.0", "", "" },
        { "a bridge that is gone does not lead to what is there",
          "00:01.0 r 1 1; add 00:01.0; gone 00:01.0; 01:00.0 e; add 01:00.0",
          "00:01.0-? 01:00.0", "", "", NULL },
        { "nor by its range",
          "00:01.0 r 1 3; add 00:01.0; gone 00:01.0; 03:00.0 e; add 03:00.0",
          "00:01.0-? 03:00.0", "", "", NULL },
        { "nor does it keep its buses from one that is there",
          "00:01.0 r 1 3; add 00:01.0; gone 00:01.0; 00:02.0 r 2 4;"
          "add 00:02.0",
          "00:01.0-? 00:02.0", "2>00:02.0 3>00:02.0 4>00:02.0", "", NULL },
        { "an endpoint's BAR is not taken for bus numbers",
          "00:01.0 r 1 1; add 00:01.0; 00:01.0 o; 01:00.0 e; add 01:00.0",
          "00:01.0-? 01:00.0", "", "", NULL },
        { "another bridge's numbers are not taken for this one's",
          "00:01.0 r 1 1; add 00:01.0; 00:01.0 p 1 1; 01:00.0 e; add 01:00.0",
          "00:01.0-? 01:00.0", "", "", NULL },
        { "what reads as itself again is not stale any more",
          "00:01.0 r 1 1; add 00:01.0; gone 00:01.0; 01:00.0 e; add 01:00.0;"
          "00:01.0 r 1 1; add 01:00.0",
          "00:01.0 01:00.0", "1>00:01.0", "", NULL },
        /* 2 is in [1-2] and nobody's secondary: the PF's bridge is enough */
        { "a VF on the next bus is reached as its PF is",
          "00:01.0 p 1 2; 01:00.0 e; 02:00.0 v; 00:02.0 r 3 3; add 00:01.0;"
          "add 00:02.0; 00:02.0 r 4 4; vf 02:00.0 01:00.0",
          "00:01.0 00:02.0 01:00.0 02:00.0v",
          "1>00:01.0~00:01.0 2>00:01.0~00:01.0 3>00:02.0", "", NULL },
        { "unless nothing covers that bus",
          "00:01.0 p 1 1; 01:00.0 e; 02:00.0 v; 00:02.0 r 3 3; add 00:01.0;"
          "add 00:02.0; 00:02.0 r 2 4; vf 02:00.0 01:00.0",
          "00:01.0 00:02.0 01:00.0 02:00.0v",
          "1>00:01.0~00:01.0 2>00:02.0 3>00:02.0 4>00:02.0", "", NULL },
        { "nor where a bridge that is gone was nearer",
          "00:01.0 p 1 5; 01:00.0 e; 01:01.0 r 2 5; add 00:01.0; add 01:01.0;"
          "gone 01:01.0; 03:00.0 v; vf 03:00.0 01:00.0",
          "00:01.0 01:00.0 01:01.0-? 03:00.0v",
          "1>00:01.0~00:01.0 2>00:01.0~00:01.0 3>00:01.0~00:01.0 "
          "4>00:01.0~00:01.0 5>00:01.0~00:01.0",
          "", NULL },
        { "the way to a PF that its VF brings is read, too",
          "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 v; add 00:01.0;"
          "add 00:02.0; gone 00:01.0; vf 02:00.0 01:00.0",
          "00:01.0-? 00:02.0 01:00.0 02:00.0v", "2>00:02.0", "", NULL },
        /* 03:00.0 is on the way from bus 4, and then leads to bus 5 */
        { "what comes into the way while it is read is looked at, too",
          "00:03.0 r 3 3; add 00:03.0; 03:00.0 r 4 4; add 03:00.0;"
          "00:01.0 r 4 5; add 00:01.0; 04:00.0 p 5 5; add 04:00.0;"
          "03:00.0 r 5 5; gone 00:03.0; 05:00.0 e; add 05:00.0",
          "00:01.0! 00:03.0-? 03:00.0! 04:00.0!^ 05:00.0", NULL, NULL, NULL },
        { "a reset bridge is read again",
          "00:01.0 r 1 4; add 00:01.0; 00:01.0 r 2 2; reset 00:01.0", "00:01.0",
          "2>00:01.0", "", "" },
        { "a reset refreshes the path, too",
          "00:01.0 r 1 2; 01:00.0 e; add 00:01.0; add 01:00.0; 00:01.0 p 1 1;"
          "00:01.0 r 1 1; reset 01:00.0",
          "00:01.0 01:00.0", "1>00:01.0", "", "" },
        /* 05:00.0 clashes with 02:00.0 as it was, which leads to bus 5 now */
        { "a reset of a bridge that brings another into its way",
          "00:01.0 r 5 8; 00:03.0 r 2 4; 02:00.0 p b c; 05:00.0 p 6 6;"
          "add 00:01.0; add 00:03.0; add 02:00.0; add 05:00.0;"
          "00:03.0 r 1 1; 02:00.0 p 5 5; 05:00.0 p c d; reset 05:00.0",
          "00:01.0! 00:03.0 02:00.0!^ 05:00.0^",
          "1>00:03.0 5>02:00.0~02:00.0 6>00:01.0 7>00:01.0 8>00:01.0"
          " c>05:00.0~02:00.0 d>05:00.0~02:00.0",
          NULL, NULL },
        { "a scan moves nothing",
          "00:01.0 r 1 4; scan 00:01.0; 00:01.0 r 2 2; 02:00.0 e;"
          "scan 02:00.0; scan 00:01.0",
          "00:01.0 02:00.0", "1>00:01.0 2>00:01.0 3>00:01.0 4>00:01.0", "",
          "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

static void another_device_is_another_device(void)
{
    static const struct script_case cases[] = {
        { "an endpoint in another's place",
          "01:00.0 e; add 01:00.0; 01:00.0 o; add 01:00.0", "01:00.0", "",
          "01:00.0", "" },
        { "an endpoint in a bridge's place: all behind it goes",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; 00:01.0 e;"
          "add 00:01.0",
          "00:01.0", "", "01:00.0 00:01.0", "" },
        { "a bridge in an endpoint's place",
          "00:01.0 e; add 00:01.0; 00:01.0 r 1 1; add 00:01.0", "00:01.0",
          "1>00:01.0", "00:01.0", "" },
        /* root port and upstream port: vendor, device and type differ */
        { "a bridge in another's place: all behind it goes",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; 00:01.0 u 1 1;"
          "add 00:01.0",
          "00:01.0", "1>00:01.0", "01:00.0 00:01.0", "" },
        { "a bridge in a refused one's place",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
          "refuse 00:01.0; 00:01.0 p 1 1; add 00:01.0",
          "00:01.0", "1>00:01.0~00:01.0", "01:00.0", "" },
        { "the same bridge with other numbers stays",
          "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; 00:01.0 r 1 2;"
          "add 00:01.0",
          "00:01.0 01:00.0", "1>00:01.0 2>00:01.0", "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

/* Everything that makes up an identity, one after the other. */
static void each_part_of_an_identity(void)
{
    static const struct world_function same = {
        .sbdf = AT(1, 0, 0),
        .vendor = 0x8086,
        .device = 0x10c9,
        .class_revision = 0x02000001,
        .pcie = 0,
    };
    struct world_function others[7];
    struct machine machine;
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(others); i++ )
        others[i] = same;
    others[0].vendor = 0x8087;
    others[1].device = 0x10ca;
    others[2].class_revision = 0x02000002;
    others[3].class_revision = 0x02010001;
    others[4].pcie = 9;
    others[5].layout = 2;
    others[6].multifunction = true; /* no part of it */
    for ( i = 0; i < ARRAY_SIZE(others); i++ )
    {
        machine_init(&machine);
        world_set(&machine.world, &same);
        CU_ASSERT_EQUAL(machine_add(&machine, same.sbdf), 0);
        world_set(&machine.world, &others[i]);
        CU_ASSERT_EQUAL(machine_add(&machine, same.sbdf), 0);
        CU_ASSERT_EQUAL(machine.host.removed.count, i < 6 ? 1 : 0);
        machine_dispose(&machine);
    }
}

static void the_same_report_changes_nothing(void)
{
    struct machine machine;
    struct xpci_device_info info;
    uint32_t generation;

    machine_init(&machine);
    machine_run(&machine, "00:01.0 p 1 2; 01:00.0 e; 02:00.0 v; add 00:01.0;"
                          "add 01:00.0; vf 02:00.0 01:00.0");
    generation = xpci_generation(machine.xpci);
    machine_run(&machine,
                "add 00:01.0; add 01:00.0; vf 02:00.0 01:00.0; reset 01:00.0;"
                "scan 00:01.0; reset 00:01.0; remove 05:00.0 = -19;"
                "add 06:00.0 = -19; refuse 07:00.0");
    CU_ASSERT_EQUAL(xpci_generation(machine.xpci), generation);
    machine_run(&machine, "ext 01:00.0");
    CU_ASSERT_NOT_EQUAL(xpci_generation(machine.xpci), generation);
    generation = xpci_generation(machine.xpci);
    machine_run(&machine, "00:01.0 p 1 3; reset 00:01.0");
    CU_ASSERT_NOT_EQUAL(xpci_generation(machine.xpci), generation);
    CU_ASSERT_EQUAL(xpci_device(machine.xpci, AT(0, 1, 0), &info), 0);
    CU_ASSERT_EQUAL(info.subordinate, 3);
    machine_dispose(&machine);
}

static void a_report_brings_the_node_up_to_date(void)
{
    /* What is reported, and the node afterwards: no node says nothing. */
    static const struct {
        uint32_t reported;
        uint32_t node;
    } nodes[] = {
        { XPCI_NO_NODE, XPCI_NO_NODE },
        { 0, 0 },
        { 0, 0 },
        { 3, 3 },
        { XPCI_NO_NODE, 3 },
        { 1, 1 },
    };
    struct xpci_report report = { 0 };
    struct xpci_device_info info;
    struct machine machine;
    size_t i;

    machine_init(&machine);
    machine_run(&machine, "01:00.0 e; 01:00.1 v");
    for ( i = 0; i < ARRAY_SIZE(nodes); i++ )
    {
        report.node = nodes[i].reported;
        machine.host.locked = true;
        CU_ASSERT_EQUAL(xpci_add(machine.xpci, AT(1, 0, 0), &report), 0);
        machine.host.locked = false;
        CU_ASSERT_EQUAL(xpci_device(machine.xpci, AT(1, 0, 0), &info), 0);
        CU_ASSERT_EQUAL(info.node, nodes[i].node);
        CU_ASSERT_EQUAL(machine.host.removed.count, 0);
    }
    machine_dispose(&machine);
}

/* A path of four bridges: each is read once, and nothing beside it. */
static void a_report_reads_the_path_once(void)
{
    struct machine machine;
    unsigned int bus;
    unsigned long reads;

    machine_init(&machine);
    machine_run(&machine,
                "00:01.0 r 1 9; 01:00.0 u 2 9; 02:00.0 d 3 9; 03:00.0 p 4 9;"
                "00:02.0 r a b; 02:01.0 d 0 0; 04:00.0 e;"
                "add 00:01.0; add 01:00.0; add 02:00.0; add 03:00.0;"
                "add 00:02.0; add 02:01.0; add 04:00.0");
    machine.host.watched_offset = 0x18;
    for ( bus = 0; bus < 4; bus++ )
    {
        machine.host.watched_sbdf = AT(bus, bus ? 0 : 1, 0);
        CU_ASSERT_EQUAL(machine_add(&machine, AT(4, 0, 0)), 0);
        CU_ASSERT_EQUAL(machine.host.reads_of_watched, 1);
    }
    reads = machine.host.reads;
    machine.host.watched_sbdf = AT(0, 2, 0);
    CU_ASSERT_EQUAL(machine_add(&machine, AT(4, 0, 0)), 0);
    CU_ASSERT_EQUAL(machine.host.reads_of_watched, 0);
    machine.host.watched_sbdf = AT(2, 1, 0);
    CU_ASSERT_EQUAL(machine_add(&machine, AT(4, 0, 0)), 0);
    CU_ASSERT_EQUAL(machine.host.reads_of_watched, 0);
    /* O(depth): a machine with 30 more bridges beside costs no read more. */
    for ( bus = 0x20; bus < 0x3e; bus++ )
    {
        struct small_function function = {
            AT(5, bus - 0x20, 1), 'r', (uint8_t)bus, (uint8_t)bus, 0, false, 0
        };
        struct event event = small_config(&function);

        world_set(&machine.world, &event.function);
        CU_ASSERT_EQUAL(machine_add(&machine, function.sbdf), 0);
    }
    CU_ASSERT_EQUAL(machine_add(&machine, AT(4, 0, 0)), 0);
    CU_ASSERT_EQUAL(machine.host.reads, reads);
    machine_dispose(&machine);
}

CU_TestInfo report_tests[] = {
    { "refreshes the path above it", refreshes_the_path },
    { "reads the path once, and no more", a_report_reads_the_path_once },
    { "another device is another device", another_device_is_another_device },
    { "each part of an identity", each_part_of_an_identity },
    { "the same report changes nothing", the_same_report_changes_nothing },
    { "brings the node up to date", a_report_brings_the_node_up_to_date },
    CU_TEST_INFO_NULL,
};
