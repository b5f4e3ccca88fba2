/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Config space that goes silent, or changes, in the middle of an operation:
 * nothing happens then, or what is right.
 */
#include <stdio.h>
#include <string.h>

#include "script.h"
#include "suites.h"

#include "../model/listing.h"

/* More reads than any operation below makes. */
#define READS_MOST 400U

static const struct {
    const char *name;
    const char *before;
    const char *call; /* one step */
} calls[] = {
    { "a new device behind two bridges",
      "00:01.0 r 1 2; 01:00.0 p 2 2; 02:00.0 e; add 00:01.0; add 01:00.0",
      "add 02:00.0" },
    { "a known one",
      "00:01.0 r 1 2; 01:00.0 p 2 2; 02:00.0 e; add 00:01.0; add 01:00.0;"
      "add 02:00.0",
      "add 02:00.0" },
    { "a new bridge", "00:01.0 r 1 2; 02:00.0 e; scan 02:00.0", "add 00:01.0" },
    { "a new device behind a bridge that has numbers now",
      "00:01.0 r 0 0; add 00:01.0; 00:01.0 r 1 1; 01:00.0 e", "add 01:00.0" },
    { "a bridge with other numbers",
      "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; 00:01.0 r 5 5",
      "add 00:01.0" },
    { "a bridge with other numbers is reset",
      "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; assign 01:00.0 7;"
      "00:01.0 r 5 5",
      "reset 00:01.0" },
    { "a bridge with the same", "00:01.0 r 1 1; add 00:01.0", "reset 00:01.0" },
    { "another device",
      "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; 01:00.0 o",
      "add 01:00.0" },
    { "another bridge, with devices behind it",
      "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; assign 01:00.0 7;"
      "00:01.0 p 1 1",
      "add 00:01.0" },
    { "a VF with its PF", "00:01.0 r 1 2; 01:00.0 e; 02:00.0 v; add 00:01.0",
      "vf 02:00.0 01:00.0" },
    { "a VF beside its PF", "01:00.0 e; 01:00.1 v; add 01:00.0",
      "vf 01:00.1 01:00.0" },
    { "a guest's device that reads otherwise",
      "01:00.0 e; add 01:00.0; assign 01:00.0 7; 01:00.0 o", "add 01:00.0" },
    { "a guest's device that does not",
      "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; assign 01:00.0 7",
      "add 01:00.0" },
    { "ports that exchange their numbers",
      "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 e; add 00:01.0;"
      "add 00:02.0; add 01:00.0; add 02:00.0; assign 01:00.0 7; 00:01.0 r 2 2;"
      "00:02.0 r 1 1",
      "add 01:00.0" },
    { "ports that exchange their numbers, with a device of dom0",
      "00:01.0 r 1 1; 00:02.0 r 2 2; 01:00.0 e; 02:00.0 e; add 00:01.0;"
      "add 00:02.0; add 01:00.0; add 02:00.0; 00:01.0 r 2 2; 00:02.0 r 1 1",
      "add 01:00.0" },
    { "a device of dom0 that was displaced",
      "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; 00:01.0 r 5 5;"
      "reset 00:01.0",
      "add 01:00.0" },
    { "bridges that clash",
      "00:01.0 r 1 3; 00:02.0 r 4 6; 00:03.0 r 7 9; add 00:01.0; add 00:02.0;"
      "add 00:03.0; 00:01.0 r 1 1; 00:02.0 r 2 8; 02:00.0 e",
      "add 02:00.0" },
    { "a bridge that is gone, with something new on its bus",
      "00:01.0 r 1 1; add 00:01.0; gone 00:01.0; 01:00.0 e", "add 01:00.0" },
    { "a bridge that is another",
      "00:01.0 r 1 1; add 00:01.0; 00:01.0 e; 01:00.0 e", "add 01:00.0" },
    { "the first report after a scan",
      "00:01.0 r 1 2; 01:00.0 p 2 2; 02:00.0 e; scan 00:01.0; scan 01:00.0;"
      "scan 02:00.0; 00:01.0 r 5 6; 05:00.0 p 6 6; 06:00.0 e",
      "add 06:00.0" },
};

