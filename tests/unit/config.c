/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What config space is taken for: types, capabilities, the bus scan, the
 * last bus.
 */
#include <xen-pci/process.h>

#include "core/config.h"
#include "script.h"
#include "suites.h"

#define AT(bus, slot, function) XPCI_SBDF(0, bus, (slot) << 3 | (function))

/* A function whose first 256 bytes are what a test writes. */
static uint32_t raw[64];
static unsigned long raw_reads;

static uint32_t read_raw(void *data, uint32_t sbdf, unsigned int offset)
{
    (void)data;
    raw_reads++;
    return sbdf || offset >= sizeof(raw) ? 0xffffffff : raw[offset / 4];
}

/* The type that a function at 00:00.0 with these bytes is taken for. */
static enum xpci_type type_of_raw(void)
{
    struct machine machine;
    uint32_t known;

    machine_init(&machine);
    machine.host.host.config_read = read_raw;
    raw_reads = 0;
    CU_ASSERT_EQUAL(machine_add(&machine, 0), 0);
    CU_ASSERT(raw_reads < 256);
    known = xpci_lookup(machine.xpci, 0);
    CU_ASSERT_NOT_EQUAL(known, 0);
    machine_dispose(&machine);
    return xpci_lookup_type(known);
}

static void make_raw(uint32_t class_revision, uint8_t layout, bool capabilities)
{
    memset(raw, 0, sizeof(raw));
    raw[0] = 0x12348086;
    raw[1] = capabilities ? 0x00100000 : 0;
    raw[2] = class_revision;
    raw[3] = (uint32_t)layout << 16;
    raw[0x34 / 4] = 0x40;
}

static void types(void)
{
    static const struct {
        uint32_t class_revision;
        uint8_t layout;
        int pcie; /* -1: no capability */
        enum xpci_type type;
    } cases[] = {
        { 0x02000000, 0, 0x0, XPCI_TYPE_ENDPOINT },
        { 0x02000000, 0, 0x1, XPCI_TYPE_ENDPOINT },
        { 0x06040000, 1, 0x4, XPCI_TYPE_ROOT_PORT },
        { 0x06040000, 1, 0x5, XPCI_TYPE_UPSTREAM_PORT },
        { 0x06040000, 1, 0x6, XPCI_TYPE_DOWNSTREAM_PORT },
        { 0x06040000, 1, 0x7, XPCI_TYPE_PCIE_TO_PCI_BRIDGE },
        { 0x06040000, 1, 0x8, XPCI_TYPE_PCI_TO_PCIE_BRIDGE },
        { 0x08060000, 0, 0x9, XPCI_TYPE_RCIEP },
        { 0x08070000, 0, 0xa, XPCI_TYPE_RCEC },
        /* Types that the specification does not have: by the class. */
        { 0x02000000, 0, 0x2, XPCI_TYPE_PCI_DEVICE },
        { 0x06040000, 1, 0x3, XPCI_TYPE_PCI_BRIDGE },
        { 0x06000000, 0, 0xb, XPCI_TYPE_HOST_BRIDGE },
        { 0x06070000, 2, 0xf, XPCI_TYPE_CARDBUS_BRIDGE },
        /* No capability. */
        { 0x06070000, 2, -1, XPCI_TYPE_CARDBUS_BRIDGE },
        { 0x06040000, 2, -1, XPCI_TYPE_CARDBUS_BRIDGE },
        { 0x06070000, 0, -1, XPCI_TYPE_CARDBUS_BRIDGE },
        { 0x06070000, 1, -1, XPCI_TYPE_CARDBUS_BRIDGE },
        { 0x06040000, 1, -1, XPCI_TYPE_PCI_BRIDGE },
        { 0x06040100, 0, -1, XPCI_TYPE_PCI_BRIDGE },
        { 0x08800000, 1, -1, XPCI_TYPE_PCI_BRIDGE },
        { 0x06000000, 0, -1, XPCI_TYPE_HOST_BRIDGE },
        { 0x02000000, 0, -1, XPCI_TYPE_PCI_DEVICE },
        { 0x06800000, 0, -1, XPCI_TYPE_PCI_DEVICE },
        { 0x00000000, 0x7f, -1, XPCI_TYPE_PCI_DEVICE },
    };
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        make_raw(cases[i].class_revision, cases[i].layout, cases[i].pcie >= 0);
        raw[0x40 / 4] = 0x0010 | ((uint32_t)cases[i].pcie & 0xf) << 20;
        CU_ASSERT_EQUAL(type_of_raw(), cases[i].type);
        /* Bit 7 of the header type is no part of the layout. */
        raw[3] |= 0x00800000;
        CU_ASSERT_EQUAL(type_of_raw(), cases[i].type);
    }
}

