/* SPDX-License-Identifier: GPL-2.0-only */
#include "beside.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#define BUSES 256
#define NO_BRIDGE UINT32_MAX

/* One segment's tables, whoever keeps them. */
struct ways {
    uint32_t bridge[BUSES]; /* SBDF, or NO_BRIDGE */
    bool known[BUSES];      /* is that bridge listed? */
};

static uint32_t read_world(struct config_space *space, uint32_t sbdf,
                           unsigned int offset)
{
    const struct beside *beside =
        (const void *)((const char *)space - offsetof(struct beside, space));

    return world_read(beside->world, sbdf, offset);
}

static const struct config_space_ops world_ops = { .read = read_world };

void beside_begin(struct beside *beside, struct world *world)
{
    beside->world = world;
    beside->space.ops = &world_ops;
    stock_init(&beside->stock, &beside->space);
}

void beside_end(struct beside *beside)
{
    stock_dispose(&beside->stock);
    stock_init(&beside->stock, &beside->space);
}

static void ways_of_stock(struct ways *ways, const struct stock *stock,
                          uint16_t number)
{
    const struct stock_segment *segment;
    unsigned int bus;

    for ( bus = 0; bus < BUSES; bus++ )
        ways->bridge[bus] = NO_BRIDGE;
    for ( segment = stock->segments; segment && segment->number != number;
          segment = segment->next )
        ;
    for ( bus = 0; segment && bus < BUSES; bus++ )
    {
        const struct stock_way *way = &segment->bus2bridge[bus];

        if ( !way->map )
            continue;
        ways->bridge[bus] = XPCI_SBDF(number, way->bus, way->devfn);
        ways->known[bus] = stock_find(segment, ways->bridge[bus]) != NULL;
    }
}

static int compare_sbdf(const void *key, const void *element)
{
    uint32_t sbdf = *(const uint32_t *)key;
    const struct xpci_device_info *info = element;

    return sbdf < info->sbdf ? -1 : sbdf > info->sbdf;
}

static void ways_of_module(struct ways *ways, const struct listing *listing,
                           uint16_t number)
{
    unsigned int bus;
    size_t i;

    for ( bus = 0; bus < BUSES; bus++ )
        ways->bridge[bus] = NO_BRIDGE;
    for ( i = 0; i < listing->bus_count; i++ )
    {
        const struct xpci_bus_info *info = &listing->buses[i];

        if ( info->segment != number )
            continue;
        ways->bridge[info->bus] = info->bridge;
        ways->known[info->bus] =
            bsearch(&info->bridge, listing->devices, listing->device_count,
                    sizeof(*listing->devices), compare_sbdf) != NULL;
    }
}

/* Does config space say, at this moment, that `bridge` leads to `bus`? */
static bool leads_there(const struct world *world, uint32_t bridge,
                        unsigned int bus)
{
    const struct world_function *function = world_get(world, bridge);

    return function && (function->layout == 1 || function->layout == 2) &&
           function->secondary <= bus && bus <= function->subordinate;
}

static bool ends(const struct ways *ways, unsigned int bus)
{
    unsigned int steps;

    for ( steps = 0; steps < BUSES && ways->bridge[bus] != NO_BRIDGE; steps++ )
        bus = XPCI_BUS(ways->bridge[bus]);
    return ways->bridge[bus] == NO_BRIDGE;
}

static bool way_is_right(const struct ways *ways, const struct world *world,
                         unsigned int bus)
{
    bool right = ends(ways, bus);

    while ( right && ways->bridge[bus] != NO_BRIDGE )
    {
        right = ways->known[bus] && leads_there(world, ways->bridge[bus], bus);
        bus = XPCI_BUS(ways->bridge[bus]);
    }
    return right;
}

static void judge_tables(struct beside_counts *counts, const struct ways *ways,
                         const struct world *world)
{
    bool unknown = false;
    bool elsewhere = false;
    bool cyclic = false;
    unsigned int bus;

    for ( bus = 0; bus < BUSES; bus++ )
    {
        if ( ways->bridge[bus] == NO_BRIDGE )
            continue;
        unknown |= !ways->known[bus];
        elsewhere |= !leads_there(world, ways->bridge[bus], bus);
        cyclic |= !ends(ways, bus);
    }
    counts->calls++;
    counts->unknown += unknown;
    counts->elsewhere += elsewhere;
    counts->cyclic += cyclic;
}

static bool answers(const struct world *world, uint32_t sbdf)
{
    const struct world_function *function = world_get(world, sbdf);

    return function && function->class_revision != 0xffffffffU;
}

/* Is what dom0 reports there, and its PF? */
static bool is_there(const struct world *world, const struct event *event)
{
    const struct xpci_report *report = &event->report;

    return answers(world, event->sbdf) &&
           (!report->is_virtfn ||
            answers(world,
                    XPCI_SBDF(XPCI_SEGMENT(event->sbdf), report->physfn_bus,
                              report->physfn_devfn)));
}

static void judge(struct beside_counts *counts, const struct ways *ways,
                  const struct world *world, const struct event *event, int rc)
{
    judge_tables(counts, ways, world);
    /* -EINVAL: the arguments are wrong, which is nobody's fault here. */
    if ( event->kind != EVENT_ADD || rc == -EINVAL || !is_there(world, event) )
        return;
    counts->adds++;
    if ( rc == -ENODEV && event->report.is_virtfn )
        counts->waiting++;
    else if ( rc )
        counts->refused++;
    else
        counts->misled += !way_is_right(ways, world, XPCI_BUS(event->sbdf));
}

