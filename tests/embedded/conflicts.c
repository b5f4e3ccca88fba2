/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words for bridges in conflict, against a comparison of each bridge with
 * all others, and for as many bridges as a segment can have.
 */
#include "conflicts.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <CUnit/Basic.h>

#include <xen-pci/snapshot.h>

#define ROUNDS 300
#define SEGMENTS 3U
#define BRIDGES_MOST 60U

/* Buses 0 to 254, with 256 functions each. */
#define MANY (255U * 256U)
/* Comparing each with all others takes 46 s, counting takes 0.3 s. */
#define SECONDS_MOST 20

static unsigned int choose(unsigned int first, unsigned int last)
{
    return first + (unsigned int)rand() % (last - first + 1);
}

static void add_bridge(struct xpci_snapshot *snapshot, uint32_t sbdf,
                       unsigned int last)
{
    unsigned int bus = XPCI_BUS(sbdf);
    struct xpci_device_info info = {
        .sbdf = sbdf,
        .type = XPCI_TYPE_PCI_BRIDGE,
        .flags = XPCI_BRIDGE | XPCI_CONFIGURED | XPCI_CONFLICT,
        .header_type = 1,
    };

    info.secondary = (uint8_t)choose(bus + 1, last);
    info.subordinate = (uint8_t)choose(info.secondary, last);
    CU_ASSERT_EQUAL_FATAL(xpci_snapshot_add_device(snapshot, &info), 0);
    CU_ASSERT_EQUAL_FATAL(xpci_snapshot_add_problem_of(snapshot, &info), 0);
}

/* Few buses, so that ranges touch, nest and meet in every way. */
static void fill(struct xpci_snapshot *snapshot)
{
    unsigned int count = choose(2, BRIDGES_MOST), i;

    for ( i = 0; i < count; i++ )
    {
        uint32_t sbdf = XPCI_SBDF(choose(0, SEGMENTS - 1), choose(0, 5), i);

        add_bridge(snapshot, sbdf, 7);
    }
    xpci_snapshot_sort(snapshot);
}

static bool nests(const struct xpci_device_info *inner,
                  const struct xpci_device_info *outer)
{
    return outer->secondary <= XPCI_BUS(inner->sbdf) &&
           XPCI_BUS(inner->sbdf) <= outer->subordinate &&
           inner->subordinate <= outer->subordinate;
}

static bool clash(const struct xpci_device_info *a,
                  const struct xpci_device_info *b)
{
    unsigned int bus;

    if ( a == b || XPCI_SEGMENT(a->sbdf) != XPCI_SEGMENT(b->sbdf) ||
         nests(a, b) || nests(b, a) )
        return false;
    for ( bus = a->secondary; bus <= a->subordinate; bus++ )
        if ( b->secondary <= bus && bus <= b->subordinate )
            return true;

    return false;
}

static void expect(const struct xpci_snapshot *snapshot,
                   const struct xpci_device_info *bridge, char *text,
                   size_t size)
{
    char sbdf[XPCI_SBDF_LENGTH], other[XPCI_SBDF_LENGTH] = "", more[32] = "";
    const struct xpci_device_info *first = NULL;
    size_t i, count = 0;

    for ( i = 0; i < snapshot->device_count; i++ )
        if ( clash(bridge, &snapshot->devices[i]) && !count++ )
            first = &snapshot->devices[i];
    xpci_sbdf_format(sbdf, bridge->sbdf);
    if ( count > 1 )
        snprintf(more, sizeof(more), " and %zu more", count - 1);
    if ( !first )
        snprintf(text, size,
                 "the buses %02x-%02x of bridge %s clash with "
                 "another bridge's; ",
                 bridge->secondary, bridge->subordinate, sbdf);
    else
        snprintf(text, size,
                 "the buses %02x-%02x of bridge %s clash with "
                 "%02x-%02x of bridge %s%s; ",
                 bridge->secondary, bridge->subordinate, sbdf, first->secondary,
                 first->subordinate, xpci_sbdf_format(other, first->sbdf),
                 more);
}

void test_conflicts_named(void)
{
    struct xpci_snapshot snapshot;
    unsigned int round;
    char text[200];
    size_t i;

    srand(1);
    for ( round = 0; round < ROUNDS; round++ )
    {
        xpci_snapshot_init(&snapshot);
        fill(&snapshot);
        CU_ASSERT_EQUAL(xpci_snapshot_name_conflicts(&snapshot), 0);
        CU_ASSERT_EQUAL(snapshot.problem_count, snapshot.device_count);
        for ( i = 0; i < snapshot.problem_count; i++ )
        {
            const struct xpci_snapshot_problem *problem = &snapshot.problems[i];

            expect(&snapshot, xpci_snapshot_device(&snapshot, problem->sbdf),
                   text, sizeof(text));
            CU_ASSERT_EQUAL(strncmp(problem->text, text, strlen(text)), 0);
        }
        xpci_snapshot_dispose(&snapshot);
    }
}

static void count_told(void *data, const struct xpci_snapshot_problem *problem,
                       uint8_t last, const char *text)
{
    (void)problem;
    (void)last;
    (void)text;
    ++*(size_t *)data;
}

void test_many_conflicts(void)
{
    const struct rlimit limit = { SECONDS_MOST, SECONDS_MOST };
    struct xpci_snapshot snapshot;
    size_t told = 0;
    uint32_t sbdf;

    xpci_snapshot_init(&snapshot);
    for ( sbdf = 0; sbdf < MANY; sbdf++ )
        add_bridge(&snapshot, sbdf, 255);
    xpci_snapshot_sort(&snapshot);
    /* Ends the program with SIGXCPU. */
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_CPU, &limit), 0);
    CU_ASSERT_EQUAL(xpci_snapshot_name_conflicts(&snapshot), 0);
    CU_ASSERT_EQUAL(xpci_snapshot_tell_problems(&snapshot, count_told, &told),
                    0);
    CU_ASSERT_EQUAL(told, MANY);
    xpci_snapshot_dispose(&snapshot);
}
