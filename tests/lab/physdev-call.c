/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0's raw hypercalls for the lab:
 *
 *   physdev-call add SBDF [virtfn=BB:DD.F] [extfn] [old]
 *   physdev-call remove SBDF [old]
 *   physdev-call reset SBDF
 *   physdev-call list SEGMENT
 *   physdev-call keys STRING
 *   physdev-call announce SBDF MILLISECONDS
 *   physdev-call count ROUNDS SBDF...
 *
 * add, remove and reset print the return code (0 or a negative errno); old:
 * by the hypercall of before PHYSDEVOP_pci_device_add and _remove. list prints
 * the SBDF of every device of the segment that Xen knows. keys sends debug
 * keys. announce has Xen forget a device and the kernel send an event of it,
 * waits until Xen knows it again, and prints how long that took in
 * milliseconds.
 * count removes and adds each device in turn, so many rounds, and prints the
 * median of the time stamp counter's steps that a removal, an add, and a
 * hypercall that does nothing took.
 * Exit code: 0 the hypercall was made, 1 it could not be, 2 usage.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hypercalls.h"

/* Xen has this from 4.20 on; older ones answer -ENOSYS. */
#ifndef PHYSDEVOP_pci_device_reset
#    define PHYSDEVOP_pci_device_reset 32
struct pci_device_reset {
    physdev_pci_device_t dev;
    uint32_t flags;
};
#endif

#define DEVICES_PER_CALL 4096u
#define DEVICES_PER_SEGMENT 65536u

/* Makes a physdev hypercall and prints what it returned. */
static int physdev(unsigned int command, void *argument)
{
    int rc = xencall2(xcall, __HYPERVISOR_physdev_op, command,
                      (uint64_t)(uintptr_t)argument);

    printf("%d\n", rc < 0 ? -errno : rc);

    return 0;
}

static int usage(void)
{
    fputs("usage: physdev-call add SBDF [virtfn=BB:DD.F] [extfn] [old] | "
          "remove SBDF [old] | reset SBDF | list SEGMENT | keys STRING | "
          "announce SBDF MILLISECONDS | count ROUNDS SBDF...\n",
          stderr);

    return 2;
}

/* Is the last of the arguments the word "old"? */
static bool is_old(int argc, char **argv)
{
    return argc == 2 && !strcmp(argv[1], "old");
}

static int manage(unsigned int command, unsigned int bus, unsigned int devfn)
{
    struct physdev_manage_pci *manage = hypercall_buffer(sizeof(*manage));

    manage->bus = bus;
    manage->devfn = devfn;

    return physdev(command, manage);
}

static int do_add(int argc, char **argv)
{
    unsigned int segment, bus, devfn, pf_bus, pf_devfn;
    struct physdev_pci_device_add *add;
    int i;

    if ( argc < 1 || !parse_sbdf(argv[0], &segment, &bus, &devfn) )
        return usage();
    if ( is_old(argc, argv) )
        return manage(PHYSDEVOP_manage_pci_add, bus, devfn);

    add = hypercall_buffer(sizeof(*add));
    add->seg = segment;
    add->bus = bus;
    add->devfn = devfn;
    for ( i = 1; i < argc; i++ )
    {
        if ( !strcmp(argv[i], "extfn") )
            add->flags |= XEN_PCI_DEV_EXTFN;
        else if ( !strncmp(argv[i], "virtfn=", 7) &&
                  parse_bdf(argv[i] + 7, &pf_bus, &pf_devfn) )
        {
            add->flags |= XEN_PCI_DEV_VIRTFN;
            add->physfn.bus = pf_bus;
            add->physfn.devfn = pf_devfn;
        }
        else
            return usage();
    }

    return physdev(PHYSDEVOP_pci_device_add, add);
}

static int do_remove(int argc, char **argv)
{
    unsigned int segment, bus, devfn;
    struct physdev_pci_device *device;
    bool old = is_old(argc, argv);

    if ( argc != 1 + old || !parse_sbdf(argv[0], &segment, &bus, &devfn) )
        return usage();
    if ( old )
        return manage(PHYSDEVOP_manage_pci_remove, bus, devfn);

    device = hypercall_buffer(sizeof(*device));
    device->seg = segment;
    device->bus = bus;
    device->devfn = devfn;

    return physdev(PHYSDEVOP_pci_device_remove, device);
}