static void only_three_types_alias(void)
{
    int type;

    for ( type = 0; type < XPCI_TYPES; type++ )
    {
        CU_ASSERT_PTR_NOT_NULL(xpci_type_name(type));
        CU_ASSERT_EQUAL(xpci_type_aliases(type),
                        type == XPCI_TYPE_PCIE_TO_PCI_BRIDGE ||
                            type == XPCI_TYPE_PCI_TO_PCIE_BRIDGE ||
                            type == XPCI_TYPE_PCI_BRIDGE);
    }
    CU_ASSERT_STRING_EQUAL(xpci_type_name(XPCI_TYPE_RCIEP), "rciep");
    CU_ASSERT_STRING_EQUAL(xpci_type_name(XPCI_TYPE_HOST_BRIDGE),
                           "host-bridge");
    CU_ASSERT_STRING_EQUAL(xpci_type_name(XPCI_TYPE_PCI_TO_PCIE_BRIDGE),
                           "pci-to-pcie-bridge");
}

/* A list of capabilities may lead anywhere; the search ends by itself. */
static void capability_lists(void)
{
    unsigned int i;

    /* The last of 48: from 0x40 to 0xfc, each the next dword. */
    make_raw(0x02000000, 0, true);
    for ( i = 0x40; i < 0xfc; i += 4 )
        raw[i / 4] = 0x0001 | (i + 4) << 8;
    raw[0xfc / 4] = 0x00900010;
    CU_ASSERT_EQUAL(type_of_raw(), XPCI_TYPE_RCIEP);

    /* The low two bits of a pointer are reserved. */
    make_raw(0x02000000, 0, true);
    raw[0x34 / 4] = 0x43;
    raw[0x40 / 4] = 0x0001 | 0x52 << 8;
    raw[0x50 / 4] = 0x00900010;
    CU_ASSERT_EQUAL(type_of_raw(), XPCI_TYPE_RCIEP);

    /* A loop; a list that points to itself. */
    make_raw(0x02000000, 0, true);
    raw[0x40 / 4] = 0x0001 | 0x50 << 8;
    raw[0x50 / 4] = 0x0005 | 0x40 << 8;
    CU_ASSERT_EQUAL(type_of_raw(), XPCI_TYPE_PCI_DEVICE);
    raw[0x40 / 4] = 0x0001 | 0x40 << 8;
    CU_ASSERT_EQUAL(type_of_raw(), XPCI_TYPE_PCI_DEVICE);

    /* A pointer into the header ends it, though an ID is there. */
    make_raw(0x02000000, 0, true);
    raw[0x34 / 4] = 0x3c;
    raw[0x3c / 4] = 0x00900010;
    CU_ASSERT_EQUAL(type_of_raw(), XPCI_TYPE_PCI_DEVICE);

    /* Where nothing answers in the middle of it, it ends. */
    make_raw(0x02000000, 0, true);
    raw[0x40 / 4] = 0xffffffff;
    raw[0xfc / 4] = 0x00900010;
    CU_ASSERT_EQUAL(type_of_raw(), XPCI_TYPE_PCI_DEVICE);

    /* Without the status bit there is no list. */
    make_raw(0x02000000, 0, false);
    raw[0x40 / 4] = 0x00900010;
    CU_ASSERT_EQUAL(type_of_raw(), XPCI_TYPE_PCI_DEVICE);
}

/* Several capabilities in one walk: the first with each ID, none read twice. */
static void several_capabilities(void)
{
    static const uint8_t ids[] = { 0x10, 0x05, 0x11 };
    const struct xpci_host host = { .config_read = read_raw };
    uint32_t headers[3];

    make_raw(0x02000000, 0, true);
    raw[0x40 / 4] = 0x00800005 | 0x50 << 8;
    raw[0x50 / 4] = 0x00900005 | 0x60 << 8;
    raw[0x60 / 4] = 0x00020010 | 0x70 << 8;
    raw[0x70 / 4] = 0x00000001;
    raw_reads = 0;
    xpci_config_capabilities(&host, 0, ids, headers, 3);
    CU_ASSERT_EQUAL(headers[0], raw[0x60 / 4]);
    CU_ASSERT_EQUAL(headers[1], raw[0x40 / 4]);
    CU_ASSERT_EQUAL(headers[2], 0);
    CU_ASSERT_EQUAL(raw_reads, 6); /* status, pointer, four capabilities */

    /* When all were seen, it ends. */
    raw[0x70 / 4] = 0x00000011 | 0x80 << 8;
    raw_reads = 0;
    xpci_config_capabilities(&host, 0, ids, headers, 3);
    CU_ASSERT_EQUAL(headers[2], raw[0x70 / 4]);
    CU_ASSERT_EQUAL(raw_reads, 6);

    make_raw(0x02000000, 0, false);
    xpci_config_capabilities(&host, 0, ids, headers, 3);
    CU_ASSERT_FALSE(headers[0] || headers[1] || headers[2]);
}

