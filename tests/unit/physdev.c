/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Xen's physdev hypercalls, with Xen's own structures.
 */
#include <xen-pci/physdev.h>

#include <stddef.h>
#include <stdlib.h>

#include <xen/xen.h>
#include <xen/physdev.h>

#include "script.h"
#include "suites.h"

/* Newer than the headers of Xen 4.17: xen/include/public/physdev.h. */
#ifndef PHYSDEVOP_pci_device_reset
#    define PHYSDEVOP_pci_device_reset 32
struct pci_device_reset {
    struct physdev_pci_device dev;
    uint32_t flags;
};
#endif

#define AT(bus, slot, function) XPCI_SBDF(0, bus, (slot) << 3 | (function))

/* An add with room for optarr[0], as callers lay it out. */
union add {
    struct physdev_pci_device_add add;
    uint8_t bytes[offsetof(struct physdev_pci_device_add, optarr) +
                  sizeof(uint32_t)];
};

#define ADD_SIZE offsetof(struct physdev_pci_device_add, optarr)

static int call(struct machine *machine, unsigned int cmd, const void *arg,
                size_t size)
{
    return xpci_physdev_op(machine->xpci, true, cmd, arg, size);
}

static void begin(struct machine *machine)
{
    machine_init(machine);
    machine_run(machine, "00:01.0 p 1 2; 01:00.0 e; 01:00.1 v; 01:00.2 v");
}

static bool known(const struct machine *machine, uint32_t sbdf)
{
    return xpci_lookup(machine->xpci, sbdf);
}

static void pci_device_add(void)
{
    union add arg = { .add = { .bus = 1 } };
    struct xpci_device_info info;
    struct machine machine;

    begin(&machine);
    CU_ASSERT_EQUAL(call(&machine, PHYSDEVOP_pci_device_add, &arg, ADD_SIZE),
                    0);
    CU_ASSERT(known(&machine, AT(1, 0, 0)));
    CU_ASSERT_EQUAL(xpci_device(machine.xpci, AT(1, 0, 0), &info), 0);
    CU_ASSERT_EQUAL(info.node, XPCI_NO_NODE);
    arg.add.devfn = 1;
    arg.add.flags = XEN_PCI_DEV_VIRTFN;
    arg.add.physfn.bus = 1;
    CU_ASSERT_EQUAL(call(&machine, PHYSDEVOP_pci_device_add, &arg, ADD_SIZE),
                    0);
    CU_ASSERT_EQUAL(xpci_device(machine.xpci, AT(1, 0, 1), &info), 0);
    CU_ASSERT_EQUAL(info.flags, XPCI_VIRTFN);
    CU_ASSERT_EQUAL(info.physfn, AT(1, 0, 0));
    arg.add.devfn = 0;
    arg.add.flags = XEN_PCI_DEV_EXTFN;
    CU_ASSERT_EQUAL(call(&machine, PHYSDEVOP_pci_device_add, &arg, ADD_SIZE),
                    0);
    CU_ASSERT_EQUAL(xpci_device(machine.xpci, AT(1, 0, 0), &info), 0);
    CU_ASSERT_EQUAL(info.flags, XPCI_EXTFN);
    arg.add.bus = 9;
    CU_ASSERT_EQUAL(call(&machine, PHYSDEVOP_pci_device_add, &arg, ADD_SIZE),
                    -ENODEV);
    /* Segment 1 has nothing. */
    arg.add.bus = 1;
    arg.add.seg = 1;
    CU_ASSERT_EQUAL(call(&machine, PHYSDEVOP_pci_device_add, &arg, ADD_SIZE),
                    -ENODEV);
    machine_dispose(&machine);
}

static void proximity_domains(void)
{
    static const uint32_t pxm = 5;
    union add arg = { .add = { .bus = 1, .flags = XEN_PCI_DEV_PXM } };
    struct xpci_device_info info;
    struct machine machine;

    begin(&machine);
    memcpy(arg.bytes + ADD_SIZE, &pxm, sizeof(pxm));
    /* The structure alone does not hold what the flag promises. */
    CU_ASSERT_EQUAL(call(&machine, PHYSDEVOP_pci_device_add, &arg, ADD_SIZE),
                    -EFAULT);
    CU_ASSERT_EQUAL(call(&machine, PHYSDEVOP_pci_device_add, &arg,
                         ADD_SIZE + sizeof(pxm) - 1),
                    -EFAULT);
    CU_ASSERT_FALSE(known(&machine, AT(1, 0, 0)));
    CU_ASSERT_EQUAL(
        call(&machine, PHYSDEVOP_pci_device_add, &arg, ADD_SIZE + sizeof(pxm)),
        0);
    CU_ASSERT_EQUAL(xpci_device(machine.xpci, AT(1, 0, 0), &info), 0);
    CU_ASSERT_EQUAL(info.node, 5);
    arg.add.flags = 0;
    CU_ASSERT_EQUAL(
        call(&machine, PHYSDEVOP_pci_device_add, &arg, ADD_SIZE + sizeof(pxm)),
        0);
    CU_ASSERT_EQUAL(xpci_device(machine.xpci, AT(1, 0, 0), &info), 0);
    CU_ASSERT_EQUAL(info.node, 5);
    machine_dispose(&machine);
}