static void a_removal(enum test_torn torn, unsigned long n, int rc)
{
    char text[SCRIPT_TEXT];
    struct machine machine;

    machine_init(&machine);
    machine_run(&machine, "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0;"
                          "assign 01:00.0 7");
    machine.host.torn = torn;
    machine.host.torn_at = n;
    machine.any_rc = true;
    machine_run(&machine, "remove 00:01.0");
    CU_ASSERT_EQUAL(machine.rc, rc);
    machine.host.torn = TORN_NOT;
    machine.any_rc = false;
    machine_run(&machine, "add 00:01.0; add 01:00.0");
    machine_devices(&machine, text);
    CU_ASSERT_STRING_EQUAL(text,
                           rc ? "00:01.0 01:00.0@7" : "00:01.0 01:00.0q@io");
    CU_ASSERT_EQUAL(machine.failures, 0);
    machine_dispose(&machine);
}

/* A bridge with a guest's device behind it is gone where it is twice. */
static void removals(void)
{
    unsigned long n;

    for ( n = 1; n < 6; n++ )
    {
        a_removal(TORN_AT, n, -EBUSY);
        a_removal(TORN_OTHER, n, -EBUSY);
        a_removal(TORN_FROM, n, n > 2 ? -EBUSY : 0);
    }
}

/* What one call does. */
struct outcome {
    int rc;
    struct listing listing;
    bool told; /* the host was */
    uint32_t generation;
};

static void note(struct outcome *outcome, struct machine *machine)
{
    const struct test_host *host = &machine->host;

    outcome->rc = machine->rc;
    outcome->told = host->removed.count || host->displaced.count ||
                    host->unmap_count || host->remap_count;
    outcome->generation = xpci_generation(machine->xpci);
    CU_ASSERT(listing_from_core(&outcome->listing, machine->xpci));
}

static bool same(const struct outcome *a, const struct outcome *b, char *text,
                 size_t size)
{
    return listing_equal(&a->listing, "expected", &b->listing, "torn", text,
                         size);
}

static void expect(const char *name, unsigned long n, bool holds,
                   const char *what)
{
    CU_ASSERT(holds);
    if ( !holds )
        printf("\n    %s, read %lu: %s\n", name, n, what);
}

/* A VF, or its PF, that reads as a bridge is refused at first sight. */
static bool may_be_invalid(size_t i, enum test_torn torn, int rc)
{
    return torn == TORN_OTHER && rc == -EINVAL &&
           !strncmp(calls[i].call, "vf ", 3);
}

/* One call, torn; then once more, which it is not.  How many reads it made. */
static unsigned long tear(size_t i, enum test_torn torn, unsigned long n)
{
    struct outcome before = { 0 }, whole = { 0 }, now = { 0 };
    const char *name = calls[i].name;
    struct machine machine;
    unsigned long reads;
    char text[1024] = "";

    machine_init(&machine);
    machine_run(&machine, calls[i].before);
    machine_run(&machine, calls[i].call);
    note(&whole, &machine);
    machine_dispose(&machine);

    machine_init(&machine);
    machine_run(&machine, calls[i].before);
    note(&before, &machine);
    machine.host.torn = torn;
    machine.host.torn_at = n;
    machine.any_rc = true;
    machine_run(&machine, calls[i].call);
    reads = machine.host.reads;
    note(&now, &machine);
    if ( now.rc )
    {
        expect(name, n,
               now.rc == -EAGAIN || now.rc == -ENODEV || now.rc == whole.rc ||
                   may_be_invalid(i, torn, now.rc),
               "an unexpected error");
        expect(name, n, same(&before, &now, text, sizeof(text)), text);
        expect(name, n, !now.told, "the host was told of nothing");
        expect(name, n, now.generation == before.generation,
               "the generation changed");
    }
    else
        expect(name, n,
               same(&before, &now, text, sizeof(text)) ||
                   same(&whole, &now, text, sizeof(text)),
               text);

    machine.host.torn = TORN_NOT;
    machine.any_rc = false;
    machine_run(&machine, calls[i].call);
    note(&now, &machine);
    expect(name, n, same(&whole, &now, text, sizeof(text)), text);
    CU_ASSERT_EQUAL(machine.failures, 0);
    machine_dispose(&machine);
    listing_dispose(&before.listing);
    listing_dispose(&whole.listing);
    listing_dispose(&now.listing);

    return reads;
}

