/* SPDX-License-Identifier: GPL-2.0-only */
#include "tell.h"

/* Bridges that are reported first and programmed afterwards, one in another. */
static void hot_added_bridges(struct story *story, struct rng *rng,
                              const struct world *world)
{
    uint32_t sbdf = some_sbdf(rng, world);
    unsigned int depth = 1 + rng_below(rng, 4);
    struct world_function function;

    while ( depth-- && XPCI_BUS(sbdf) < 0xf0 )
    {
        function = random_function(rng, sbdf);
        function.layout = 1;
        function.primary = function.secondary = function.subordinate = 0;
        tell_config(story, &function);
        tell_add(story, rng, sbdf);
        if ( rng_once_in(rng, 4) )
            tell_anything(story, rng, world);
        function.primary = XPCI_BUS(sbdf);
        function.secondary = (uint8_t)(XPCI_BUS(sbdf) + 1 + rng_below(rng, 2));
        /* While it scans, Linux lets a bridge reach as far as its parent. */
        function.subordinate =
            (uint8_t)(rng_once_in(rng, 3) ? 0xff : function.secondary + depth);
        tell_config(story, &function);
        sbdf = XPCI_SBDF(XPCI_SEGMENT(sbdf), function.secondary,
                         random_devfn(rng));
        if ( function.subordinate == 0xff && rng_once_in(rng, 2) )
        {
            function.subordinate = (uint8_t)(function.secondary + depth);
            tell_config(story, &function);
        }
    }
    function = random_function(rng, sbdf);
    tell_config(story, &function);
    tell_add(story, rng, sbdf);
}

static void pf_and_vfs(struct story *story, struct rng *rng,
                       const struct world *world)
{
    uint32_t physfn = some_sbdf(rng, world);
    unsigned int count = 1 + rng_below(rng, 5);
    struct world_function pf = random_function(rng, physfn);

    if ( !world_get(world, physfn) )
        tell_config(story, &pf);
    while ( count-- )
    {
        /* Some spill over to the next bus. */
        uint32_t sbdf =
            physfn + 1 + rng_below(rng, 3) + (rng_once_in(rng, 3) ? 0x100 : 0);
        struct world_function vf = {
            .sbdf = (physfn & 0xffff0000U) | (sbdf & 0xffffU),
            .vendor = 0xffff,
            .device = 0xffff,
            .class_revision = 0x02000000,
            .pcie = 0,
        };

        tell_config(story, &vf);
        tell_add_vf(story, rng, vf.sbdf, physfn);
        if ( rng_once_in(rng, 4) )
            tell_add(story, rng, physfn);
        if ( rng_once_in(rng, 8) )
            tell_anything(story, rng, world);
    }
}

/* Everything from some bus on moves up or down, then dom0 reports it. */
static void renumbering(struct story *story, struct rng *rng,
                        const struct world *world)
{
    uint16_t segment = random_segment(rng);
    uint8_t from = (uint8_t)(1 + rng_below(rng, 6));
    int by = rng_once_in(rng, 2) ? 1 + (int)rng_below(rng, 3) : -1;
    bool reports = !rng_once_in(rng, 4);
    size_t i;

    for ( i = 0; i < world->count; i++ )
        if ( XPCI_SEGMENT(world->functions[i].sbdf) == segment &&
             XPCI_BUS(world->functions[i].sbdf) >= from )
            tell(story, rng, EVENT_GONE, world->functions[i].sbdf)->fail_at = 0;
    for ( i = 0; i < world->count; i++ )
    {
        struct world_function function = world->functions[i];

        if ( XPCI_SEGMENT(function.sbdf) != segment )
            continue;
        if ( XPCI_BUS(function.sbdf) >= from )
            function.sbdf =
                XPCI_SBDF(segment, (uint8_t)(XPCI_BUS(function.sbdf) + by),
                          XPCI_DEVFN(function.sbdf));
        function.primary = XPCI_BUS(function.sbdf);
        if ( function.secondary >= from )
            function.secondary = (uint8_t)(function.secondary + by);
        if ( function.subordinate >= from && function.subordinate != 0xff )
            function.subordinate = (uint8_t)(function.subordinate + by);
        tell_config(story, &function);
        if ( reports && rng_once_in(rng, 2) )
            tell_add(story, rng, function.sbdf);
    }
    for ( i = 0; reports && i < world->count; i++ )
        if ( rng_once_in(rng, 3) )
            tell(story, rng, EVENT_REMOVE, world->functions[i].sbdf);
        else
            tell_add(story, rng, world->functions[i].sbdf);
}

