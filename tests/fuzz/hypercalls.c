/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls of any bytes, on config space of any bytes, which may be others at
 * each read: nothing is known of either.  After each, the predicate holds, just
 * that is mapped which its owner may reach, one that failed has changed
 * nothing, and config space was read no more often than is written.
 */
#include "../model/host.h"
#include "../model/listing.h"
#include "bytes.h"

#include <xen-pci/physdev.h>
#include <xen-pci/process.h>

#define CALLS_MOST 48
#define FUNCTIONS 16U
#define REGISTERS 20U /* dwords from 0x00 to 0x4f */

/*
 * The most dwords that a hypercall reads (<xen-pci/topology.h>): of a bridge
 * of the segment; and of the device and of its PF, twice.
 */
#define READS_OF_BRIDGE 4U
#define READS_OF_DEVICE 108U
#define DEVICES 2U

/* So many functions are read in one hypercall at most: known ones and two. */
#define READ_MOST (CALLS_MOST + DEVICES)

/* Config space: these functions, anywhere; all of it all ones at first. */
struct space {
    struct {
        uint32_t sbdf;
        uint32_t dword[REGISTERS];
        uint32_t restless; /* these bits change at each read */
    } function[FUNCTIONS];
    /* Since the hypercall began. */
    unsigned int reads;
    uint16_t segment;
    struct {
        uint32_t sbdf;
        unsigned int reads;
    } read[READ_MOST];
    unsigned int read_count;
};

static struct space space;

static void count_read(uint32_t sbdf)
{
    unsigned int i;

    if ( space.reads++ && space.segment != XPCI_SEGMENT(sbdf) )
        fuzz_found("one hypercall reads segments %x and %x", space.segment,
                   XPCI_SEGMENT(sbdf));
    space.segment = XPCI_SEGMENT(sbdf);
    for ( i = 0; i < space.read_count && space.read[i].sbdf != sbdf; i++ )
        ;
    if ( i == READ_MOST )
        fuzz_found("more functions are read than were ever reported");
    if ( i == space.read_count )
    {
        space.read[space.read_count].sbdf = sbdf;
        space.read[space.read_count++].reads = 0;
    }
    space.read[i].reads++;
}

static uint32_t config_read(void *data, uint32_t sbdf, unsigned int offset)
{
    unsigned int i;

    (void)data;
    if ( offset % 4U || offset >= 4096U )
        fuzz_found("config space is read at %x", offset);
    count_read(sbdf);
    for ( i = 0; i < FUNCTIONS; i++ )
        if ( space.function[i].sbdf == sbdf )
            return space.function[i].dword[offset / 4U % REGISTERS] ^
                   (space.function[i].restless & space.reads * 0x9e3779b1U);

    return 0xffffffffU;
}

static void change_config(struct bytes *bytes)
{
    unsigned int i = bytes_choice(bytes, FUNCTIONS);
    uint8_t what = bytes_u8(bytes);

    if ( what & 0x80U )
        space.function[i].sbdf =
            XPCI_SBDF(what & 1U, bytes_u8(bytes), bytes_u8(bytes));
    space.function[i].restless = what & 0x20U ? bytes_u32(bytes) : 0;
    if ( what & 0x40U )
    {
        /* A bridge, and most of the time one that covers something. */
        space.function[i].dword[0] = 0x244e8086U;
        space.function[i].dword[2] = 0x06040000U;
        space.function[i].dword[3] = 0x00010000U;
        space.function[i].dword[6] = bytes_u32(bytes);
    }
    else
        space.function[i].dword[what % REGISTERS] = bytes_u32(bytes);
}

/* The functions that there are come up more often than others. */
static void read_place(struct bytes *bytes, uint8_t *bus, uint8_t *devfn)
{
    uint8_t which = bytes_u8(bytes);

    if ( which & 0x80U )
    {
        *bus = bytes_u8(bytes);
        *devfn = bytes_u8(bytes);
        return;
    }
    *bus = XPCI_BUS(space.function[which % FUNCTIONS].sbdf);
    *devfn = XPCI_DEVFN(space.function[which % FUNCTIONS].sbdf);
}

static unsigned int read_call(struct bytes *bytes, uint8_t *arg, size_t *size)
{
    static const unsigned int commands[] = {
        PHYSDEVOP_pci_device_add,     PHYSDEVOP_pci_device_remove,
        PHYSDEVOP_manage_pci_add,     PHYSDEVOP_manage_pci_remove,
        PHYSDEVOP_manage_pci_add_ext, 32, /* PHYSDEVOP_pci_device_reset */
        PHYSDEVOP_apic_write,
    };
    struct physdev_pci_device_add add = { 0 };
    uint8_t how = bytes_u8(bytes);
    size_t i;

    *size = how & 0x80U ? bytes_u8(bytes) % 33U : 32U;
    for ( i = 0; i < 32U; i++ )
        arg[i] = how & 0x40U ? bytes_u8(bytes) : 0;
    if ( !(how & 0x40U) )
    {
        add.seg = how & 8U ? 1 : 0;
        read_place(bytes, &add.bus, &add.devfn);
        add.flags = bytes_u8(bytes) & 7U;
        read_place(bytes, &add.physfn.bus, &add.physfn.devfn);
        memcpy(arg, &add, offsetof(struct physdev_pci_device_add, optarr));
    }

    return commands[(how & 7U) % ARRAY_SIZE(commands)];
}

