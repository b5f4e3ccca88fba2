/* SPDX-License-Identifier: GPL-2.0-only */
#include "ways.h"

bool xpci_way_better(const struct xpci_way *a, const struct xpci_way *b,
                     unsigned int bus)
{
    unsigned int range_a = (unsigned int)a->subordinate - a->secondary;
    unsigned int range_b = (unsigned int)b->subordinate - b->secondary;

    if ( b->secondary == 0 )
        return true;
    if ( (a->secondary == bus) != (b->secondary == bus) )
        return a->secondary == bus;
    if ( range_a != range_b )
        return range_a < range_b;
    if ( a->bus != b->bus )
        return a->bus < b->bus;
    return a->devfn < b->devfn;
}

/* Is `inner` behind `outer`, with all that it covers? */
static bool nests_in(const struct xpci_way *inner, const struct xpci_way *outer)
{
    return outer->secondary <= inner->bus && inner->bus <= outer->subordinate &&
           inner->subordinate <= outer->subordinate;
}

bool xpci_way_clashes(const struct xpci_way *a, const struct xpci_way *b)
{
    return a->secondary <= b->subordinate && b->secondary <= a->subordinate &&
           !nests_in(a, b) && !nests_in(b, a);
}

void xpci_ways_offer(struct xpci_ways *ways, const struct xpci_way *way)
{
    unsigned int bus;

    for ( bus = way->secondary; bus <= way->subordinate; bus++ )
        if ( xpci_way_better(way, &ways->to[bus], bus) )
            ways->to[bus] = *way;
}

void xpci_ways_withdraw(struct xpci_ways *ways, const struct xpci_way *way)
{
    static const struct xpci_way none;
    unsigned int bus;

    for ( bus = way->secondary; bus <= way->subordinate; bus++ )
        if ( ways->to[bus].bus == way->bus &&
             ways->to[bus].devfn == way->devfn )
            ways->to[bus] = none;
}

static uint32_t alias_of(const struct xpci_way *way)
{
    return XPCI_ALIAS_VALID | ((uint32_t)way->secondary << 16) |
           ((uint32_t)way->bus << 8) | way->devfn;
}

uint32_t xpci_ways_alias(const struct xpci_ways *ways, unsigned int bus)
{
    uint32_t alias = 0;

    while ( ways->to[bus].secondary )
    {
        if ( ways->to[bus].aliases )
            alias = alias_of(&ways->to[bus]);
        bus = ways->to[bus].bus;
    }

    return alias;
}

void xpci_ways_aliases(const struct xpci_ways *ways, uint32_t *alias)
{
    unsigned int bus;

    /* A way leads up to a lower bus, whose answer stands already. */
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
    {
        const struct xpci_way *way = &ways->to[bus];

        alias[bus] = 0;
        if ( way->secondary )
            alias[bus] = alias[way->bus];
        if ( way->aliases && !alias[bus] )
            alias[bus] = alias_of(way);
    }
}

static bool way_is_valid(const struct xpci_ways *ways, unsigned int bus)
{
    const struct xpci_way *way = &ways->to[bus];
    unsigned int covered;

    if ( way->secondary == 0 )
        return true;
    if ( way->bus >= way->secondary || way->secondary > bus ||
         bus > way->subordinate )
        return false;

    for ( covered = way->secondary; covered <= way->subordinate; covered++ )
    {
        const struct xpci_way *best = &ways->to[covered];
        bool own = best->bus == way->bus && best->devfn == way->devfn;

        if ( !own && xpci_way_better(way, best, covered) )
            return false;
    }

    return true;
}

bool xpci_ways_are_valid(const struct xpci_ways *ways)
{
    unsigned int bus;

    for ( bus = 0; bus < XPCI_BUSES; bus++ )
        if ( !way_is_valid(ways, bus) )
            return false;

    return true;
}
