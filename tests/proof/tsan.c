/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lookups without a lock beside a writer, for ThreadSanitizer.
 *
 * The writer goes through numbered versions of a topology in which one
 * aliasing bridge leads to the last buses: version V has it at 00:devfn V % 256
 * with secondary bus 1 + V / 256, so every answer says which version it is of.
 * Readers must never see an older version after a newer one, on whatever of
 * the two buses they ask about, nor an answer that no version has.
 */
#include <xen-pci/physdev.h>
#include <xen-pci/process.h>

#include "../model/host.h"

#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LAST_BUS 0xffU
#define READERS 2
#define SPARE_SEGMENT 0x1234U

/* So often the writer waits for all readers, for at most so many seconds. */
#define VERSIONS_BETWEEN 100U
#define PATIENCE 60

struct shared {
    struct xpci *xpci;
    atomic_uint newest; /* the version that the writer makes now */
    atomic_bool end;
    /* Of each reader.  Relaxed, or they would hide what is to be found. */
    atomic_uint seen[READERS]; /* the version that it saw last */
    atomic_uint none[READERS]; /* how often it saw none */
};

struct reader {
    pthread_t thread;
    struct shared *shared;
    unsigned int number;
    unsigned long answers;
    unsigned long versions; /* that it saw */
};

static uint32_t version_sbdf(unsigned int version)
{
    return version % 256U;
}

static uint8_t version_secondary(unsigned int version)
{
    return (uint8_t)(1U + version / 256U);
}

static void check_answer(struct reader *reader, unsigned int *seen,
                         unsigned int bus)
{
    struct shared *shared = reader->shared;
    struct xpci_upstream upstream;
    unsigned int version, newest;

    if ( !xpci_upstream(shared->xpci, XPCI_SBDF(0, bus, 0), &upstream) )
    {
        atomic_fetch_add_explicit(&shared->none[reader->number], 1U,
                                  memory_order_relaxed);
        return;
    }
    newest = atomic_load(&shared->newest);
    version = (upstream.secondary - 1U) * 256U + upstream.bridge;
    if ( upstream.bridge > 0xffU || version > newest )
        errx(1, "bus %02x: an answer that was never in force: %08x, %02x", bus,
             upstream.bridge, upstream.secondary);
    if ( version < *seen )
        errx(1, "bus %02x: version %u after version %u", bus, version, *seen);
    reader->versions += version != *seen;
    reader->answers++;
    *seen = version;
    atomic_store_explicit(&shared->seen[reader->number], version,
                          memory_order_relaxed);
}

static void check_lookup(const struct shared *shared, uint32_t sbdf,
                         enum xpci_type expected)
{
    uint32_t known = xpci_lookup(shared->xpci, sbdf);

    if ( known &&
         (xpci_lookup_type(known) != expected || xpci_lookup_flags(known)) )
        errx(1, "%x is of type %u, flags %x", sbdf,
             (unsigned int)xpci_lookup_type(known), xpci_lookup_flags(known));
}

static void check_lookups(const struct shared *shared, unsigned int seen)
{
    check_lookup(shared, version_sbdf(seen), XPCI_TYPE_PCI_BRIDGE);
    check_lookup(shared, XPCI_SBDF(SPARE_SEGMENT, seen & 0xffU, 0),
                 XPCI_TYPE_PCI_DEVICE);
    if ( xpci_lookup(shared->xpci, XPCI_SBDF(0, LAST_BUS, 0)) )
        errx(1, "a device that there never was is known");
}

static void *read_on(void *data)
{
    struct reader *reader = data;
    unsigned int seen = 0, turn;

    for ( turn = 0; !atomic_load(&reader->shared->end); turn++ )
    {
        check_answer(reader, &seen, LAST_BUS - turn % 2U);
        if ( turn % 16U == 0 )
            check_lookups(reader->shared, seen);
    }

    return NULL;
}

static void set_bridge(struct world *world, unsigned int version, bool leads)
{
    const struct world_function bridge = {
        .sbdf = version_sbdf(version),
        .vendor = 0x8086,
        .device = 0x244e,
        .class_revision = 0x06040000,
        .layout = 1,
        .pcie = WORLD_NO_PCIE,
        .secondary = leads ? version_secondary(version) : 0,
        .subordinate = leads ? LAST_BUS : 0,
    };

    world_set(world, &bridge);
}

static void call(struct xpci *xpci, unsigned int cmd, const void *arg,
                 size_t size)
{
    int rc = xpci_physdev_op(xpci, true, cmd, arg, size);

    if ( rc )
        errx(1, "hypercall %u returned %d", cmd, rc);
}

static void add(struct xpci *xpci, uint32_t sbdf)
{
    const struct physdev_pci_device_add device = {
        .seg = XPCI_SEGMENT(sbdf),
        .bus = XPCI_BUS(sbdf),
        .devfn = XPCI_DEVFN(sbdf),
    };

    call(xpci, PHYSDEVOP_pci_device_add, &device, sizeof(device));
}