static int do_reset(int argc, char **argv)
{
    unsigned int segment, bus, devfn;
    struct pci_device_reset *reset;

    if ( argc != 1 || !parse_sbdf(argv[0], &segment, &bus, &devfn) )
        return usage();

    reset = hypercall_buffer(sizeof(*reset));
    reset->dev.seg = segment;
    reset->dev.bus = bus;
    reset->dev.devfn = devfn;

    return physdev(PHYSDEVOP_pci_device_reset, reset);
}

/* Asks about count devices from the first on; prints those that are known. */
static int list_batch(unsigned int segment, unsigned int first,
                      struct xen_sysctl *op, physdev_pci_device_t *devices,
                      uint32_t *nodes)
{
    unsigned int i, done = 0;

    while ( done < DEVICES_PER_CALL )
    {
        for ( i = done; i < DEVICES_PER_CALL; i++ )
        {
            devices[i].seg = segment;
            devices[i].bus = (first + i) >> 8;
            devices[i].devfn = (first + i) & 0xff;
        }
        memset(op, 0, sizeof(*op));
        op->cmd = XEN_SYSCTL_pcitopoinfo;
        op->u.pcitopoinfo.num_devs = DEVICES_PER_CALL - done;
        set_xen_guest_handle_raw(op->u.pcitopoinfo.devs, devices + done);
        set_xen_guest_handle_raw(op->u.pcitopoinfo.nodes, nodes + done);
        if ( sysctl(op) < 0 )
        {
            perror("physdev-call: pcitopoinfo");
            return 1;
        }
        /* A call that ran long says how far it came. */
        if ( !op->u.pcitopoinfo.num_devs )
        {
            fputs("physdev-call: pcitopoinfo makes no progress\n", stderr);
            return 1;
        }
        done += op->u.pcitopoinfo.num_devs;
    }
    for ( i = 0; i < DEVICES_PER_CALL; i++ )
    {
        if ( nodes[i] != XEN_INVALID_DEV )
            printf("%04x:%02x:%02x.%x\n", segment, devices[i].bus,
                   devices[i].devfn >> 3, devices[i].devfn & 7u);
    }

    return 0;
}

static int do_list(int argc, char **argv)
{
    unsigned int segment, first;
    struct xen_sysctl *op;
    physdev_pci_device_t *devices;
    uint32_t *nodes;
    int rc = 0;

    if ( argc != 1 || sscanf(argv[0], "%4x", &segment) != 1 )
        return usage();

    op = hypercall_buffer(sizeof(*op));
    devices = hypercall_buffer(DEVICES_PER_CALL * sizeof(*devices));
    nodes = hypercall_buffer(DEVICES_PER_CALL * sizeof(*nodes));
    for ( first = 0; !rc && first < DEVICES_PER_SEGMENT;
          first += DEVICES_PER_CALL )
        rc = list_batch(segment, first, op, devices, nodes);

    return rc;
}

/* Does Xen know this device?  Negative: it cannot be asked. */
static int is_known(struct xen_sysctl *op, physdev_pci_device_t *device,
                    uint32_t *node)
{
    memset(op, 0, sizeof(*op));
    op->cmd = XEN_SYSCTL_pcitopoinfo;
    op->u.pcitopoinfo.num_devs = 1;
    set_xen_guest_handle_raw(op->u.pcitopoinfo.devs, device);
    set_xen_guest_handle_raw(op->u.pcitopoinfo.nodes, node);
    if ( sysctl(op) < 0 )
    {
        perror("physdev-call: pcitopoinfo");
        return -1;
    }

    return *node != XEN_INVALID_DEV;
}

static bool send_event(unsigned int segment, unsigned int bus,
                       unsigned int devfn)
{
    char path[64];
    FILE *uevent;

    snprintf(path, sizeof(path),
             "/sys/bus/pci/devices/%04x:%02x:%02x.%x/uevent", segment, bus,
             devfn >> 3, devfn & 7);
    uevent = fopen(path, "w");
    if ( !uevent || fputs("change", uevent) < 0 || fclose(uevent) )
    {
        perror(path);
        return false;
    }

    return true;
}

