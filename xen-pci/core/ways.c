/* SPDX-License-Identifier: GPL-2.0-only */
#include "ways.h"

bool xpci_way_better(const struct xpci_way *a, const struct xpci_way *b,
                     unsigned int bus)
{
    int range_a = a->subordinate - a->secondary;
    int range_b = b->subordinate - b->secondary;

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
/*@ requires \valid_read(inner) && \valid_read(outer);
    assigns \nothing;
    ensures \result <==> nests(*inner, *outer); */
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

/*@ requires \valid_read(a) && \valid_read(b);
    assigns \nothing;
    ensures \result <==> same_bridge(*a, *b); */
static bool is_of_bridge(const struct xpci_way *a, const struct xpci_way *b)
{
    return a->bus == b->bus && a->devfn == b->devfn;
}

void xpci_ways_offer(struct xpci_ways *ways, const struct xpci_way *way)
{
    unsigned int bus;

    /*@ loop invariant way->secondary <= bus <= way->subordinate + 1;
        loop invariant \forall integer done; way->secondary <= done < bus ==>
          (better(*way, \at(ways->to[done], Pre), done) &&
           ways->to[done] == *way) ||
          (!better(*way, \at(ways->to[done], Pre), done) &&
           ways->to[done] == \at(ways->to[done], Pre));
        loop invariant \forall integer left; bus <= left <= way->subordinate ==>
          ways->to[left] == \at(ways->to[left], Pre);
        loop assigns bus, ways->to[way->secondary .. way->subordinate];
        loop variant way->subordinate - bus; */
    for ( bus = way->secondary; bus <= way->subordinate; bus++ )
        if ( xpci_way_better(way, &ways->to[bus], bus) )
            ways->to[bus] = *way;
}

void xpci_ways_withdraw(struct xpci_ways *ways, const struct xpci_way *way)
{
    const struct xpci_way none = { 0, 0, 0, 0, 0 };
    unsigned int bus;

    /*@ loop invariant way->secondary <= bus <= way->subordinate + 1;
        loop invariant \forall integer done; way->secondary <= done < bus ==>
          (same_bridge(\at(ways->to[done], Pre), *way) &&
           !is_way(ways->to[done])) ||
          (!same_bridge(\at(ways->to[done], Pre), *way) &&
           ways->to[done] == \at(ways->to[done], Pre));
        loop invariant \forall integer left; bus <= left <= way->subordinate ==>
          ways->to[left] == \at(ways->to[left], Pre);
        loop assigns bus, ways->to[way->secondary .. way->subordinate];
        loop variant way->subordinate - bus; */
    for ( bus = way->secondary; bus <= way->subordinate; bus++ )
        if ( is_of_bridge(&ways->to[bus], way) )
            ways->to[bus] = none;
}

/*@ requires \valid_read(way);
    assigns \nothing;
    ensures \result == alias_word(*way); */
static uint32_t alias_of(const struct xpci_way *way)
{
    return XPCI_ALIAS_VALID + way->secondary * 0x10000U + way->bus * 0x100U +
           way->devfn;
}

uint32_t xpci_ways_alias(const struct xpci_ways *ways, unsigned int bus)
{
    uint32_t alias = 0;

    /*@ loop invariant 0 <= bus < XPCI_BUSES;
        loop invariant topmost(ways, \at(bus, Pre)) ==
          (topmost(ways, bus) != 0 ? topmost(ways, bus) : alias);
        loop assigns alias, bus;
        loop variant bus; */
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
    /*@ loop invariant 0 <= bus <= XPCI_BUSES;
        loop invariant \forall integer done; 0 <= done < bus ==>
          alias[done] == topmost(ways, done);
        loop assigns bus, alias[0 .. XPCI_BUSES - 1];
        loop variant XPCI_BUSES - bus; */
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
    {
        const struct xpci_way *way = &ways->to[bus];

        alias[bus] = 0;
        if ( !way->secondary )
            continue;
        alias[bus] = alias[way->bus];
        if ( !alias[bus] && way->aliases )
            alias[bus] = alias_of(way);
    }
}

/*@ requires \valid_read(ways) && bus < XPCI_BUSES;
    assigns \nothing;
    ensures \result <==> valid_entry(ways, bus); */
static bool way_is_valid(const struct xpci_ways *ways, unsigned int bus)
{
    const struct xpci_way *way = &ways->to[bus];
    unsigned int covered;

    if ( way->secondary == 0 )
        return true;
    if ( way->bus >= way->secondary || way->secondary > bus ||
         bus > way->subordinate )
        return false;

    /*@ loop invariant way->secondary <= covered <= way->subordinate + 1;
        loop invariant \forall integer done;
          way->secondary <= done < covered ==>
          !better(*way, ways->to[done], done);
        loop assigns covered;
        loop variant way->subordinate - covered; */
    for ( covered = way->secondary; covered <= way->subordinate; covered++ )
        if ( xpci_way_better(way, &ways->to[covered], covered) )
            return false;

    return true;
}

bool xpci_ways_are_valid(const struct xpci_ways *ways)
{
    unsigned int bus;

    /*@ loop invariant 0 <= bus <= XPCI_BUSES;
        loop invariant \forall integer done; 0 <= done < bus ==>
          valid_entry(ways, done);
        loop assigns bus;
        loop variant XPCI_BUSES - bus; */
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
        if ( !way_is_valid(ways, bus) )
            return false;

    return true;
}