/* The device is there, so dom0 reached it: its way must be right. */
static void judge_reset(struct beside_counts *counts, const struct ways *ways,
                        const struct world *world, const struct event *event)
{
    counts->resets++;
    counts->misled_resets += !way_is_right(ways, world, XPCI_BUS(event->sbdf));
}

/* What a guest has is what its record says, and not what it says itself. */
static bool any_foreign_bridge(const struct listing *listing)
{
    size_t i;

    for ( i = 0; i < listing->device_count; i++ )
        if ( listing->devices[i].owner != XPCI_OWNER_DOM0 &&
             listing->devices[i].owner != XPCI_OWNER_UNKNOWN &&
             (listing->devices[i].flags & XPCI_BRIDGE) )
            return true;
    return false;
}

static int do_stock(struct stock *stock, const struct event *event)
{
    switch ( event->kind )
    {
    case EVENT_SCAN_DEVICE:
        return stock_scan_device(stock, event->sbdf);
    case EVENT_SCAN_SEGMENT:
        return stock_scan(stock, XPCI_SEGMENT(event->sbdf));
    case EVENT_ADD:
        return stock_add(stock, event->sbdf, &event->report);
    default:
        return stock_remove(stock, event->sbdf);
    }
}

/* A host that went down boots again: an empty table, and the scan. */
static int reboot(struct stock *stock)
{
    struct config_space *space = stock->space;
    uint16_t numbers[WORLD_SEGMENTS];
    const struct stock_segment *segment;
    unsigned int count = 0;
    int rc = 0;

    for ( segment = stock->segments; segment; segment = segment->next )
        numbers[count++] = segment->number;
    stock_dispose(stock);
    stock_init(stock, space);
    while ( !rc && count-- )
        rc = stock_scan(stock, numbers[count]);
    return rc;
}

void beside_apply(struct beside *beside, const struct trial *trial,
                  const struct event *event)
{
    uint16_t segment = XPCI_SEGMENT(event->sbdf);
    static struct ways ways;
    int rc;

    switch ( event->kind )
    {
    case EVENT_RESET:
        if ( trial->returned || !answers(beside->world, event->sbdf) ||
             !trial->calm || any_foreign_bridge(&trial->after) )
            return;
        ways_of_module(&ways, &trial->after, segment);
        judge_reset(&beside->of_module, &ways, beside->world, event);
        return;
    case EVENT_SCAN_DEVICE:
    case EVENT_SCAN_SEGMENT:
    case EVENT_ADD:
    case EVENT_REMOVE:
        break;
    default: /* not told to the hypervisor */
        return;
    }
    rc = do_stock(&beside->stock, event);
    if ( beside->stock.panic )
    {
        beside->of_stock.panics++;
        rc = reboot(&beside->stock);
    }
    if ( rc == -ENOMEM )
        errx(1, "no memory for the stock model");
    /* What was true then is not so any more; or it is not for dom0 to say. */
    if ( !trial->calm || any_foreign_bridge(&trial->after) )
        return;
    ways_of_stock(&ways, &beside->stock, segment);
    judge(&beside->of_stock, &ways, beside->world, event, rc);
    /* Where the test took its memory away, the module says nothing new. */
    if ( trial->host.failed )
        return;
    ways_of_module(&ways, &trial->after, segment);
    judge(&beside->of_module, &ways, beside->world, event, trial->returned);
}

static void print_row(const char *label, unsigned long stock,
                      unsigned long of_stock, unsigned long module,
                      unsigned long of_module)
{
    printf("  %-52s %8lu %6.2f %% %8lu %6.2f %%\n", label, stock,
           of_stock ? 100.0 * (double)stock / (double)of_stock : 0.0, module,
           of_module ? 100.0 * (double)module / (double)of_module : 0.0);
}

void beside_print(const struct beside *beside)
{
    const struct beside_counts *stock = &beside->of_stock;
    const struct beside_counts *module = &beside->of_module;

    printf("after how many of the same calls%-22s %8s %17s\n", "", "stock",
           "module");
    printf("  %-52s %8lu %17lu\n", "calls", stock->calls, module->calls);
    print_row("a walk up from some bus goes round", stock->cyclic, stock->calls,
              module->cyclic, module->calls);
    print_row("some bus leads to a bridge that is not known", stock->unknown,
              stock->calls, module->unknown, module->calls);
    print_row("some bus leads to a bridge that is elsewhere now",
              stock->elsewhere, stock->calls, module->elsewhere, module->calls);
    printf("  %-52s %8lu %17lu\n", "adds of a device that is there",
           stock->adds, module->adds);
    print_row("refused", stock->refused, stock->adds, module->refused,
              module->adds);
    print_row("refused until its PF is reported", stock->waiting, stock->adds,
              module->waiting, module->adds);
    print_row("accepted, and its own way up is one of the above", stock->misled,
              stock->adds, module->misled, module->adds);
    printf("  %-52s %8s %17lu\n", "resets of a device that is there", "-",
           module->resets);
    print_row("its own way up is one of the above", stock->misled_resets,
              stock->resets, module->misled_resets, module->resets);
    print_row("the host goes down", stock->panics, stock->calls, module->panics,
              module->calls);
}

bool beside_is_good(const struct beside *beside)
{
    const struct beside_counts *module = &beside->of_module;

    return !module->unknown && !module->cyclic && !module->refused &&
           !module->misled && !module->misled_resets && !module->panics;
}