/* What a hypercall is about, and its PF: the first bytes of an add. */
static bool is_reported(const uint8_t *arg, uint32_t sbdf)
{
    struct physdev_pci_device_add add;

    memcpy(&add, arg, offsetof(struct physdev_pci_device_add, optarr));

    return sbdf == XPCI_SBDF(add.seg, add.bus, add.devfn) ||
           sbdf == XPCI_SBDF(add.seg, add.physfn.bus, add.physfn.devfn);
}

/* All but two functions are bridges, and read at most so often. */
static void check_reads(unsigned int cmd, const uint8_t *arg)
{
    unsigned int devices = 0, i;

    for ( i = 0; i < space.read_count; i++ )
    {
        bool bridge = cmd == PHYSDEVOP_pci_device_add &&
                      !is_reported(arg, space.read[i].sbdf);

        if ( space.read[i].reads >
             (bridge ? READS_OF_BRIDGE : READS_OF_DEVICE) )
            fuzz_found("%x is read %u times", space.read[i].sbdf,
                       space.read[i].reads);
        devices += space.read[i].reads > READS_OF_BRIDGE;
    }
    if ( devices > DEVICES )
        fuzz_found("%u functions are read more than %u times", devices,
                   READS_OF_BRIDGE);
}

static void check_tables(const struct test_host *host, const char *after)
{
    const char *rule = "";
    char text[256];

    if ( !xpci_is_valid(host->xpci, &rule) )
        fuzz_found("broken rule after %s: %s", after, rule);
    if ( !test_host_is_sound(host, text, sizeof(text)) )
        fuzz_found("after %s %s", after, text);
}

static void look(struct listing *listing, const struct xpci *xpci)
{
    listing_dispose(listing);
    if ( !listing_from_core(listing, xpci) )
        fuzz_found("a walk failed");
}

static void check_call(const struct test_host *host, struct listing *before,
                       uint32_t generation, int rc)
{
    bool same = generation == xpci_generation(host->xpci);
    struct listing after;
    char text[512];

    if ( rc > 0 )
        fuzz_found("a hypercall returns %d", rc);
    listing_init(&after);
    look(&after, host->xpci);
    if ( (rc || same) &&
         !listing_equal(before, "before", &after, "after", text, sizeof(text)) )
        fuzz_found("rc %d, generation %s, but: %s", rc,
                   same ? "the same" : "new", text);
    listing_dispose(before);
    *before = after;
}

/* Give a function to a guest, take it back, or destroy a guest. */
static void toolstack(struct bytes *bytes, struct test_host *host)
{
    uint8_t what = bytes_u8(bytes);
    uint32_t sbdf = space.function[what % FUNCTIONS].sbdf;
    uint16_t domain = (uint16_t)(1U + (what >> 4) % 3U);

    if ( what & 0x40U )
        (void)test_host_deassign(host, sbdf);
    else if ( what < 0xc0U )
        (void)test_host_assign(host, sbdf, domain);
    else
        test_host_destroy(host, domain);
    check_tables(host, "what a toolstack did");
}

static void call(struct bytes *bytes, struct test_host *host, uint8_t what,
                 struct listing *listing)
{
    uint32_t generation = xpci_generation(host->xpci);
    uint8_t arg[32];
    size_t arg_size;
    unsigned int cmd = read_call(bytes, arg, &arg_size);
    int rc;

    look(listing, host->xpci);
    space.reads = space.read_count = 0;
    host->fail_at = what & 2U ? what >> 5 : 0;
    rc = xpci_physdev_op(host->xpci, (what & 0x1cU) != 0x1cU, cmd, arg,
                         arg_size);
    host->fail_at = 0;
    check_reads(cmd, arg);
    check_call(host, listing, generation, rc);
    test_host_adopt(host);
    check_tables(host, "a hypercall");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = { data, size < FUZZ_MOST ? size : FUZZ_MOST };
    struct test_host host;
    struct listing listing;
    struct world world;
    unsigned int calls = 0;

    memset(&space, 0xff, sizeof(space));
    world_init(&world);
    test_host_init(&host, &world);
    host.host.config_read = config_read;
    host.tracks = true;
    listing_init(&listing);
    if ( xpci_create(&host.xpci, &host.host) )
        fuzz_found("no memory");

    while ( bytes.left && calls < CALLS_MOST )
    {
        uint8_t what = bytes_u8(&bytes);

        if ( (what & 0x21U) == 0x21U )
            toolstack(&bytes, &host);
        else if ( what & 1U )
            change_config(&bytes);
        else
        {
            call(&bytes, &host, what, &listing);
            calls++;
        }
    }

    listing_dispose(&listing);
    xpci_dispose(host.xpci);
    if ( host.allocated || host.blocks || host.lock_errors )
        fuzz_found("%zu bytes kept, %u errors of the lock", host.allocated,
                   host.lock_errors);
    test_host_dispose(&host);
    world_dispose(&world);

    return 0;
}
