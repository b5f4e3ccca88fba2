/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The largest machines that SBDFs can express.
 */
#include <xen-pci/process.h>
#include <xen-pci/walk.h>

#include "script.h"
#include "suites.h"

bool scale_large;

/*
 * A root port at 00:00.0 to all buses, and a function at each other SBDF:
 * 65,536 of them in segment 0, one in each other segment.
 */
static uint32_t read_full(void *data, uint32_t sbdf, unsigned int offset)
{
    bool bridge = !(sbdf & 0xffff);

    (void)data;
    if ( XPCI_SEGMENT(sbdf) && !bridge )
        return 0xffffffff;
    switch ( offset )
    {
    case 0x00:
        return 0x12348086;
    case 0x08:
        return bridge ? 0x06040000 : 0x02000000;
    case 0x0c:
        return bridge ? 0x00810000 : 0x00800000;
    case 0x18:
        return bridge ? 0x00ff0100 : 0;
    default:
        return 0;
    }
}

static void a_full_segment(void)
{
    static struct xpci_device_info devices[1024];
    struct xpci_walk walk = { 0 };
    struct xpci_upstream upstream;
    struct machine machine;
    unsigned int count = 0;
    uint32_t sbdf;
    int got;
    int i;

    machine_init(&machine);
    machine.host.tracks = false;
    machine.host.host.config_read = read_full;
    machine.host.locked = true;
    CU_ASSERT_EQUAL(xpci_scan_segment(machine.xpci, 0), 0);
    machine.host.locked = false;
    while ( !walk.done )
    {
        got = xpci_walk_devices(machine.xpci, &walk, devices,
                                ARRAY_SIZE(devices));
        CU_ASSERT_FATAL(got > 0 || (!got && walk.done));
        for ( i = 0; i < got; i++ )
            if ( devices[i].sbdf != count++ )
                CU_FAIL_FATAL("a device is missing");
    }
    CU_ASSERT_EQUAL(count, 65536);
    for ( sbdf = 0; sbdf < 65536; sbdf++ )
        if ( !xpci_lookup(machine.xpci, sbdf) ||
             xpci_upstream(machine.xpci, sbdf, &upstream) !=
                 (XPCI_BUS(sbdf) != 0) )
            CU_FAIL_FATAL("a lookup does not know what the scan found");
    CU_ASSERT(xpci_is_valid(machine.xpci, NULL));
    CU_ASSERT_EQUAL(machine_add(&machine, 0xffff), 0);
    CU_ASSERT(machine.host.allocated < 65536 * 64 + 128 * 1024);
    /* The bridge goes: all buses from ff to 1, then itself; bus 0 stays. */
    machine_run(&machine, "remove 00:00.0");
    CU_ASSERT_EQUAL(machine.host.removed.count, 65536 - 255);
    CU_ASSERT_EQUAL(machine.host.removed.entries[0].sbdf, 0xffff);
    CU_ASSERT_EQUAL(machine.host.removed.entries[65536 - 257].sbdf, 0x0100);
    CU_ASSERT_EQUAL(machine.host.removed.entries[65536 - 256].sbdf, 0x0000);
    CU_ASSERT(xpci_lookup(machine.xpci, 0x00ff));
    CU_ASSERT_FALSE(xpci_lookup(machine.xpci, 0x0100));
    machine_dispose(&machine);
}

/* All segments with --large, else each 64th, the last among them. */
static void many_segments(void)
{
    struct xpci_upstream upstream;
    struct xpci_bus_info bus;
    struct machine machine;
    uint32_t step = scale_large ? 1 : 64;
    uint32_t segment;
    bool odd;

    machine_init(&machine);
    machine.host.tracks = false;
    machine.host.host.config_read = read_full;
    for ( segment = step - 1; segment < 65536; segment += step )
        if ( machine_add(&machine, XPCI_SBDF(segment, 0, 0)) )
            CU_FAIL_FATAL("a segment cannot be entered");
    for ( segment = 0; segment < 65536; segment++ )
    {
        odd = segment % step == step - 1;
        if ( !xpci_lookup(machine.xpci, XPCI_SBDF(segment, 0, 0)) == odd ||
             xpci_upstream(machine.xpci, XPCI_SBDF(segment, 0xff, 0),
                           &upstream) != odd ||
             (odd && upstream.bridge != XPCI_SBDF(segment, 0, 0)) )
            CU_FAIL_FATAL("a segment was confused with another");
    }
    CU_ASSERT_EQUAL(xpci_bus(machine.xpci, 0xffff, 0xff, &bus), 0);
    CU_ASSERT_EQUAL(bus.bridge, 0xffff0000U);
    machine.host.locked = true;
    CU_ASSERT_EQUAL(xpci_remove(machine.xpci, 0xffff0000U), 0);
    machine.host.locked = false;
    CU_ASSERT_FALSE(xpci_lookup(machine.xpci, 0xffff0000U));
    CU_ASSERT(xpci_is_valid(machine.xpci, NULL));
    machine_dispose(&machine);
}

CU_TestInfo scale_tests[] = {
    { "65,536 functions in a segment", a_full_segment },
    { "many segments", many_segments },
    CU_TEST_INFO_NULL,
};
