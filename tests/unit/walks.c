/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables in pages, the lookups without a lock, and what is a problem.
 */
#include <xen-pci/walk.h>

#include "script.h"
#include "suites.h"

#define AT(bus, slot, function) XPCI_SBDF(0, bus, (slot) << 3 | (function))

static void begin(struct machine *machine)
{
    machine_init(machine);
    machine_run(machine, "00:01.0 p 1 9; 01:00.0 e; 05:00.0 e; ff:1f.7 e;"
                         "add ff:1f.7; add 05:00.0; add 01:00.0; add 00:01.0;"
                         "80:00.0 r 81 82; add 80:00.0; refuse 80:00.0");
}

static void devices_in_pages(void)
{
    static const uint32_t expected[] = { AT(0, 1, 0), AT(1, 0, 0), AT(5, 0, 0),
                                         AT(0x80, 0, 0), AT(0xff, 0x1f, 7) };
    struct xpci_device_info devices[8];
    struct machine machine;
    unsigned int room;
    size_t count;
    int got;
    int i;

    begin(&machine);
    for ( room = 1; room <= ARRAY_SIZE(devices); room++ )
    {
        struct xpci_walk walk = { 0 };

        for ( count = 0; !walk.done; )
        {
            got = xpci_walk_devices(machine.xpci, &walk, devices, room);
            CU_ASSERT_FATAL(got >= 0 && got <= (int)room);
            CU_ASSERT_FATAL(got > 0 || walk.done);
            for ( i = 0; i < got; i++, count++ )
            {
                CU_ASSERT_FATAL(count < ARRAY_SIZE(expected));
                CU_ASSERT_EQUAL(devices[i].sbdf, expected[count]);
            }
            CU_ASSERT_EQUAL(walk.generation, xpci_generation(machine.xpci));
        }
        CU_ASSERT_EQUAL(count, ARRAY_SIZE(expected));
    }
    machine_dispose(&machine);
}

static void buses_in_pages(void)
{
    struct xpci_bus_info buses[16];
    struct machine machine;
    unsigned int room;
    unsigned int count;
    int got;
    int i;

    begin(&machine);
    for ( room = 1; room <= ARRAY_SIZE(buses); room++ )
    {
        struct xpci_walk walk = { 0 };

        for ( count = 0; !walk.done; )
        {
            got = xpci_walk_buses(machine.xpci, &walk, buses, room);
            CU_ASSERT_FATAL(got >= 0 && got <= (int)room);
            CU_ASSERT_FATAL(got > 0 || walk.done);
            for ( i = 0; i < got; i++, count++ )
                CU_ASSERT_EQUAL(buses[i].bus,
                                count < 9 ? count + 1 : 0x81 + count - 9);
        }
        CU_ASSERT_EQUAL(count, 11);
    }
    machine_dispose(&machine);
}

static void an_empty_topology(void)
{
    struct xpci_walk walk = { 0 };
    struct xpci_device_info device;
    struct xpci_bus_info bus;
    struct machine machine;

    machine_init(&machine);
    CU_ASSERT_EQUAL(xpci_walk_devices(machine.xpci, &walk, &device, 1), 0);
    CU_ASSERT(walk.done);
    memset(&walk, 0, sizeof(walk));
    CU_ASSERT_EQUAL(xpci_walk_buses(machine.xpci, &walk, &bus, 1), 0);
    CU_ASSERT(walk.done);
    CU_ASSERT(xpci_is_valid(machine.xpci, NULL));
    CU_ASSERT_EQUAL(xpci_device(machine.xpci, 0, &device), -ENODEV);
    CU_ASSERT_EQUAL(xpci_bus(machine.xpci, 0, 0, &bus), -ENODEV);
    CU_ASSERT_EQUAL(xpci_bus(machine.xpci, 0xffff, 0xff, &bus), -ENODEV);
    machine_dispose(&machine);
}

static void a_change_ends_a_walk(void)
{
    static const struct {
        const char *steps;
        int expected;
    } cases[] = {
        { "remove 05:00.0", -EAGAIN },
        { "06:00.0 e; add 06:00.0", -EAGAIN },
        { "00:01.0 p 1 8; add 00:01.0", -EAGAIN },
        { "ext 05:00.0", -EAGAIN },
        { "refuse 05:00.0", -EAGAIN },
        /* Nothing changes, so nothing is disturbed. */
        { "add 05:00.0; add 00:01.0; remove 07:00.0 = -19", 1 },
    };
    struct xpci_device_info device;
    struct xpci_bus_info bus;
    struct machine machine;
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        struct xpci_walk devices = { 0 };
        struct xpci_walk buses = { 0 };

        begin(&machine);
        CU_ASSERT_EQUAL(xpci_walk_devices(machine.xpci, &devices, &device, 1),
                        1);
        CU_ASSERT_EQUAL(xpci_walk_buses(machine.xpci, &buses, &bus, 1), 1);
        machine_run(&machine, cases[i].steps);
        CU_ASSERT_EQUAL(xpci_walk_devices(machine.xpci, &devices, &device, 1),
                        cases[i].expected);
        CU_ASSERT_EQUAL(xpci_walk_buses(machine.xpci, &buses, &bus, 1),
                        cases[i].expected);
        CU_ASSERT_EQUAL(machine.failures, 0);
        machine_dispose(&machine);
    }
}

