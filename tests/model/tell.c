/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random places, things and events.
 */
#include "tell.h"

/* A machine does not grow beyond this, so that its parts meet. */
#define MACHINE_FUNCTIONS 36

uint32_t rng_next(struct rng *rng)
{
    /* The mixing constants are those of splitmix64. */
    uint64_t z = rng->state += 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

uint32_t rng_below(struct rng *rng, uint32_t below)
{
    return rng_next(rng) % below;
}

bool rng_once_in(struct rng *rng, uint32_t n)
{
    return rng_below(rng, n) == 0;
}

/* --- Places ------------------------------------------------------------ */

uint16_t random_segment(struct rng *rng)
{
    static const uint16_t segments[] = { 0, 0, 0, 0, 1, 0xffff };

    return segments[rng_below(rng, ARRAY_SIZE(segments))];
}

/* Few buses, so that ranges meet; the last ones among them. */
static uint8_t random_bus(struct rng *rng)
{
    static const uint8_t far[] = { 0x10, 0x7f, 0x80, 0xfe, 0xff };

    if ( rng_once_in(rng, 8) )
        return far[rng_below(rng, ARRAY_SIZE(far))];
    return (uint8_t)rng_below(rng, 10);
}

uint8_t random_devfn(struct rng *rng)
{
    if ( rng_once_in(rng, 16) )
        return (uint8_t)rng_next(rng);
    return (uint8_t)(rng_below(rng, 4) << 3 | (rng_once_in(rng, 3) ? 1 : 0));
}

static uint32_t random_sbdf(struct rng *rng)
{
    uint16_t segment = random_segment(rng);
    uint8_t bus = random_bus(rng);

    return XPCI_SBDF(segment, bus, random_devfn(rng));
}

uint32_t some_sbdf(struct rng *rng, const struct world *world)
{
    if ( !world->count || rng_once_in(rng, 6) )
        return random_sbdf(rng);
    return world->functions[rng_below(rng, (uint32_t)world->count)].sbdf;
}

/* --- Things ------------------------------------------------------------ */

struct kind {
    uint16_t vendor;
    uint32_t class_revision;
    uint8_t layout;
    int8_t pcie;
};

#define BRIDGES 9

/* The first BRIDGES have bus numbers. */
static const struct kind kinds[] = {
    { 0x8086, 0x06040000, 1, 4 },             /* root port */
    { 0x8086, 0x06040001, 1, 4 },             /* its next revision */
    { 0x10b5, 0x06040000, 1, 5 },             /* switch: upstream port */
    { 0x10b5, 0x06040000, 1, 6 },             /* switch: downstream port */
    { 0x1b21, 0x06040000, 1, 7 },             /* PCIe to PCI */
    { 0x1b21, 0x06040000, 1, 8 },             /* PCI to PCIe */
    { 0x8086, 0x06040101, 1, WORLD_NO_PCIE }, /* conventional */
    { 0x104c, 0x06070000, 2, WORLD_NO_PCIE }, /* CardBus */
    { 0x8086, 0x08800000, 1, WORLD_NO_PCIE }, /* by its layout only */
    { 0x8086, 0x02000000, 0, 0 },             /* endpoint */
    { 0x8086, 0x02000001, 0, 1 },             /* legacy endpoint */
    { 0x8086, 0x01060000, 0, WORLD_NO_PCIE }, /* conventional */
    { 0x8086, 0x06000000, 0, WORLD_NO_PCIE }, /* host bridge */
    { 0x8086, 0x08060000, 0, 9 },
    { 0x8086, 0x08070000, 0, 10 },
    { 0xffff, 0x02000000, 0, 0 }, /* VF */
    { 0xffff, 0x02000000, 0, 0 },
    { 0x8086, 0x06040000, 0, WORLD_NO_PCIE },    /* a bridge by class only */
    { 0x8086, 0x06070000, 0, 11 },               /* a type that is not one */
    { 0x8086, 0xff000000, 0x7f, WORLD_NO_PCIE }, /* an unknown layout */
    { 0x0000, 0x00000000, 0, WORLD_NO_PCIE },    /* not there for a scan */
    { 0x8086, 0xffffffff, 0, WORLD_NO_PCIE },    /* not there for an add */
};

struct world_function random_function(struct rng *rng, uint32_t sbdf)
{
    const struct kind *kind = &kinds[rng_below(
        rng, rng_once_in(rng, 2) ? BRIDGES : ARRAY_SIZE(kinds))];
    struct world_function function = {
        .sbdf = sbdf,
        .vendor = kind->vendor,
        .device = (uint16_t)(kind->vendor == 0xffff ? 0xffff
                             : kind->vendor         ? 0x1000 + rng_below(rng, 2)
                                                    : 0),
        .class_revision = kind->class_revision,
        .layout = kind->layout,
        .multifunction = rng_once_in(rng, 2),
        .pcie = kind->pcie,
        .primary = XPCI_BUS(sbdf),
    };

    return function;
}

void random_numbers(struct rng *rng, struct world_function *function)
{
    uint8_t bus = XPCI_BUS(function->sbdf);

    function->primary = rng_once_in(rng, 8) ? 0 : bus;
    if ( rng_once_in(rng, 10) )
    {
        function->secondary = function->subordinate = 0;
        return;
    }
    function->secondary = random_bus(rng);
    if ( function->secondary <= bus && !rng_once_in(rng, 6) )
        function->secondary = (uint8_t)(bus + 1 + rng_below(rng, 3));
    function->subordinate = (uint8_t)(function->secondary + rng_below(rng, 4));
    if ( rng_once_in(rng, 10) )
        function->subordinate = rng_once_in(rng, 2) ? 0xff : random_bus(rng);
}

/* --- Events ------------------------------------------------------------ */

static struct event *next(struct story *story)
{
    static struct event spill;
    static const struct event none;
    struct event *event = &spill;

    if ( story->count < STORY_EVENTS )
        event = &story->events[story->count++];
    *event = none;
    return event;
}

void tell_config(struct story *story, const struct world_function *function)
{
    struct event *event = next(story);

    event->kind = EVENT_CONFIG;
    event->sbdf = function->sbdf;
    event->function = *function;
}

struct event *tell(struct story *story, struct rng *rng, enum event_kind kind,
                   uint32_t sbdf)
{
    struct event *event = next(story);

    event->kind = kind;
    event->sbdf = sbdf;
    event->report.node = XPCI_NO_NODE;
    if ( rng_once_in(rng, 6) )
        event->fail_at = 1 + rng_below(rng, 4);
    return event;
}

void tell_add(struct story *story, struct rng *rng, uint32_t sbdf)
{
    struct event *event = tell(story, rng, EVENT_ADD, sbdf);

    event->report.is_extfn = rng_once_in(rng, 12);
    if ( rng_once_in(rng, 6) )
        event->report.node = rng_below(rng, 3);
}

void tell_add_vf(struct story *story, struct rng *rng, uint32_t sbdf,
                 uint32_t physfn)
{
    struct event *event;

    tell_add(story, rng, sbdf);
    event = &story->events[story->count - 1];
    event->report.is_virtfn = true;
    event->report.physfn_bus = XPCI_BUS(physfn);
    event->report.physfn_devfn = XPCI_DEVFN(physfn);
}

void tell_toolstack(struct story *story, struct rng *rng, enum event_kind kind,
                    uint32_t sbdf)
{
    struct event *event = next(story);

    event->kind = kind;
    event->sbdf = sbdf;
    event->domain = (uint16_t)(1 + rng_below(rng, 3));
}

void tell_unrest(struct story *story, struct rng *rng, uint32_t sbdf)
{
    struct event *event = next(story);

    event->kind = EVENT_UNREST;
    event->sbdf = sbdf;
    event->unrest = (enum world_unrest)(1 + rng_below(rng, WORLD_UNRESTS - 1));
    event->nth = 1 + rng_below(rng, 12);
}

/* What is there says that it is something else, as a guest can make it. */
static void tell_another(struct story *story, struct rng *rng,
                         const struct world *world, uint32_t sbdf)
{
    struct world_function function;

    if ( !world_get(world, sbdf) )
        return;
    function = rng_once_in(rng, 3) ? random_function(rng, sbdf)
                                   : *world_get(world, sbdf);
    if ( rng_once_in(rng, 2) )
        function.class_revision ^= 1;
    if ( rng_once_in(rng, 3) )
    {
        function.layout ^= 1;
        random_numbers(rng, &function);
    }
    tell_config(story, &function);
    tell_add(story, rng, sbdf);
}

/* A new function, or other bus numbers for one that is there. */
static void tell_random_config(struct story *story, struct rng *rng,
                               const struct world *world, uint32_t sbdf)
{
    struct world_function function;

    if ( rng_once_in(rng, 2) )
    {
        if ( world->count > MACHINE_FUNCTIONS )
            return;
        function = random_function(rng, random_sbdf(rng));
    }
    else if ( world_get(world, sbdf) )
        function = *world_get(world, sbdf);
    else
        return;
    random_numbers(rng, &function);
    tell_config(story, &function);
}

/* One event for each of these, as often as they come. */
static const enum event_kind at_random[] = {
    EVENT_SCAN_DEVICE, EVENT_RESET,  EVENT_REFUSE, EVENT_REMOVE,   EVENT_REMOVE,
    EVENT_REMOVE,      EVENT_DEPART, EVENT_GONE,   EVENT_GONE,     EVENT_CONFIG,
    EVENT_CONFIG,      EVENT_CONFIG, EVENT_CONFIG, EVENT_CONFIG,   EVENT_CONFIG,
    EVENT_CONFIG,      EVENT_ASSIGN, EVENT_ASSIGN, EVENT_DEASSIGN, EVENT_UNREST,
    EVENT_ADD,         EVENT_ADD,    EVENT_ADD,    EVENT_ADD,      EVENT_ADD,
    EVENT_ADD,         EVENT_ADD,    EVENT_ADD,    EVENT_ADD,      EVENT_ADD,
};

void tell_anything(struct story *story, struct rng *rng,
                   const struct world *world)
{
    uint32_t sbdf = some_sbdf(rng, world);
    enum event_kind kind = at_random[rng_below(rng, ARRAY_SIZE(at_random))];

    if ( rng_once_in(rng, 200) )
        tell(story, rng, EVENT_SCAN_SEGMENT, sbdf & 0xffff0000U);
    else if ( rng_once_in(rng, 120) )
        tell_toolstack(story, rng, EVENT_DESTROY, 0);
    else if ( rng_once_in(rng, 30) )
        tell_another(story, rng, world, sbdf);
    else if ( rng_once_in(rng, 15) )
        tell_add_vf(story, rng, sbdf,
                    (sbdf & 0xffff0000U) | (some_sbdf(rng, world) & 0xffffU));
    else if ( kind == EVENT_CONFIG )
        tell_random_config(story, rng, world, sbdf);
    else if ( kind == EVENT_ADD )
        tell_add(story, rng, sbdf);
    else if ( kind == EVENT_ASSIGN || kind == EVENT_DEASSIGN )
        tell_toolstack(story, rng, kind, sbdf);
    else if ( kind == EVENT_UNREST )
        tell_unrest(story, rng, sbdf);
    else
        tell(story, rng, kind, sbdf)->fail_at *= kind != EVENT_GONE;
}
