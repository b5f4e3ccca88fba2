/* SPDX-License-Identifier: GPL-2.0-only */
#include "world.h"

#include "grow.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/* Where the capabilities of every PCIe function of this world are. */
#define POWER_CAPABILITY 0x40
#define PCIE_CAPABILITY 0x60

void world_init(struct world *world)
{
    memset(world, 0, sizeof(*world));
}

void world_dispose(struct world *world)
{
    unsigned int i;
    unsigned int bus;

    for ( i = 0; i < WORLD_SEGMENTS; i++ )
        for ( bus = 0; bus < 256; bus++ )
            free(world->index[i].places[bus]);
    free(world->functions);
    world_init(world);
}

/* The place of `sbdf`; NULL where its bus was never used. */
static int32_t *find_place(const struct world *world, uint32_t sbdf)
{
    unsigned int i;
    int32_t *places;

    for ( i = 0; i < WORLD_SEGMENTS; i++ )
    {
        if ( !world->index[i].used || world->index[i].segment != sbdf >> 16 )
            continue;
        places = world->index[i].places[sbdf >> 8 & 0xff];
        return places ? &places[sbdf & 0xff] : NULL;
    }
    return NULL;
}

static int32_t *make_place(struct world *world, uint32_t sbdf)
{
    uint16_t segment = (uint16_t)(sbdf >> 16);
    int32_t **places;
    unsigned int i;

    for ( i = 0; i < WORLD_SEGMENTS && world->index[i].used &&
                 world->index[i].segment != segment;
          i++ )
        ;
    if ( i == WORLD_SEGMENTS )
        errx(1, "a world has at most %d segments", WORLD_SEGMENTS);
    world->index[i].used = true;
    world->index[i].segment = segment;
    places = &world->index[i].places[sbdf >> 8 & 0xff];
    if ( !*places )
        *places = calloc(256, sizeof(int32_t));
    if ( !*places )
        err(1, "calloc");
    return *places + (sbdf & 0xff);
}

void world_set(struct world *world, const struct world_function *function)
{
    int32_t *place = make_place(world, function->sbdf);

    if ( *place )
    {
        world->functions[*place - 1] = *function;
        return;
    }
    world->functions = grow(world->functions, world->count + 1, &world->room,
                            sizeof(*world->functions));
    world->functions[world->count++] = *function;
    *place = (int32_t)world->count;
}

void world_clear(struct world *world, uint32_t sbdf)
{
    int32_t *place = find_place(world, sbdf);
    struct world_function *hole;

    if ( !place || !*place )
        return;
    hole = &world->functions[*place - 1];
    *hole = world->functions[--world->count];
    *find_place(world, hole->sbdf) = *place;
    *place = 0;
}

const struct world_function *world_get(const struct world *world, uint32_t sbdf)
{
    const int32_t *place = find_place(world, sbdf);

    return place && *place ? &world->functions[*place - 1] : NULL;
}

/* A bridge's bus numbers, or a BAR that looks like some, as it may. */
static uint32_t register_18(const struct world_function *function)
{
    if ( function->layout == 1 || function->layout == 2 )
        return function->primary | (uint32_t)function->secondary << 8 |
               (uint32_t)function->subordinate << 16;
    return 0xe0ff0100 | function->sbdf >> 8;
}

/* The function as its `nth` read finds it; false: silent. */
static bool glimpse(const struct world_function *function, unsigned int nth,
                    struct world_function *now)
{
    *now = *function;
    switch ( function->unrest )
    {
    case WORLD_SILENT_FROM:
        return nth < function->nth;
    case WORLD_SILENT_AT:
        return nth != function->nth;
    case WORLD_SILENT_UNTIL:
        return nth > function->nth;
    case WORLD_OTHER_FROM:
    case WORLD_OTHER_AT:
        if ( nth < function->nth ||
             (function->unrest == WORLD_OTHER_AT && nth != function->nth) )
            return true;
        now->device ^= 0x4000;
        now->class_revision ^= 0x02;
        return true;
    case WORLD_NUMBERS_MOVE:
        now->secondary = (uint8_t)(now->secondary + nth);
        now->subordinate = (uint8_t)(now->subordinate + nth);
        return true;
    case WORLD_ID_MOVES:
        now->device = (uint16_t)(now->device ^ nth << 4);
        return true;
    default:
        return true;
    }
}

static uint32_t dword_of(const struct world_function *function,
                         unsigned int offset)
{
    bool pcie = function->pcie != WORLD_NO_PCIE;

    switch ( offset )
    {
    case 0x00:
        return function->vendor | (uint32_t)function->device << 16;
    case 0x04:
        return pcie ? 0x00100000 : 0;
    case 0x08:
        return function->class_revision;
    case 0x0c:
        return (uint32_t)(function->layout |
                          (function->multifunction ? 0x80 : 0))
               << 16;
    case 0x18:
        return register_18(function);
    case 0x34:
        return pcie ? POWER_CAPABILITY : 0;
    case POWER_CAPABILITY:
        return 0x0001 | PCIE_CAPABILITY << 8;
    case PCIE_CAPABILITY:
        return 0x0010 | (uint32_t)(function->pcie << 4 | 2) << 16;
    default:
        return 0;
    }
}

uint32_t world_peek(const struct world *world, uint32_t sbdf, unsigned int nth,
                    unsigned int offset)
{
    const struct world_function *function = world_get(world, sbdf);
    struct world_function now;

    if ( !function || !glimpse(function, nth, &now) )
        return ~(uint32_t)0;
    return dword_of(&now, offset);
}

uint32_t world_read(struct world *world, uint32_t sbdf, unsigned int offset)
{
    int32_t *place = find_place(world, sbdf);

    if ( !place || !*place )
        return ~(uint32_t)0;
    return world_peek(world, sbdf, ++world->functions[*place - 1].reads,
                      offset);
}

void world_begin(struct world *world)
{
    size_t i;

    for ( i = 0; i < world->count; i++ )
        world->functions[i].reads = 0;
}

void world_disturb(struct world *world, uint32_t sbdf, enum world_unrest unrest,
                   unsigned int nth)
{
    int32_t *place = find_place(world, sbdf);

    if ( !place || !*place )
        return;
    world->functions[*place - 1].unrest = unrest;
    world->functions[*place - 1].nth = nth;
}

void world_calm(struct world *world)
{
    size_t i;

    for ( i = 0; i < world->count; i++ )
        world->functions[i].unrest = WORLD_STEADY;
}

bool world_is_calm(const struct world *world)
{
    size_t i;

    for ( i = 0; i < world->count; i++ )
        if ( world->functions[i].unrest != WORLD_STEADY )
            return false;
    return true;
}
