/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walk of a tree meets every device once and ends, whatever the tables
 * say; a stock Xen's tables may go round.
 */
#include <stdlib.h>

#include <CUnit/Basic.h>

#include "../../tools/tree.h"

#define MACHINES 20000
#define MOST_DEVICES 24

static void add_device(struct xpci_snapshot *snapshot, uint32_t sbdf,
                       uint8_t secondary, uint8_t subordinate)
{
    const struct xpci_device_info info = {
        .sbdf = sbdf,
        .flags = secondary ? XPCI_BRIDGE | XPCI_CONFIGURED : 0,
        .secondary = secondary,
        .subordinate = subordinate,
    };

    CU_ASSERT_FATAL(!xpci_snapshot_add_device(snapshot, &info));
}

static void add_bus(struct xpci_snapshot *snapshot, uint16_t segment,
                    uint8_t bus, uint32_t bridge)
{
    const struct xpci_bus_info info = {
        .segment = segment,
        .bus = bus,
        .bridge = bridge,
    };

    CU_ASSERT_FATAL(!xpci_snapshot_add_bus(snapshot, &info));
}

struct visit {
    size_t devices;
    size_t ends;
    size_t noted; /* buses with a note */
    unsigned int deepest;
};

/* Walk all; false: more steps than a tree of that size has. */
static bool walk(const struct xpci_snapshot *snapshot, struct visit *visit)
{
    size_t left = 8 * snapshot->device_count + 8;
    struct tree *tree = tree_open(snapshot);
    struct tree_step step;

    CU_ASSERT_PTR_NOT_NULL_FATAL(tree);
    *visit = (struct visit){ 0 };
    for ( tree_next(tree, &step); left && step.event != TREE_END; left-- )
    {
        if ( step.depth > visit->deepest )
            visit->deepest = step.depth;
        visit->devices += step.event == TREE_DEVICE;
        visit->ends += step.event == TREE_DEVICE_END;
        visit->noted += step.event == TREE_BUS && step.bus->note;
        tree_next(tree, &step);
    }
    tree_close(tree);
    return left;
}

/* 6 -> 06:00.0, 7 -> 06:00.0, 8 -> 07:01.0: bus 6 is cut off, once. */
static void test_story_of_2014(void)
{
    struct xpci_snapshot snapshot;
    struct visit visit;

    xpci_snapshot_init(&snapshot);
    add_device(&snapshot, XPCI_SBDF(0, 0, 0), 0, 0);
    add_device(&snapshot, XPCI_SBDF(0, 6, 0), 7, 8);
    add_device(&snapshot, XPCI_SBDF(0, 7, 8), 8, 8);
    add_device(&snapshot, XPCI_SBDF(0, 8, 0), 0, 0);
    add_bus(&snapshot, 0, 6, XPCI_SBDF(0, 6, 0));
    add_bus(&snapshot, 0, 7, XPCI_SBDF(0, 6, 0));
    add_bus(&snapshot, 0, 8, XPCI_SBDF(0, 7, 8));
    CU_ASSERT(walk(&snapshot, &visit));
    CU_ASSERT_EQUAL(visit.devices, 4);
    CU_ASSERT_EQUAL(visit.ends, 4);
    CU_ASSERT_EQUAL(visit.noted, 1);
    xpci_snapshot_dispose(&snapshot);
}

/* A bridge that nobody knows, and one of another segment, lead nowhere. */
static void test_bridge_not_there(void)
{
    struct xpci_snapshot snapshot;
    struct visit visit;

    xpci_snapshot_init(&snapshot);
    add_device(&snapshot, XPCI_SBDF(0, 0, 0), 1, 1);
    add_device(&snapshot, XPCI_SBDF(0, 5, 0), 0, 0);
    add_device(&snapshot, XPCI_SBDF(1, 5, 0), 0, 0);
    add_bus(&snapshot, 0, 5, XPCI_SBDF(0, 3, 0));
    add_bus(&snapshot, 1, 5, XPCI_SBDF(0, 0, 0));
    CU_ASSERT(walk(&snapshot, &visit));
    CU_ASSERT_EQUAL(visit.devices, 3);
    CU_ASSERT_EQUAL(visit.noted, 2);
    xpci_snapshot_dispose(&snapshot);
}

/* 255 bridges in a line: as deep as a segment can be. */
static void test_deepest(void)
{
    struct xpci_snapshot snapshot;
    struct visit visit;
    unsigned int bus;

    xpci_snapshot_init(&snapshot);
    for ( bus = 0; bus < 255; bus++ )
    {
        add_device(&snapshot, XPCI_SBDF(0, bus, 0), (uint8_t)(bus + 1), 255);
        add_bus(&snapshot, 0, (uint8_t)(bus + 1), XPCI_SBDF(0, bus, 0));
    }
    add_device(&snapshot, XPCI_SBDF(0, 255, 0), 0, 0);
    CU_ASSERT(walk(&snapshot, &visit));
    CU_ASSERT_EQUAL(visit.devices, 256);
    CU_ASSERT_EQUAL(visit.deepest, 2 * 255 + 1);
    xpci_snapshot_dispose(&snapshot);
}

/* Bridges that lead anywhere, buses behind any device: many such machines. */
static void test_anything(void)
{
    unsigned int machine, i;

    srandom(1);
    for ( machine = 0; machine < MACHINES; machine++ )
    {
        unsigned int devices = (unsigned int)random() % MOST_DEVICES;
        struct xpci_snapshot snapshot;
        struct visit visit;

        xpci_snapshot_init(&snapshot);
        for ( i = 0; i < devices; i++ )
            add_device(&snapshot, XPCI_SBDF(i / 12, i % 12 / 2, i % 2),
                       (uint8_t)(random() % 8), (uint8_t)(random() % 8));
        for ( i = 0; i < 16; i++ )
            if ( random() % 4 )
                add_bus(&snapshot, (uint16_t)(i / 8), (uint8_t)(i % 8),
                        XPCI_SBDF(random() % 2, random() % 6, random() % 2));
        CU_ASSERT_FATAL(walk(&snapshot, &visit));
        CU_ASSERT_EQUAL_FATAL(visit.devices, devices);
        CU_ASSERT_EQUAL_FATAL(visit.ends, devices);
        xpci_snapshot_dispose(&snapshot);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        { "the story of 2014", test_story_of_2014 },
        { "a bridge that is not there", test_bridge_not_there },
        { "as deep as can be", test_deepest },
        { "tables that say anything", test_anything },
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        { "walk of a tree", NULL, NULL, NULL, NULL, tests },
        CU_SUITE_INFO_NULL,
    };
    unsigned int failed;

    if ( CU_initialize_registry() != CUE_SUCCESS ||
         CU_register_suites(suites) != CUE_SUCCESS )
        return 1;
    CU_basic_run_tests();
    failed = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failed != 0;
}
