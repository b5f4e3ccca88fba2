/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every allocation fails in turn: the call says so, nothing has changed,
 * nothing is leaked, and the next try succeeds.
 */
#include <stdio.h>

#include <xen-pci/process.h>

#include "script.h"
#include "suites.h"

#include "../model/listing.h"

static const struct {
    const char *name;
    const char *before;
    const char *call; /* one step, which allocates */
} calls[] = {
    { "the first device", "00:01.0 e", "add 00:01.0" },
    { "the first bridge", "00:01.0 p 1 ff", "add 00:01.0" },
    { "the first device, scanned", "00:01.0 p 1 ff", "scan 00:01.0" },
    { "a device on a far bus", "00:01.0 e; add 00:01.0; ff:00.0 e",
      "add ff:00.0" },
    { "a VF with its PF", "00:01.0 e; 80:00.0 v", "vf 80:00.0 00:01.0" },
    { "a VF beside its PF", "00:01.0 e; add 00:01.0; 80:00.0 v",
      "vf 80:00.0 00:01.0" },
    { "a bridge above known devices",
      "02:00.0 c 3 4; 03:00.0 e; scan 02:00.0; scan 03:00.0; 00:01.0 p 2 4",
      "add 00:01.0" },
    { "a device whose path has moved meanwhile",
      "00:01.0 p 1 1; 01:00.0 c 0 0; scan 00:01.0; scan 01:00.0;"
      "00:01.0 p 1 5; 01:00.0 c 2 5; 02:00.0 e",
      "add 02:00.0" },
    { "a scanned bridge that displaces a guest's device",
      "00:02.0 r 1 1; 01:00.0 e; add 00:02.0; add 01:00.0; assign 01:00.0 7;"
      "00:01.0 r 1 1",
      "scan 00:01.0" },
    { "a guest's device that does not answer",
      "01:00.0 e; add 01:00.0; assign 01:00.0 7; gone 01:00.0",
      "remove 01:00.0" },
    { "a bridge with a guest's device behind it",
      "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; assign 01:00.0 7;"
      "gone 00:01.0",
      "remove 00:01.0" },
    { "a bridge that leads elsewhere than to a guest's device",
      "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; assign 01:00.0 7;"
      "00:01.0 r 2 2",
      "reset 00:01.0" },
    { "another bridge in front of a guest's device",
      "00:01.0 r 1 1; 01:00.0 e; add 00:01.0; add 01:00.0; assign 01:00.0 7;"
      "00:01.0 p 1 1",
      "add 00:01.0" },
    { "a bridge that clashes with one that is gone",
      "00:01.0 r 1 3; scan 00:01.0; gone 00:01.0; 40:02.0 r 41 43;"
      "scan 40:02.0; 00:02.0 r 2 4",
      "add 00:02.0" },
};

/* One call with its `n`th allocation failing; false: it had not so many. */
static bool fails_cleanly(size_t i, unsigned int n)
{
    struct machine machine;
    struct listing before;
    struct listing after;
    char text[1024] = "";
    uint32_t generation;
    bool failed;

    machine_init(&machine);
    listing_init(&before);
    listing_init(&after);
    machine_run(&machine, calls[i].before);
    generation = xpci_generation(machine.xpci);
    CU_ASSERT(listing_from_core(&before, machine.xpci));
    machine.host.fail_at = n;
    machine.any_rc = true;
    machine_run(&machine, calls[i].call);
    failed = machine.host.failed;
    machine.any_rc = false;
    machine.host.fail_at = 0;
    CU_ASSERT_EQUAL(machine.rc, failed ? -ENOMEM : 0);
    if ( failed )
    {
        CU_ASSERT(listing_from_core(&after, machine.xpci));
        CU_ASSERT_EQUAL(xpci_generation(machine.xpci), generation);
        CU_ASSERT_EQUAL(machine.host.removed.count, 0);
        CU_ASSERT_EQUAL(machine.host.displaced.count, 0);
        CU_ASSERT_EQUAL(machine.host.remap_count, 0);
        if ( !listing_equal(&before, "before", &after, "after", text,
                            sizeof(text)) )
        {
            printf("\n    %s, allocation %u: %s\n", calls[i].name, n, text);
            CU_FAIL("a failed call changed the tables");
        }
        machine_run(&machine, calls[i].call);
    }
    CU_ASSERT_EQUAL(machine.failures, 0);
    listing_dispose(&before);
    listing_dispose(&after);
    machine_dispose(&machine);
    return failed;
}

static void every_allocation_fails_in_turn(void)
{
    unsigned int total = 0;
    unsigned int n;
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(calls); i++ )
    {
        for ( n = 1; fails_cleanly(i, n); n++ )
            total++;
        CU_ASSERT(n < 64);
    }
    /* Each needs memory at least for a device; the first ones for more. */
    CU_ASSERT(total > ARRAY_SIZE(calls));
}