static void at_every_read(enum test_torn torn)
{
    unsigned long n, reads;
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(calls); i++ )
    {
        reads = READS_MOST;
        for ( n = 1; n <= reads + 1 && n < READS_MOST; n++ )
            reads = tear(i, torn, n);
        CU_ASSERT(n > 2 && n < READS_MOST);
    }
}

static void silent_from_a_read_on(void)
{
    at_every_read(TORN_FROM);
}

static void silent_once(void)
{
    at_every_read(TORN_AT);
}

static void something_else_once(void)
{
    at_every_read(TORN_OTHER);
}

static void other_numbers_at_each_read(void)
{
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(calls); i++ )
        (void)tear(i, TORN_NUMBERS, 0);
}

static void everything_another_at_each_read(void)
{
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(calls); i++ )
        (void)tear(i, TORN_ALL, 0);
}

/* `count` ports on bus 0, each to `span` buses from `first` on. */
static void set_ports(struct machine *machine, unsigned int count,
                      unsigned int first, unsigned int span)
{
    unsigned int i;

    for ( i = 0; i < count; i++ )
    {
        const struct small_function port = {
            .sbdf = XPCI_SBDF(0, 0, i),
            .type = 'r',
            .secondary = (uint8_t)(first + i % 100U),
            .subordinate = (uint8_t)(first + i % 100U + span),
        };
        struct event event = small_config(&port);

        world_set(&machine->world, &event.function);
    }
}

/* Four dwords for each bridge, and 216 beside, whatever they say. */
static void reads_are_bounded(void)
{
    static const struct {
        enum test_torn torn;
        unsigned int count, first, span;
        unsigned long least;
    } cases[] = {
        /* All of them clash, and all have moved: as many as there may be. */
        { TORN_NOT, 250, 2, 9, 4UL * 250 },
        { TORN_NOT, 125, 2, 9, 4UL * 125 },
        { TORN_NUMBERS, 250, 2, 9, 3UL * 250 },
        { TORN_ALL, 250, 2, 9, 100 },
        /* Many on one walk. */
        { TORN_NUMBERS, 250, 1, 0, 3UL * 250 },
    };
    struct machine machine;
    unsigned int i, j;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        machine_init(&machine);
        machine.host.tracks = false;
        set_ports(&machine, cases[i].count, 1, 8);
        for ( j = 0; j < cases[i].count; j++ )
            CU_ASSERT_EQUAL(machine_add(&machine, j), 0);
        set_ports(&machine, cases[i].count, cases[i].first, cases[i].span);
        machine_run(&machine, "09:00.0 e");
        machine.host.torn = cases[i].torn;
        machine.any_rc = true;
        machine_run(&machine, "add 09:00.0");
        CU_ASSERT(machine.host.reads >= cases[i].least);
        CU_ASSERT(machine.host.reads <= 4UL * cases[i].count + 216UL);
        CU_ASSERT_EQUAL(machine.failures, 0);
        machine_dispose(&machine);
    }
}

CU_TestInfo torn_tests[] = {
    { "silent from a read on", silent_from_a_read_on },
    { "silent once", silent_once },
    { "something else once", something_else_once },
    { "removals", removals },
    { "other bus numbers at each read", other_numbers_at_each_read },
    { "everything another at each read", everything_another_at_each_read },
    { "reads are bounded", reads_are_bounded },
    CU_TEST_INFO_NULL,
};
