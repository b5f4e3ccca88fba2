/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The set of paths that are remembered, against a list of them.
 */
#include "core/quarantine.h"
#include "script.h"
#include "suites.h"

#define STEPS 20000U
#define PATHS 200U

/* Xorshift, so that every run does the same. */
static uint32_t next_random(void)
{
    static uint32_t state = 1;

    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;

    return state;
}

/* Many of them belong into the same slots, the last ones too. */
static uint64_t path_of(unsigned int number)
{
    return ((uint64_t)(number + 1U) << 32) |
           (uint64_t)(number % 5U + 61U) << 1 | 1U;
}

static void is_what_the_list_says(void)
{
    bool listed[PATHS] = { false };
    struct xpci_segment *segment;
    struct machine machine;
    unsigned int step, i;

    machine_init(&machine);
    machine_run(&machine, "00:01.0 e; add 00:01.0");
    segment = xpci_segment_find(machine.xpci, 0);
    for ( step = 0; step < STEPS; step++ )
    {
        unsigned int number = next_random() % PATHS;
        /* Filling and emptying, in turn. */
        bool adds = next_random() % 8U < (step / 2000U % 2U ? 2U : 6U);

        if ( adds )
        {
            CU_ASSERT_EQUAL_FATAL(
                xpci_quarantine_reserve(machine.xpci, segment, 1), 0);
            xpci_quarantine_add(segment, path_of(number));
        }
        else if ( xpci_quarantine_delete(segment, path_of(number)) !=
                  listed[number] )
            CU_FAIL_FATAL("what is deleted was not there, or is not found");
        listed[number] = adds;
        for ( i = step % 7U; i < PATHS; i += 7U )
            if ( xpci_quarantine_has(segment, path_of(i)) != listed[i] )
                CU_FAIL_FATAL("a path is lost, or one is found that is not");
    }
    CU_ASSERT_FALSE(segment->paths_lost);
    machine_dispose(&machine);
}

static void has_room_for_what_is_reserved(void)
{
    struct xpci_segment *segment;
    struct machine machine;
    unsigned int i;

    machine_init(&machine);
    machine_run(&machine, "00:01.0 e; add 00:01.0");
    segment = xpci_segment_find(machine.xpci, 0);
    machine.host.locked = true;
    CU_ASSERT_EQUAL(xpci_quarantine_reserve(machine.xpci, segment, 0), 0);
    CU_ASSERT_EQUAL(segment->quarantine_room, 0);
    CU_ASSERT_EQUAL(xpci_quarantine_reserve(machine.xpci, segment,
                                            XPCI_QUARANTINE_ROOM_MOST),
                    -ENOMEM);
    CU_ASSERT_EQUAL(xpci_quarantine_reserve(machine.xpci, segment, PATHS), 0);
    machine.host.fail_at = 1;
    CU_ASSERT_EQUAL(xpci_quarantine_reserve(machine.xpci, segment, PATHS), 0);
    for ( i = 0; i < PATHS; i++ )
        xpci_quarantine_add(segment, path_of(i));
    CU_ASSERT_FALSE(segment->paths_lost);
    CU_ASSERT_EQUAL(xpci_quarantine_reserve(machine.xpci, segment,
                                            XPCI_QUARANTINE_ROOM_MOST / 4U),
                    -ENOMEM);
    for ( i = 0; i < PATHS; i++ )
        CU_ASSERT(xpci_quarantine_has(segment, path_of(i)));
    machine.host.locked = false;
    machine_dispose(&machine);
}

static void expect_devices(const struct machine *machine, const char *expected)
{
    char text[SCRIPT_TEXT];

    machine_devices(machine, text);
    CU_ASSERT_STRING_EQUAL(text, expected);
}

/*
 * With as many paths as there may be: what would have to be remembered stays,
 * and where the host cannot keep it, nothing that comes afterwards is dom0's.
 */
static void a_full_set_fails_closed(void)
{
    const uint32_t most = XPCI_QUARANTINE_ROOM_MOST / 2U;
    struct xpci_segment *segment;
    struct machine machine;
    uint64_t path;

    machine_init(&machine);
    machine_run(&machine, "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 e;"
                          "add 00:01.0; add 00:02.0; add 01:00.0; add 02:00.0;"
                          "assign 01:00.0 7");
    segment = xpci_segment_find(machine.xpci, 0);
    machine.host.locked = true;
    CU_ASSERT_EQUAL_FATAL(xpci_quarantine_reserve(machine.xpci, segment, most),
                          0);
    machine.host.locked = false;
    for ( path = 0; path < most; path++ )
        xpci_quarantine_add(segment, path * 0x9e3779b97f4a7c15U | 1U);
    CU_ASSERT_FALSE(segment->paths_lost);

    machine_run(&machine, "gone 01:00.0; remove 01:00.0 = -12; 01:00.0 e;"
                          "00:01.0 r 5 5; reset 00:01.0 = -12;"
                          "add 02:00.0 = 0; 00:01.0 r 1 1; reset 00:01.0");
    expect_devices(&machine, "00:01.0 00:02.0 01:00.0@7 02:00.0");
    machine_run(&machine, "refuse 01:00.0; 02:00.1 e; add 02:00.1; 02:00.0 o;"
                          "add 02:00.0 = -12; 00:03.0 r 3 3; add 00:03.0");
    CU_ASSERT(segment->paths_lost);
    expect_devices(&machine,
                   "00:01.0 00:02.0 00:03.0-q@io 02:00.0 02:00.1q@io");
    CU_ASSERT_EQUAL(machine.failures, 0);
    machine_dispose(&machine);
}

CU_TestInfo quarantine_tests[] = {
    { "is what a list says", is_what_the_list_says },
    { "has room for what is reserved", has_room_for_what_is_reserved },
    { "a full set fails closed", a_full_set_fails_closed },
    CU_TEST_INFO_NULL,
};