static void something_vanishes(struct story *story, struct rng *rng,
                               const struct world *world)
{
    uint32_t top = some_sbdf(rng, world);
    uint8_t last = (uint8_t)(XPCI_BUS(top) + rng_below(rng, 6));
    size_t i;

    for ( i = 0; i < world->count; i++ )
    {
        uint32_t sbdf = world->functions[i].sbdf;

        if ( XPCI_SEGMENT(sbdf) == XPCI_SEGMENT(top) &&
             XPCI_BUS(sbdf) >= XPCI_BUS(top) && XPCI_BUS(sbdf) <= last &&
             !rng_once_in(rng, 6) )
            tell(story, rng, EVENT_GONE, sbdf)->fail_at = 0;
    }
    if ( !rng_once_in(rng, 3) )
        tell(story, rng, EVENT_REMOVE, top);
}

static struct world_function another_bridge(struct rng *rng,
                                            const struct world *world,
                                            uint32_t segment)
{
    static const struct world_function none;
    unsigned int tries;

    for ( tries = 0; world->count && tries < 20; tries++ )
    {
        const struct world_function *function =
            &world->functions[rng_below(rng, (uint32_t)world->count)];

        if ( (function->layout == 1 || function->layout == 2) &&
             (segment == ~0U || function->sbdf >> 16 == segment) )
            return *function;
    }
    return none;
}

/* Two bridges exchange their bus numbers, dom0 looks, and they do it again. */
static void there_and_back(struct story *story, struct rng *rng,
                           const struct world *world)
{
    struct world_function a = another_bridge(rng, world, ~0U);
    struct world_function b = another_bridge(rng, world, a.sbdf >> 16);
    unsigned int turns = 2 + rng_below(rng, 2);

    while ( turns-- && a.sbdf != b.sbdf )
    {
        uint8_t secondary = a.secondary;
        uint8_t subordinate = a.subordinate;

        a.secondary = b.secondary;
        a.subordinate = b.subordinate;
        b.secondary = secondary;
        b.subordinate = subordinate;
        tell_config(story, &a);
        tell_config(story, &b);
        tell(story, rng, EVENT_RESET, a.sbdf);
        tell(story, rng, EVENT_RESET, b.sbdf);
        if ( rng_once_in(rng, 2) )
            tell_toolstack(story, rng, EVENT_ASSIGN, some_sbdf(rng, world));
        if ( rng_once_in(rng, 2) )
            tell_add(story, rng, some_sbdf(rng, world));
    }
}

/* Two bridges exchange their bus numbers, and what is behind them its place. */
static void exchange(struct story *story, struct rng *rng,
                     const struct world *world)
{
    struct world_function a = another_bridge(rng, world, ~0U);
    struct world_function b = another_bridge(rng, world, a.sbdf >> 16);
    struct world_function swap = a;
    bool moves = !rng_once_in(rng, 3);
    size_t i;

    if ( a.sbdf == b.sbdf )
        return;
    a.secondary = b.secondary;
    a.subordinate = b.subordinate;
    b.secondary = swap.secondary;
    b.subordinate = swap.subordinate;
    for ( i = 0; moves && i < world->count; i++ )
        if ( world->functions[i].sbdf >> 16 == a.sbdf >> 16 &&
             (XPCI_BUS(world->functions[i].sbdf) == a.secondary ||
              XPCI_BUS(world->functions[i].sbdf) == b.secondary) )
            tell(story, rng, EVENT_GONE, world->functions[i].sbdf)->fail_at = 0;
    for ( i = 0; moves && i < world->count; i++ )
    {
        struct world_function function = world->functions[i];
        uint8_t bus = XPCI_BUS(function.sbdf);

        if ( function.sbdf >> 16 != a.sbdf >> 16 ||
             (bus != a.secondary && bus != b.secondary) )
            continue;
        bus = bus == a.secondary ? b.secondary : a.secondary;
        function.sbdf =
            XPCI_SBDF(function.sbdf >> 16, bus, XPCI_DEVFN(function.sbdf));
        tell_config(story, &function);
    }
    tell_config(story, &a);
    tell_config(story, &b);
    for ( i = 0; i < world->count; i++ )
        if ( rng_once_in(rng, 3) )
            tell_add(story, rng, world->functions[i].sbdf);
}