/* The host's lock counts being taken while it is held. */
static void lookups_take_no_lock(void)
{
    struct xpci_upstream upstream;
    struct machine machine;
    uint32_t sbdf;

    begin(&machine);
    machine.host.locked = true;
    for ( sbdf = 0; sbdf < 0x10000; sbdf++ )
    {
        bool known = sbdf == AT(0, 1, 0) || sbdf == AT(1, 0, 0) ||
                     sbdf == AT(5, 0, 0) || sbdf == AT(0xff, 0x1f, 7);

        CU_ASSERT_EQUAL(xpci_lookup(machine.xpci, sbdf) != 0, known);
        CU_ASSERT_EQUAL(xpci_upstream(machine.xpci, sbdf, &upstream),
                        XPCI_BUS(sbdf) >= 1 && XPCI_BUS(sbdf) <= 9);
        if ( XPCI_BUS(sbdf) >= 1 && XPCI_BUS(sbdf) <= 9 )
            CU_ASSERT(upstream.bridge == AT(0, 1, 0) &&
                      upstream.secondary == 1);
    }
    /* Segments that nobody ever spoke of. */
    CU_ASSERT_FALSE(xpci_lookup(machine.xpci, 0x10000));
    CU_ASSERT_FALSE(xpci_lookup(machine.xpci, 0xffffffff));
    CU_ASSERT_EQUAL(xpci_upstream(machine.xpci, 0xffff0000, &upstream), 0);
    CU_ASSERT_EQUAL(machine.host.lock_errors, 0);
    machine.host.locked = false;
    machine_dispose(&machine);
}

static void what_a_lookup_says(void)
{
    static const struct {
        uint32_t sbdf;
        enum xpci_type type;
        unsigned int flags; /* of a bridge's, a lookup says none */
    } known[] = {
        { AT(0, 1, 0), XPCI_TYPE_ROOT_PORT, 0 },
        { AT(0, 2, 0), XPCI_TYPE_PCI_BRIDGE, 0 },
        { AT(1, 0, 0), XPCI_TYPE_ENDPOINT, XPCI_EXTFN },
        { AT(1, 0, 1), XPCI_TYPE_ENDPOINT, XPCI_VIRTFN | XPCI_EXTFN },
    };
    struct xpci_device_info info;
    struct machine machine;
    uint32_t word;
    size_t i;

    machine_init(&machine);
    machine_run(&machine, "00:01.0 r 1 1; 01:00.0 e; 01:00.1 v; add 00:01.0;"
                          "ext 01:00.0; vf 01:00.1 01:00.0; 00:02.0 c 1 1;"
                          "add 00:02.0");
    for ( i = 0; i < ARRAY_SIZE(known); i++ )
    {
        word = xpci_lookup(machine.xpci, known[i].sbdf);
        CU_ASSERT_NOT_EQUAL(word, 0);
        CU_ASSERT_EQUAL(xpci_lookup_type(word), known[i].type);
        CU_ASSERT_EQUAL(xpci_lookup_flags(word), known[i].flags);
    }
    /* What is bridge-only is no device. */
    machine_run(&machine, "refuse 00:01.0");
    CU_ASSERT_EQUAL(xpci_lookup(machine.xpci, AT(0, 1, 0)), 0);
    CU_ASSERT_EQUAL(xpci_device(machine.xpci, AT(0, 1, 0), &info), -ENODEV);
    machine_dispose(&machine);
}

static struct machine *leaving_from;
static void *attached_when_leaving;

static void note_attached(void *data, uint32_t sbdf)
{
    (void)data;
    CU_ASSERT_PTR_EQUAL(leaving_from->host.attached,
                        xpci_attached(leaving_from->xpci, sbdf));
    if ( sbdf == AT(1, 0, 0) )
        attached_when_leaving = leaving_from->host.attached;
}