static void unknown_flags(void)
{
    union add arg = { .add = { .bus = 1 } };
    struct machine machine;
    unsigned int bit;

    begin(&machine);
    for ( bit = 3; bit < 32; bit++ )
    {
        arg.add.flags = (uint32_t)1 << bit;
        CU_ASSERT_EQUAL(
            call(&machine, PHYSDEVOP_pci_device_add, &arg, sizeof(arg)),
            -EINVAL);
    }
    CU_ASSERT_FALSE(known(&machine, AT(1, 0, 0)));
    machine_dispose(&machine);
}

static void removing_and_resetting(void)
{
    struct physdev_pci_device device = { .bus = 1 };
    struct pci_device_reset reset = { .dev = { .bus = 1 } };
    struct machine machine;
    char text[SCRIPT_TEXT];

    begin(&machine);
    CU_ASSERT_EQUAL(
        call(&machine, PHYSDEVOP_pci_device_remove, &device, sizeof(device)),
        -ENODEV);
    CU_ASSERT_EQUAL(
        call(&machine, PHYSDEVOP_pci_device_reset, &reset, sizeof(reset)),
        -ENODEV);
    machine_run(&machine, "add 00:01.0; add 01:00.0; 00:01.0 p 1 1");
    CU_ASSERT_EQUAL(
        call(&machine, PHYSDEVOP_pci_device_reset, &reset, sizeof(reset)), 0);
    machine_buses(&machine, text);
    CU_ASSERT_STRING_EQUAL(text, "1>00:01.0~00:01.0");
    CU_ASSERT_EQUAL(
        call(&machine, PHYSDEVOP_pci_device_remove, &device, sizeof(device)),
        0);
    CU_ASSERT_FALSE(known(&machine, AT(1, 0, 0)));
    CU_ASSERT_EQUAL(
        call(&machine, PHYSDEVOP_pci_device_remove, &device, sizeof(device)),
        -ENODEV);
    machine_dispose(&machine);
}

/* The older calls, which only know segment 0. */
static void manage_pci(void)
{
    struct physdev_manage_pci pci = { .bus = 1 };
    struct physdev_manage_pci_ext ext = { .bus = 1, .devfn = 1 };
    struct xpci_device_info info;
    struct machine machine;

    begin(&machine);
    CU_ASSERT_EQUAL(call(&machine, PHYSDEVOP_manage_pci_add, &pci, sizeof(pci)),
                    0);
    CU_ASSERT(known(&machine, AT(1, 0, 0)));
    ext.is_virtfn = 1;
    ext.physfn.bus = 1;
    CU_ASSERT_EQUAL(
        call(&machine, PHYSDEVOP_manage_pci_add_ext, &ext, sizeof(ext)), 0);
    CU_ASSERT_EQUAL(xpci_device(machine.xpci, AT(1, 0, 1), &info), 0);
    CU_ASSERT_EQUAL(info.flags, XPCI_VIRTFN);
    CU_ASSERT_EQUAL(info.physfn, AT(1, 0, 0));
    ext.is_virtfn = 0;
    ext.is_extfn = 1;
    ext.devfn = 0;
    CU_ASSERT_EQUAL(
        call(&machine, PHYSDEVOP_manage_pci_add_ext, &ext, sizeof(ext)), 0);
    CU_ASSERT_EQUAL(xpci_device(machine.xpci, AT(1, 0, 1), &info), 0);
    CU_ASSERT_EQUAL(info.flags, XPCI_VIRTFN | XPCI_EXTFN);
    CU_ASSERT_EQUAL(
        call(&machine, PHYSDEVOP_manage_pci_remove, &pci, sizeof(pci)), 0);
    CU_ASSERT_FALSE(known(&machine, AT(1, 0, 0)));
    CU_ASSERT_FALSE(known(&machine, AT(1, 0, 1)));
    CU_ASSERT_EQUAL(
        call(&machine, PHYSDEVOP_manage_pci_remove, &pci, sizeof(pci)),
        -ENODEV);
    /* Xen takes each of the two for 0 or 1. */
    ext.is_extfn = 2;
    CU_ASSERT_EQUAL(
        call(&machine, PHYSDEVOP_manage_pci_add_ext, &ext, sizeof(ext)),
        -EINVAL);
    ext.is_extfn = 0;
    ext.is_virtfn = 2;
    CU_ASSERT_EQUAL(
        call(&machine, PHYSDEVOP_manage_pci_add_ext, &ext, sizeof(ext)),
        -EINVAL);
    machine_dispose(&machine);
}