static void creating_fails(void)
{
    struct test_host host;
    struct world world;
    struct xpci *xpci = NULL;
    unsigned int n;
    int rc = -1;

    world_init(&world);
    test_host_init(&host, &world);
    for ( n = 1; n < 64 && rc; n++ )
    {
        host.fail_at = n;
        rc = xpci_create(&xpci, &host.host);
        CU_ASSERT(rc == 0 || rc == -ENOMEM);
        if ( rc )
            CU_ASSERT_EQUAL(host.allocated, 0);
    }
    CU_ASSERT(n > 2 && !rc);
    host.fail_at = 0;
    xpci_dispose(xpci);
    xpci_dispose(NULL);
    CU_ASSERT_EQUAL(host.allocated, 0);
    test_host_dispose(&host);
    world_dispose(&world);
}

static void a_scan_keeps_what_it_found(void)
{
    struct machine machine;
    struct listing listing;
    unsigned int n;
    int rc = -1;
    size_t last = 0;

    for ( n = 1; rc && n < 64; n++ )
    {
        machine_init(&machine);
        listing_init(&listing);
        machine_run(&machine, "00:01.0 p 1 2; 01:00.0 e; 40:00.0 e; ff:00.0 e");
        machine.host.fail_at = n;
        machine.host.locked = true;
        rc = xpci_scan_segment(machine.xpci, 0);
        machine.host.locked = false;
        machine.host.fail_at = 0;
        CU_ASSERT(listing_from_core(&listing, machine.xpci));
        CU_ASSERT(xpci_is_valid(machine.xpci, NULL));
        CU_ASSERT(rc ? rc == -ENOMEM && listing.device_count < 4
                     : listing.device_count == 4);
        CU_ASSERT(listing.device_count >= last);
        last = listing.device_count;
        listing_dispose(&listing);
        machine_dispose(&machine);
    }
    CU_ASSERT(n > 2 && !rc);
}

static void removing_needs_none(void)
{
    struct machine machine;

    machine_init(&machine);
    machine_run(&machine, "00:01.0 p 1 ff; 01:00.0 e; ff:00.0 v; add 00:01.0;"
                          "add 01:00.0; vf ff:00.0 01:00.0");
    machine.host.fail_at = 1;
    machine_run(&machine, "reset 01:00.0; refuse 00:01.0; add 00:01.0;"
                          "add 01:00.0; vf ff:00.0 01:00.0; remove 00:01.0");
    CU_ASSERT_EQUAL(machine.failures, 0);
    CU_ASSERT_FALSE(machine.host.failed);
    machine_dispose(&machine);
}

/* A refusal cannot fail: what it cannot remember, it takes for anything. */
static void refusing_without_memory(void)
{
    char text[SCRIPT_TEXT];
    struct machine machine;

    machine_init(&machine);
    machine_run(&machine, "01:00.0 e; 01:00.1 v; vf 01:00.1 01:00.0;"
                          "assign 01:00.1 7; 02:00.0 e");
    machine.host.fail_at = 1;
    machine_run(&machine, "refuse 01:00.0; add 01:00.0; vf 01:00.1 01:00.0;"
                          "add 02:00.0");
    CU_ASSERT_EQUAL(machine.failures, 0);
    machine_devices(&machine, text);
    CU_ASSERT_STRING_EQUAL(text, "01:00.0q@io 01:00.1vq@io 02:00.0q@io");
    machine_dispose(&machine);
}

static void memory_once_taken_is_used_again(void)
{
    struct machine machine;
    struct xpci_costs costs;
    size_t held;

    machine_init(&machine);
    machine_run(&machine, "00:01.0 p 1 ff; 01:00.0 e; add 00:01.0;"
                          "add 01:00.0");
    xpci_costs(&costs);
    CU_ASSERT(costs.device <= 64);
    /* The stable path of each bus, 2 KB, beside what readers and writers use.
     */
    CU_ASSERT(costs.segment <= 4096 + 2048);
    held = machine.host.allocated;
    /* A record each for two devices; buses 0 and 1 share pages. */
    CU_ASSERT(held >= costs.segment + 2 * costs.device + costs.bus_page +
                          costs.seen_page);
    machine_run(&machine, "remove 00:01.0; add 00:01.0; add 01:00.0");
    CU_ASSERT_EQUAL(machine.host.allocated, held);
    machine_dispose(&machine);
}

CU_TestInfo memory_tests[] = {
    { "every allocation fails in turn", every_allocation_fails_in_turn },
    { "creating fails", creating_fails },
    { "a scan keeps what it found", a_scan_keeps_what_it_found },
    { "removing needs none", removing_needs_none },
    { "refusing without memory", refusing_without_memory },
    { "what is held is what was asked for", memory_once_taken_is_used_again },
    CU_TEST_INFO_NULL,
};