static void the_last_bus(void)
{
    static const struct script_case cases[] = {
        { "secondary ff",
          "00:01.0 p ff ff; ff:00.0 e; add 00:01.0;"
          "add ff:00.0",
          "00:01.0 ff:00.0", "ff>00:01.0~00:01.0", "", NULL },
        { "subordinate ff",
          "00:01.0 r fe ff; fe:00.0 p ff ff; ff:1f.7 e; add 00:01.0;"
          "add fe:00.0; add ff:1f.7",
          "00:01.0 fe:00.0 ff:1f.7", "fe>00:01.0 ff>fe:00.0~fe:00.0", "",
          NULL },
        { "a bridge on bus ff leads nowhere",
          "ff:00.0 p ff ff; add ff:00.0; ff:01.0 p 0 0; add ff:01.0",
          "ff:00.0- ff:01.0-", "", "", "" },
        { "from fe to ff only",
          "fe:00.0 p ff ff; add fe:00.0;"
          "remove fe:00.0",
          "", "", "fe:00.0", "" },
        { "secondary 0", "01:00.0 p 0 ff; add 01:00.0", "01:00.0-", "", "",
          "" },
        { "subordinate 0", "00:01.0 p 1 0; add 00:01.0", "00:01.0-", "", "",
          "" },
        /* 1 is the lowest bus that a bridge can lead to */
        { "from bus 0 to bus 1", "00:00.0 p 1 1; add 00:00.0", "00:00.0",
          "1>00:00.0~00:00.0", "", "" },
        { "a bridge in slot 1f, function 7", "00:1f.7 p 1 1; add 00:1f.7",
          "00:1f.7", "1>00:1f.7~00:1f.7", "", "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

static void put(struct machine *machine, uint32_t sbdf, uint16_t vendor,
                uint16_t device, uint32_t class_revision, bool multifunction)
{
    const struct world_function function = {
        .sbdf = sbdf,
        .vendor = vendor,
        .device = device,
        .class_revision = class_revision,
        .multifunction = multifunction,
        .pcie = WORLD_NO_PCIE,
    };

    world_set(&machine->world, &function);
}

static void the_scan_of_boot(void)
{
    char text[SCRIPT_TEXT];
    struct machine machine;

    machine_init(&machine);
    put(&machine, AT(0, 0, 0), 0x8086, 1, 0x06000000, false);
    put(&machine, AT(0, 0, 1), 0x8086, 1, 0x02000000, false); /* not seen */
    put(&machine, AT(0, 1, 0), 0x8086, 1, 0x02000000, true);
    put(&machine, AT(0, 1, 7), 0x8086, 1, 0x02000000, false);
    put(&machine, AT(0, 2, 1), 0x8086, 1, 0x02000000, true);      /* no .0 */
    put(&machine, AT(3, 0, 0), 0xffff, 0xffff, 0x02000000, true); /* a VF */
    put(&machine, AT(3, 1, 0), 0x0000, 0x0000, 0x02000000, true);
    put(&machine, AT(3, 2, 0), 0xffff, 0x0000, 0x02000000, true);
    put(&machine, AT(3, 3, 0), 0x0000, 0xffff, 0x02000000, true);
    put(&machine, AT(3, 4, 0), 0x0000, 0x0001, 0x02000000, true);
    put(&machine, AT(3, 5, 0), 0x8086, 1, 0xffffffff, true); /* no class */
    put(&machine, AT(3, 5, 1), 0x8086, 1, 0x02000000, true);
    put(&machine, AT(0xff, 0x1f, 0), 0x8086, 1, 0x02000000, true);
    put(&machine, AT(0xff, 0x1f, 7), 0x8086, 1, 0x02000000, true);
    machine.host.locked = true;
    CU_ASSERT_EQUAL(xpci_scan_segment(machine.xpci, 0), 0);
    CU_ASSERT_EQUAL(xpci_scan_segment(machine.xpci, 7), 0);
    machine.host.locked = false;
    machine_devices(&machine, text);
    CU_ASSERT_STRING_EQUAL(text, "00:00.0 00:01.0 00:01.7 03:04.0 03:05.1 "
                                 "ff:1f.0 ff:1f.7");
    machine_dispose(&machine);
}

static void scan_of_one_device(void)
{
    static const struct script_case cases[] = {
        { "nothing there", "scan 00:01.0 = -19", "", "", "", "" },
        { "known already",
          "00:01.0 e; scan 00:01.0; 00:01.0 r 1 1;"
          "scan 00:01.0; gone 00:01.0; scan 00:01.0",
          "00:01.0", "", "", "" },
        { "what is bridge-only is known already",
          "00:01.0 r 1 1; add 00:01.0; refuse 00:01.0; scan 00:01.0",
          "00:01.0*", "1>00:01.0", "", "" },
        /* no ID, but a class: a VF that dom0 did not call one */
        { "an ID of all ones", "00:01.0 v; scan 00:01.0", "00:01.0", "", "",
          "" },
    };

    script_run(cases, ARRAY_SIZE(cases));
}

CU_TestInfo config_tests[] = {
    { "types", types },
    { "only three types alias", only_three_types_alias },
    { "capability lists of all kinds", capability_lists },
    { "several capabilities in one walk", several_capabilities },
    { "the first and the last bus", the_last_bus },
    { "the scan of boot", the_scan_of_boot },
    { "the scan of one device", scan_of_one_device },
    CU_TEST_INFO_NULL,
};