static const struct {
    unsigned int cmd;
    size_t size;
} commands[] = {
    { PHYSDEVOP_pci_device_add, ADD_SIZE },
    { PHYSDEVOP_pci_device_remove, sizeof(struct physdev_pci_device) },
    { PHYSDEVOP_pci_device_reset, sizeof(struct physdev_pci_device) },
    { PHYSDEVOP_manage_pci_add, sizeof(struct physdev_manage_pci) },
    { PHYSDEVOP_manage_pci_add_ext, sizeof(struct physdev_manage_pci_ext) },
    { PHYSDEVOP_manage_pci_remove, sizeof(struct physdev_manage_pci) },
};

/* All zeros: 00:00.0, which is there. */
static void who_may_ask(void)
{
    struct machine machine;
    uint8_t zeros[64] = { 0 };
    uint32_t generation;
    size_t i;

    begin(&machine);
    machine_run(&machine, "00:00.0 e; add 00:00.0");
    generation = xpci_generation(machine.xpci);
    for ( i = 0; i < ARRAY_SIZE(commands); i++ )
        CU_ASSERT_EQUAL(xpci_physdev_op(machine.xpci, false, commands[i].cmd,
                                        zeros, sizeof(zeros)),
                        -EPERM);
    CU_ASSERT_EQUAL(xpci_generation(machine.xpci), generation);
    machine_dispose(&machine);
}

/* The argument is a heap block of just that size: ASan sees a byte more. */
static void short_structures(void)
{
    struct machine machine;
    uint8_t *arg;
    size_t size;
    size_t i;

    begin(&machine);
    for ( i = 0; i < ARRAY_SIZE(commands); i++ )
        for ( size = 0; size < commands[i].size; size++ )
        {
            arg = calloc(1, size ? size : 1);
            CU_ASSERT_PTR_NOT_NULL_FATAL(arg);
            CU_ASSERT_EQUAL(call(&machine, commands[i].cmd, arg, size),
                            -EFAULT);
            free(arg);
        }
    machine_dispose(&machine);
}

static void other_commands(void)
{
    struct machine machine;
    uint8_t zeros[64] = { 0 };
    unsigned int cmd;
    size_t i;

    begin(&machine);
    for ( cmd = 0; cmd < 64; cmd++ )
    {
        for ( i = 0; i < ARRAY_SIZE(commands); i++ )
            if ( commands[i].cmd == cmd )
                break;
        if ( i == ARRAY_SIZE(commands) )
            CU_ASSERT_EQUAL(call(&machine, cmd, zeros, sizeof(zeros)), -ENOSYS);
    }
    CU_ASSERT_EQUAL(call(&machine, ~0U, zeros, sizeof(zeros)), -ENOSYS);
    machine_dispose(&machine);
}

static void out_of_memory(void)
{
    union add arg = { .add = { .bus = 1 } };
    struct machine machine;

    begin(&machine);
    machine.host.fail_at = 1;
    CU_ASSERT_EQUAL(call(&machine, PHYSDEVOP_pci_device_add, &arg, ADD_SIZE),
                    -ENOMEM);
    CU_ASSERT_FALSE(known(&machine, AT(1, 0, 0)));
    CU_ASSERT_EQUAL(call(&machine, PHYSDEVOP_pci_device_add, &arg, ADD_SIZE),
                    0);
    machine_dispose(&machine);
}

CU_TestInfo physdev_tests[] = {
    { "pci_device_add", pci_device_add },
    { "proximity domains", proximity_domains },
    { "unknown flags", unknown_flags },
    { "pci_device_remove and _reset", removing_and_resetting },
    { "manage_pci_*", manage_pci },
    { "who may ask", who_may_ask },
    { "short structures", short_structures },
    { "other commands", other_commands },
    { "out of memory", out_of_memory },
    CU_TEST_INFO_NULL,
};