/* What the host attached goes with the device, and only with it. */
static void what_the_host_attached(void)
{
    /* What happens to 01:00.0 with a pointer, and is it attached afterwards? */
    static const struct {
        const char *steps;
        bool stays;
        bool leaves;
    } cases[] = {
        { "add 01:00.0", true, false },
        { "reset 01:00.0", true, false },
        { "scan 01:00.0", true, false },
        { "00:01.0 r 1 3; add 00:01.0", true, false },
        { "remove 01:00.0", false, true },
        { "remove 01:00.0; add 01:00.0", false, true },
        { "01:00.0 o; add 01:00.0", false, true },
        { "remove 00:01.0", false, true },
        { "refuse 01:00.0; add 01:00.0", false, false },
    };
    struct machine machine;
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        machine_init(&machine);
        machine.host.tracks = false;
        machine_run(&machine,
                    "00:01.0 r 1 2; 01:00.0 e; add 00:01.0; add 01:00.0");
        machine.host.locked = true;
        CU_ASSERT_PTR_NULL(xpci_attached(machine.xpci, AT(1, 0, 0)));
        CU_ASSERT_EQUAL(xpci_attach(machine.xpci, AT(1, 0, 0), &machine), 0);
        CU_ASSERT_EQUAL(xpci_attach(machine.xpci, AT(1, 0, 1), &machine),
                        -ENODEV);
        CU_ASSERT_PTR_NULL(xpci_attached(machine.xpci, AT(1, 0, 1)));
        CU_ASSERT_PTR_NULL(xpci_attached(machine.xpci, AT(0, 1, 0)));
        machine.host.locked = false;
        leaving_from = &machine;
        attached_when_leaving = NULL;
        machine.host.on_remove = note_attached;
        machine_run(&machine, cases[i].steps);
        CU_ASSERT_PTR_EQUAL(xpci_attached(machine.xpci, AT(1, 0, 0)),
                            cases[i].stays ? &machine : NULL);
        CU_ASSERT_PTR_EQUAL(attached_when_leaving,
                            cases[i].leaves ? &machine : NULL);
        machine_dispose(&machine);
    }
}

static void problems(void)
{
    static const struct {
        const char *steps;
        enum xpci_problem problem; /* of 00:01.0 */
    } cases[] = {
        { "00:01.0 e; add 00:01.0", XPCI_PROBLEM_NONE },
        { "00:01.0 r 1 1; add 00:01.0", XPCI_PROBLEM_NONE },
        { "00:01.0 r 0 0; add 00:01.0", XPCI_PROBLEM_NONE },
        { "00:01.0 r 0 1; add 00:01.0", XPCI_PROBLEM_UNCONFIGURED },
        { "00:01.0 r 2 1; add 00:01.0", XPCI_PROBLEM_UNCONFIGURED },
        { "00:01.0 r 1 0; add 00:01.0", XPCI_PROBLEM_UNCONFIGURED },
        { "00:01.0 r 1 2; add 00:01.0; 00:02.0 r 2 3; add 00:02.0",
          XPCI_PROBLEM_CONFLICT },
        { "00:01.0 r 1 2; add 00:01.0; gone 00:01.0; 01:00.0 e; add 01:00.0",
          XPCI_PROBLEM_STALE },
    };
    struct xpci_device_info info;
    struct machine machine;
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        machine_init(&machine);
        machine_run(&machine, cases[i].steps);
        CU_ASSERT_EQUAL_FATAL(xpci_device(machine.xpci, AT(0, 1, 0), &info), 0);
        CU_ASSERT_EQUAL(xpci_device_problem(&info), cases[i].problem);
        machine_dispose(&machine);
    }
    for ( i = 1; i < XPCI_PROBLEMS; i++ )
        CU_ASSERT_PTR_NOT_NULL(xpci_problem_name(i));
    CU_ASSERT_STRING_EQUAL(xpci_problem_name(XPCI_PROBLEM_ORPHAN), "orphan");
    CU_ASSERT_STRING_EQUAL(xpci_problem_name(XPCI_PROBLEM_STALE), "stale");
}

/* The last segment that is found directly, and the first ones that are not. */
static void neighbouring_segments(void)
{
    static const uint16_t segments[] = { 7, 8, 9, 0x100 };
    struct machine machine;
    unsigned int i, j;

    machine_init(&machine);
    for ( i = 0; i < ARRAY_SIZE(segments); i++ )
    {
        const struct world_function function = {
            .sbdf = XPCI_SBDF(segments[i], 0, 0),
            .class_revision = 0x02000000,
            .pcie = WORLD_NO_PCIE,
        };

        world_set(&machine.world, &function);
        CU_ASSERT_EQUAL(machine_add(&machine, function.sbdf), 0);
        CU_ASSERT(xpci_is_valid(machine.xpci, NULL));
        for ( j = 0; j < ARRAY_SIZE(segments); j++ )
            CU_ASSERT_EQUAL(
                !xpci_lookup(machine.xpci, XPCI_SBDF(segments[j], 0, 0)),
                j > i);
    }
    machine_dispose(&machine);
}

CU_TestInfo walk_tests[] = {
    { "devices in pages", devices_in_pages },
    { "buses in pages", buses_in_pages },
    { "an empty topology", an_empty_topology },
    { "a change ends a walk", a_change_ends_a_walk },
    { "lookups take no lock", lookups_take_no_lock },
    { "what a lookup says", what_a_lookup_says },
    { "what the host attached goes with the device", what_the_host_attached },
    { "problems", problems },
    { "neighbouring segments", neighbouring_segments },
    CU_TEST_INFO_NULL,
};
