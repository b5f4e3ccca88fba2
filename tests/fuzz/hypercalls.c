/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls of any bytes, on config space of any bytes: nothing is known of
 * either.  After each, the predicate holds, and one that failed has changed
 * nothing.
 */
#include "../model/host.h"
#include "../model/listing.h"
#include "bytes.h"

#include <xen-pci/physdev.h>
#include <xen-pci/process.h>

#define CALLS_MOST 48
#define FUNCTIONS 8U
#define REGISTERS 20U /* dwords from 0x00 to 0x4f */

/* Config space: these functions, anywhere; all of it all ones at first. */
struct space {
    struct {
        uint32_t sbdf;
        uint32_t dword[REGISTERS];
    } function[FUNCTIONS];
};

static struct space space;

static uint32_t config_read(void *data, uint32_t sbdf, unsigned int offset)
{
    unsigned int i;

    (void)data;
    if ( offset % 4U || offset >= 4096U )
        fuzz_found("config space is read at %x", offset);
    for ( i = 0; i < FUNCTIONS; i++ )
        if ( space.function[i].sbdf == sbdf )
            return space.function[i].dword[offset / 4U % REGISTERS];

    return 0xffffffffU;
}

static void change_config(struct bytes *bytes)
{
    unsigned int i = bytes_choice(bytes, FUNCTIONS);
    uint8_t what = bytes_u8(bytes);

    if ( what & 0x80U )
        space.function[i].sbdf =
            XPCI_SBDF(what & 1U, bytes_u8(bytes), bytes_u8(bytes));
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

static void check(const struct xpci *xpci, struct listing *before,
                  uint32_t generation, int rc)
{
    struct listing after;
    const char *rule = "";
    char text[512];

    if ( rc > 0 )
        fuzz_found("a hypercall returns %d", rc);
    if ( !xpci_is_valid(xpci, &rule) )
        fuzz_found("broken rule after a hypercall that returned %d: %s", rc,
                   rule);
    listing_init(&after);
    if ( !listing_from_core(&after, xpci) )
        fuzz_found("a walk failed");
    if ( (rc || generation == xpci_generation(xpci)) &&
         !listing_equal(before, "before", &after, "after", text, sizeof(text)) )
        fuzz_found("rc %d, generation %s, but: %s", rc,
                   generation == xpci_generation(xpci) ? "the same" : "new",
                   text);
    listing_dispose(before);
    *before = after;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = { data, size < FUZZ_MOST ? size : FUZZ_MOST };
    struct test_host host;
    struct listing listing;
    struct world world;
    struct xpci *xpci;
    unsigned int calls = 0;

    memset(&space, 0xff, sizeof(space));
    world_init(&world);
    test_host_init(&host, &world);
    host.host.config_read = config_read;
    listing_init(&listing);
    if ( xpci_create(&xpci, &host.host) )
        fuzz_found("no memory");

    while ( bytes.left && calls < CALLS_MOST )
    {
        uint32_t generation = xpci_generation(xpci);
        uint8_t arg[32];
        unsigned int cmd;
        size_t arg_size;
        uint8_t what = bytes_u8(&bytes);
        int rc;

        if ( what & 1U )
        {
            change_config(&bytes);
            continue;
        }
        cmd = read_call(&bytes, arg, &arg_size);
        host.fail_at = what & 2U ? what >> 5 : 0;
        rc = xpci_physdev_op(xpci, (what & 0x1cU) != 0x1cU, cmd, arg, arg_size);
        host.fail_at = 0;
        check(xpci, &listing, generation, rc);
        calls++;
    }

    listing_dispose(&listing);
    xpci_dispose(xpci);
    if ( host.allocated || host.blocks || host.lock_errors )
        fuzz_found("%zu bytes kept, %u errors of the lock", host.allocated,
                   host.lock_errors);
    test_host_dispose(&host);
    world_dispose(&world);

    return 0;
}