/* Guests get devices, which are reported, moved and removed afterwards. */
static void guests_get_devices(struct story *story, struct rng *rng,
                               const struct world *world)
{
    unsigned int count = 1 + rng_below(rng, 4);

    while ( count-- )
    {
        uint32_t sbdf = some_sbdf(rng, world);
        const struct world_function *function = world_get(world, sbdf);

        if ( function && function->layout && !rng_once_in(rng, 4) )
            continue;
        tell_add(story, rng, sbdf);
        tell_toolstack(story, rng, EVENT_ASSIGN, sbdf);
        if ( rng_once_in(rng, 3) )
            tell(story, rng, EVENT_GONE, sbdf)->fail_at = 0;
        if ( rng_once_in(rng, 3) )
            tell(story, rng, EVENT_REMOVE, sbdf);
        if ( function && rng_once_in(rng, 2) )
        {
            tell_config(story, function);
            tell_add(story, rng, sbdf);
        }
        if ( rng_once_in(rng, 3) )
            tell_toolstack(story, rng,
                           rng_once_in(rng, 3) ? EVENT_DESTROY : EVENT_DEASSIGN,
                           sbdf);
    }
}

/* Config space misbehaves while dom0 reports something. */
static void unrest(struct story *story, struct rng *rng,
                   const struct world *world)
{
    unsigned int count = 1 + rng_below(rng, 3);
    uint32_t sbdf = some_sbdf(rng, world);
    struct world_function function = another_bridge(rng, world, sbdf >> 16);

    if ( function.layout && rng_once_in(rng, 2) )
    {
        random_numbers(rng, &function);
        tell_config(story, &function);
        tell_unrest(story, rng, function.sbdf);
    }
    while ( count-- )
        tell_unrest(story, rng,
                    rng_once_in(rng, 2) ? sbdf : some_sbdf(rng, world));
    if ( rng_once_in(rng, 4) )
        tell(story, rng, rng_once_in(rng, 2) ? EVENT_REMOVE : EVENT_RESET,
             sbdf);
    else if ( rng_once_in(rng, 4) )
        tell_add_vf(story, rng, sbdf,
                    (sbdf & 0xffff0000U) | (some_sbdf(rng, world) & 0xffffU));
    else
        tell_add(story, rng, sbdf);
}

void story_make(struct story *story, struct rng *rng, const struct world *world)
{
    story->count = 0;
    switch ( rng_below(rng, 48) )
    {
    case 0:
    case 1:
    case 2:
        hot_added_bridges(story, rng, world);
        break;
    case 3:
    case 4:
        pf_and_vfs(story, rng, world);
        break;
    case 5:
        renumbering(story, rng, world);
        break;
    case 6:
        something_vanishes(story, rng, world);
        break;
    case 7:
        if ( rng_once_in(rng, 2) )
            exchange(story, rng, world);
        else
            there_and_back(story, rng, world);
        break;
    case 8:
    case 9:
        guests_get_devices(story, rng, world);
        break;
    case 10:
    case 11:
    case 12:
        unrest(story, rng, world);
        break;
    default:
        tell_anything(story, rng, world);
    }
}