static void take(struct xpci *xpci, uint32_t sbdf)
{
    const struct physdev_pci_device device = {
        .seg = XPCI_SEGMENT(sbdf),
        .bus = XPCI_BUS(sbdf),
        .devfn = XPCI_DEVFN(sbdf),
    };

    call(xpci, PHYSDEVOP_pci_device_remove, &device, sizeof(device));
}

/* A device on a new bus of another segment: pages and segments appear. */
static void add_elsewhere(struct xpci *xpci, struct world *world,
                          unsigned int version)
{
    const struct world_function device = {
        .sbdf = XPCI_SBDF(SPARE_SEGMENT, version & 0xffU, 0),
        .vendor = 0x8086,
        .device = 0x100e,
        .class_revision = 0x02000000,
        .pcie = WORLD_NO_PCIE,
    };

    world_set(world, &device);
    add(xpci, device.sbdf);
    if ( version & 0x100U )
        take(xpci, device.sbdf);
}

/*
 * Wait until each reader's number is at least what it is to be: on a machine
 * that has other things to do, the readers would miss most of what happens.
 */
static void wait_for_readers(atomic_uint *numbers, const unsigned int *least,
                             const char *what)
{
    time_t end = time(NULL) + PATIENCE;
    unsigned int i;

    for ( i = 0; i < READERS; i++ )
        while ( atomic_load_explicit(&numbers[i], memory_order_relaxed) <
                least[i] )
        {
            if ( time(NULL) > end )
                errx(1, "reader %u does not see %s", i, what);
            sched_yield();
        }
}

static void show_version(struct shared *shared, unsigned int version)
{
    unsigned int least[READERS], i;

    for ( i = 0; i < READERS; i++ )
        least[i] = version;
    wait_for_readers(shared->seen, least, "a new version");
}

static void show_none(struct shared *shared)
{
    unsigned int least[READERS], i;

    for ( i = 0; i < READERS; i++ )
        least[i] =
            atomic_load_explicit(&shared->none[i], memory_order_relaxed) + 1U;
    wait_for_readers(shared->none, least, "that there is none");
}

/*
 * From a version to the next: in one change, or through none at all, or with
 * the old bridge left where it is, without bus numbers.
 */
static void next_version(struct shared *shared, struct world *world,
                         unsigned int version)
{
    struct xpci *xpci = shared->xpci;

    atomic_store(&shared->newest, version);
    set_bridge(world, version - 1U, false);
    set_bridge(world, version, true);
    if ( version % 8U == 0 )
        take(xpci, version_sbdf(version - 1U));
    if ( version % (8U * VERSIONS_BETWEEN) == 0 )
        show_none(shared);
    add(xpci, version_sbdf(version));
    if ( version % VERSIONS_BETWEEN == 0 )
        show_version(shared, version);
    if ( version % 8U == 1U )
        take(xpci, version_sbdf(version - 1U));
    if ( version % 16U == 0 )
        add_elsewhere(xpci, world, version / 16U);
}

static void write_on(struct shared *shared, struct world *world,
                     unsigned int versions)
{
    const char *rule = "";
    unsigned int version;

    set_bridge(world, 0, true);
    add(shared->xpci, 0);
    for ( version = 1; version < versions; version++ )
    {
        next_version(shared, world, version);
        if ( version % 1024U == 0 && !xpci_is_valid(shared->xpci, &rule) )
            errx(1, "version %u: broken rule: %s", version, rule);
    }
}

int main(int argc, char **argv)
{
    unsigned int versions = argc > 1 ? (unsigned int)atoi(argv[1]) : 20000U;
    struct reader readers[READERS];
    struct shared shared;
    struct test_host host;
    struct world world;
    unsigned int i, none;

    if ( versions < 2 || versions > 250U * 256U )
        errx(2, "usage: tsan [VERSIONS], 2 to 64000");
    memset(readers, 0, sizeof(readers));
    world_init(&world);
    test_host_init(&host, &world);
    memset(&shared, 0, sizeof(shared));
    atomic_init(&shared.newest, 0);
    atomic_init(&shared.end, false);
    if ( xpci_create(&shared.xpci, &host.host) )
        errx(1, "no memory");

    for ( i = 0; i < READERS; i++ )
    {
        readers[i].shared = &shared;
        readers[i].number = i;
        if ( pthread_create(&readers[i].thread, NULL, read_on, &readers[i]) )
            errx(1, "no thread");
    }
    write_on(&shared, &world, versions);
    atomic_store(&shared.end, true);
    for ( i = 0; i < READERS; i++ )
    {
        if ( pthread_join(readers[i].thread, NULL) )
            errx(1, "no end of a thread");
        none = atomic_load(&shared.none[i]);
        printf("reader %u: %lu answers of %lu versions, %u times none\n", i,
               readers[i].answers, readers[i].versions, none);
        if ( readers[i].versions < versions / VERSIONS_BETWEEN || !none )
            errx(1, "a reader saw too little for this to mean anything");
    }

    xpci_dispose(shared.xpci);
    test_host_dispose(&host);
    world_dispose(&world);

    return 0;
}
