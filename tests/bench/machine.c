/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "machine.h"
#include "measure.h"

static const struct xpci_report report = { .node = XPCI_NO_NODE };

static uint32_t numbers(const struct machine *machine, uint16_t index)
{
    uint32_t moves = machine->restless ? machine->reads % 16U : 0;

    return (uint32_t)XPCI_BUS(index) |
           (machine->config[index].secondary + moves) << 8 |
           (machine->config[index].subordinate + moves) << 16;
}

/* Registers of the PCI Local Bus Specification 3.0, 6.1. */
static uint32_t config_read(void *data, uint32_t sbdf, unsigned int offset)
{
    struct machine *machine = data;
    uint16_t index = (uint16_t)sbdf;
    bool is_bridge = machine->config[index].kind == FUNCTION_BRIDGE;

    machine->reads++;
    if ( XPCI_SEGMENT(sbdf) || machine->config[index].kind == FUNCTION_NONE )
        return ~(uint32_t)0;
    switch ( offset )
    {
    case 0x00:
        return is_bridge ? 0x244e8086 : 0x100e8086;
    case 0x08:
        return is_bridge ? 0x06040001 : 0x02000001;
    case 0x0c:
        return 0x800000 | (is_bridge ? 0x010000 : 0);
    case 0x18:
        return is_bridge ? numbers(machine, index) : 0;
    default:
        return 0;
    }
}

static void *host_alloc(void *data, size_t size)
{
    struct machine *machine = data;
    void *memory = NULL;

    if ( posix_memalign(&memory, size < 64 ? 16 : 64, size) )
        return NULL;
    machine->allocated += size;
    return memset(memory, 0, size);
}

static void host_free(void *data, void *memory, size_t size)
{
    struct machine *machine = data;

    machine->allocated -= size;
    free(memory);
}

static void host_lock(void *data)
{
    struct machine *machine = data;

    pthread_mutex_lock(&machine->lock);
}

static void host_unlock(void *data)
{
    struct machine *machine = data;

    pthread_mutex_unlock(&machine->lock);
}

static uint16_t host_owner(void *data, uint32_t sbdf, const void *attached)
{
    (void)data;
    (void)sbdf;
    (void)attached;
    return XPCI_OWNER_DOM0;
}

static int host_may_remove(void *data, uint32_t sbdf, void *attached,
                           bool answers)
{
    (void)data;
    (void)sbdf;
    (void)attached;
    (void)answers;
    return 0;
}

/* What goes, and what is displaced: nothing is kept here. */
static void host_ignore(void *data, uint32_t sbdf, void *attached, bool how)
{
    (void)data;
    (void)sbdf;
    (void)attached;
    (void)how;
}

static void host_remap(void *data, uint16_t segment,
                       const struct xpci_bus_set *buses)
{
    (void)data;
    (void)segment;
    (void)buses;
}

static struct machine *machine_new(void)
{
    struct machine *machine = calloc(1, sizeof(*machine));

    must(machine != NULL, "no memory");
    machine->functions = calloc(SEGMENT_FUNCTIONS, sizeof(*machine->functions));
    must(machine->functions != NULL, "no memory");
    pthread_mutex_init(&machine->lock, NULL);
    machine->host = (struct xpci_host){
        .data = machine,
        .config_read = config_read,
        .alloc = host_alloc,
        .free = host_free,
        .lock = host_lock,
        .unlock = host_unlock,
        .owner = host_owner,
        .may_remove = host_may_remove,
        .remove = host_ignore,
        .displaced = host_ignore,
        .unmap = host_remap,
        .remap = host_remap,
    };
    return machine;
}

static void place(struct machine *machine, unsigned int bus, unsigned int devfn,
                  unsigned int secondary, unsigned int subordinate)
{
    uint16_t index = (uint16_t)XPCI_SBDF(0, bus, devfn);

    must(machine->count < SEGMENT_FUNCTIONS, "a machine with too much in it");
    machine->config[index].kind =
        secondary ? FUNCTION_BRIDGE : FUNCTION_ENDPOINT;
    machine->config[index].secondary = (uint8_t)secondary;
    machine->config[index].subordinate = (uint8_t)subordinate;
    machine->functions[machine->count++] = index;
}

/* `count` functions on bus `top` and on the buses that its bridges lead to. */
static void place_square(struct machine *machine, unsigned int top,
                         size_t count)
{
    unsigned int side = 1, buses, bus, devfn;

    while ( (size_t)side * side < count )
        side++;
    buses = (unsigned int)((count + side - 1) / side);
    for ( bus = 0; bus < buses; bus++ )
        for ( devfn = 0; devfn < side && count; devfn++, count-- )
        {
            unsigned int below =
                !bus && devfn && devfn < buses ? top + devfn : 0;

            place(machine, top + bus, devfn, below, below);
        }
}

struct machine *machine_flat(size_t count)
{
    struct machine *machine = machine_new();

    place_square(machine, 0, count);
    return machine;
}

struct machine *machine_below(size_t count)
{
    struct machine *machine = machine_new();

    place(machine, 0, 0, 1, 0xff);
    place_square(machine, 1, count);
    return machine;
}

struct machine *machine_chain(unsigned int depth)
{
    struct machine *machine = machine_new();
    unsigned int i;

    for ( i = 0; i < depth; i++ )
        place(machine, i, 0, i + 1, depth);
    machine->first_asked = machine->count;
    for ( i = 0; i < 8; i++ )
        place(machine, depth, i << 3, 0, 0);
    return machine;
}

struct machine *machine_clashing(size_t count)
{
    struct machine *machine = machine_new();
    unsigned int i;

    must(count <= 2048, "too many bridges");
    for ( i = 0; i < count; i++ )
        place(machine, i / 256U, i % 256U, 8U + i % 100U, 130U + i % 101U);
    place(machine, 200, 0, 0, 0);
    return machine;
}

void machine_scan_most(struct machine *machine)
{
    size_t i;

    must(!xpci_create(&machine->xpci, &machine->host), "no memory");
    for ( i = 0; i + 1 < machine->count; i++ )
        must(!xpci_scan_device(machine->xpci, machine->functions[i]),
             "a device could not be scanned");
}

void machine_add_all(struct machine *machine)
{
    size_t i;

    must(!xpci_create(&machine->xpci, &machine->host), "no memory");
    for ( i = 0; i < machine->count; i++ )
        must(!xpci_add(machine->xpci, machine->functions[i], &report),
             "a device could not be added");
}

void machine_forget(struct machine *machine)
{
    xpci_dispose(machine->xpci);
    machine->xpci = NULL;
}

void machine_free(struct machine *machine)
{
    machine_forget(machine);
    pthread_mutex_destroy(&machine->lock);
    free(machine->functions);
    free(machine);
}