static double milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);

    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static int do_announce(int argc, char **argv)
{
    unsigned int segment, bus, devfn;
    physdev_pci_device_t *device;
    struct xen_sysctl *op;
    double begun, most;
    uint32_t *node;
    int known;

    if ( argc != 2 || !parse_sbdf(argv[0], &segment, &bus, &devfn) ||
         sscanf(argv[1], "%lf", &most) != 1 )
        return usage();

    op = hypercall_buffer(sizeof(*op));
    device = hypercall_buffer(sizeof(*device));
    node = hypercall_buffer(sizeof(*node));
    device->seg = segment;
    device->bus = bus;
    device->devfn = devfn;
    /* In one go: a daemon's periodic check must not come in between. */
    if ( xencall2(xcall, __HYPERVISOR_physdev_op, PHYSDEVOP_pci_device_remove,
                  (uint64_t)(uintptr_t)device) )
    {
        perror("physdev-call: Xen does not let it go");
        return 1;
    }
    begun = milliseconds();
    if ( !send_event(segment, bus, devfn) )
        return 1;
    while ( !(known = is_known(op, device, node)) )
    {
        if ( milliseconds() - begun > most )
        {
            fprintf(stderr, "physdev-call: not within %s ms\n", argv[1]);
            return 1;
        }
        usleep(1000);
    }
    if ( known < 0 )
        return 1;
    printf("%.1f\n", milliseconds() - begun);

    return 0;
}

#define COUNT_MOST 100000u

enum {
    COUNT_REMOVE,
    COUNT_ADD,
    COUNT_NOTHING,
    COUNTS
};

static int compare_steps(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

/* A removal, an add and a hypercall that only says Xen's version. */
static bool count_once(struct physdev_pci_device *device,
                       struct physdev_pci_device_add *add,
                       uint64_t steps[COUNTS])
{
    uint64_t stamps[COUNTS + 1];
    unsigned int i;
    int rc;

    stamps[0] = __builtin_ia32_rdtsc();
    rc = xencall2(xcall, __HYPERVISOR_physdev_op, PHYSDEVOP_pci_device_remove,
                  (uint64_t)(uintptr_t)device);
    stamps[1] = __builtin_ia32_rdtsc();
    if ( !rc )
        rc = xencall2(xcall, __HYPERVISOR_physdev_op, PHYSDEVOP_pci_device_add,
                      (uint64_t)(uintptr_t)add);
    stamps[2] = __builtin_ia32_rdtsc();
    if ( !rc )
        rc = xencall2(xcall, __HYPERVISOR_xen_version, XENVER_version, 0) < 0;
    stamps[3] = __builtin_ia32_rdtsc();
    for ( i = 0; i < COUNTS; i++ )
        steps[i] = stamps[i + 1] - stamps[i];

    return !rc;
}

static int do_count(int argc, char **argv)
{
    static const char *const names[COUNTS] = { "remove", "add", "nothing" };
    static uint64_t steps[COUNTS][COUNT_MOST];
    unsigned int rounds, round, segment, bus, devfn, i, done = 0;
    struct physdev_pci_device_add *add;
    struct physdev_pci_device *device;
    uint64_t once[COUNTS];
    int number;

    if ( argc < 2 || sscanf(argv[0], "%u", &rounds) != 1 || !rounds ||
         rounds > COUNT_MOST / (unsigned int)(argc - 1) )
        return usage();

    device = hypercall_buffer(sizeof(*device));
    add = hypercall_buffer(sizeof(*add));
    for ( round = 0; round < rounds; round++ )
        for ( number = 1; number < argc; number++ )
        {
            if ( !parse_sbdf(argv[number], &segment, &bus, &devfn) )
                return usage();
            device->seg = add->seg = segment;
            device->bus = add->bus = bus;
            device->devfn = add->devfn = devfn;
            if ( !count_once(device, add, once) )
            {
                fprintf(stderr, "physdev-call: %s: errno %d\n", argv[number],
                        errno);
                return 1;
            }
            for ( i = 0; i < COUNTS; i++ )
                steps[i][done] = once[i];
            done++;
        }
    for ( i = 0; i < COUNTS; i++ )
    {
        qsort(steps[i], done, sizeof(steps[i][0]), compare_steps);
        printf("%s %llu\n", names[i], (unsigned long long)steps[i][done / 2]);
    }

    return 0;
}

static int do_keys(int argc, char **argv)
{
    if ( argc != 1 )
        return usage();

    if ( send_keys(argv[0]) < 0 )
    {
        perror("physdev-call: debug_keys");
        return 1;
    }

    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {
        { "add", do_add },     { "remove", do_remove },
        { "reset", do_reset }, { "list", do_list },
        { "keys", do_keys },   { "announce", do_announce },
        { "count", do_count },
    };
    unsigned int i;

    if ( argc < 2 )
        return usage();

    if ( !hypercalls_open() )
        return 1;
    for ( i = 0; i < sizeof(commands) / sizeof(commands[0]); i++ )
    {
        if ( !strcmp(argv[1], commands[i].name) )
            return commands[i].run(argc - 2, argv + 2);
    }

    return usage();
}
