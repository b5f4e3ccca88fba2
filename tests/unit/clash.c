/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bridges that clash, found without comparing each with each, against comparing
 * each with each.
 */
#include <stdio.h>

#include "core/clash.h"
#include "suites.h"

#define SETS 10000U
#define BRIDGES_MOST 40U

/* Xorshift, so that every run looks at the same sets. */
static uint32_t next_random(void)
{
    static uint32_t state = 1;

    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;

    return state;
}

static unsigned int below(unsigned int limit)
{
    return next_random() % limit;
}

/* A bridge that is configured, on the first `buses` buses or the last. */
static struct xpci_bridge_entry random_entry(unsigned int buses, bool last)
{
    unsigned int bus = below(buses - 1U);
    unsigned int secondary = bus + 1U + below(buses - 1U - bus);
    unsigned int subordinate = secondary + below(buses - secondary);
    unsigned int first = last ? XPCI_BUSES - buses : 0;
    const struct xpci_bridge_entry entry = {
        (uint8_t)(first + bus), (uint8_t)next_random(),
        (uint8_t)(first + secondary), (uint8_t)(first + subordinate), 0
    };

    return entry;
}

static bool clashes_with_any(const struct xpci_bridge_entry *entries,
                             unsigned int count, unsigned int except,
                             const struct xpci_bridge_entry *entry)
{
    unsigned int i;

    for ( i = 0; i < count; i++ )
        if ( i != except && xpci_entry_clashes(entry, &entries[i]) )
            return true;

    return false;
}

static void expect(bool found, bool expected,
                   const struct xpci_bridge_entry *entry)
{
    if ( found == expected )
        return;
    printf("\n    on bus %02x [%02x-%02x] %s, and is said to%s\n", entry->bus,
           entry->secondary, entry->subordinate,
           expected ? "clashes" : "does not clash", expected ? " not" : "");
    CU_FAIL("a clash is not found, or one that is none");
}

static void check_set(struct xpci_clash_index *index, unsigned int *clashes,
                      unsigned int *others)
{
    struct xpci_bridge_entry entries[BRIDGES_MOST], stranger;
    unsigned int buses = below(8) ? 4U + below(12) : 2U + below(255);
    unsigned int count = 1U + below(below(4) ? 4U : BRIDGES_MOST), i;
    bool last = below(3) == 0;

    xpci_clash_clear(index);
    for ( i = 0; i < count; i++ )
    {
        entries[i] = random_entry(buses, last);
        xpci_clash_add(index, &entries[i]);
    }
    for ( i = 0; i < count; i++ )
    {
        bool expected = clashes_with_any(entries, count, i, &entries[i]);

        expect(xpci_clash_any(index, &entries[i], true), expected, &entries[i]);
        *(expected ? clashes : others) += 1;
    }
    for ( i = 0; i < count; i++ )
    {
        stranger = random_entry(buses, last);
        expect(xpci_clash_any(index, &stranger, false),
               clashes_with_any(entries, count, count, &stranger), &stranger);
    }
}

static void random_sets(void)
{
    static struct xpci_clash_index index;
    unsigned int clashes = 0, others = 0, set;

    for ( set = 0; set < SETS; set++ )
        check_set(&index, &clashes, &others);
    /* Enough of both. */
    CU_ASSERT(clashes > SETS && others > SETS / 2U);
}

/* All pairs of bridges on six buses, at both ends. */
static void all_pairs(void)
{
    static struct xpci_clash_index index;
    struct xpci_bridge_entry all[128];
    unsigned int count = 0, first, bus, secondary, subordinate, i, j;

    for ( first = 0; first < XPCI_BUSES; first += XPCI_BUSES - 6U )
        for ( bus = 0; bus < 6; bus++ )
            for ( secondary = bus + 1U; secondary < 6; secondary++ )
                for ( subordinate = secondary; subordinate < 6; subordinate++ )
                    all[count++] = (struct xpci_bridge_entry){
                        (uint8_t)(first + bus), 0, (uint8_t)(first + secondary),
                        (uint8_t)(first + subordinate), 0
                    };
    for ( i = 0; i < count; i++ )
    {
        xpci_clash_clear(&index);
        CU_ASSERT_FALSE(xpci_clash_any(&index, &all[i], false));
        xpci_clash_add(&index, &all[i]);
        CU_ASSERT_FALSE(xpci_clash_any(&index, &all[i], true));
        for ( j = 0; j < count; j++ )
            expect(xpci_clash_any(&index, &all[j], false),
                   xpci_entry_clashes(&all[j], &all[i]), &all[j]);
    }
}

CU_TestInfo clash_tests[] = {
    { "random sets", random_sets },
    { "all pairs", all_pairs },
    CU_TEST_INFO_NULL,
};
