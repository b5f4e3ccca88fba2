/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Implements the rules of bus2bridge.h; the contracts are proved.
 */
#include "bus2bridge.h"

bool xpci_entry_better(const struct xpci_bridge_entry *a,
                       const struct xpci_bridge_entry *b, unsigned int bus)
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
static bool nests_in(const struct xpci_bridge_entry *inner,
                     const struct xpci_bridge_entry *outer)
{
    return outer->secondary <= inner->bus && inner->bus <= outer->subordinate &&
           inner->subordinate <= outer->subordinate;
}

bool xpci_entry_clashes(const struct xpci_bridge_entry *a,
                        const struct xpci_bridge_entry *b)
{
    return a->secondary <= b->subordinate && b->secondary <= a->subordinate &&
           !nests_in(a, b) && !nests_in(b, a);
}

/*@ requires \valid_read(a) && \valid_read(b);
    assigns \nothing;
    ensures \result <==> same_bridge(*a, *b); */
static bool is_of_bridge(const struct xpci_bridge_entry *a,
                         const struct xpci_bridge_entry *b)
{
    return a->bus == b->bus && a->devfn == b->devfn;
}

void xpci_bus2bridge_claim(struct xpci_bus2bridge *map,
                           const struct xpci_bridge_entry *entry)
{
    unsigned int bus;

    /*@ loop invariant entry->secondary <= bus <= entry->subordinate + 1;
        loop invariant \forall integer done; entry->secondary <= done < bus ==>
          (better(*entry, \at(map->to[done], Pre), done) &&
           map->to[done] == *entry) ||
          (!better(*entry, \at(map->to[done], Pre), done) &&
           map->to[done] == \at(map->to[done], Pre));
        loop invariant \forall integer rest;
          bus <= rest <= entry->subordinate ==>
          map->to[rest] == \at(map->to[rest], Pre);
        loop assigns bus, map->to[entry->secondary .. entry->subordinate];
        loop variant entry->subordinate - bus; */
    for ( bus = entry->secondary; bus <= entry->subordinate; bus++ )
        if ( xpci_entry_better(entry, &map->to[bus], bus) )
            map->to[bus] = *entry;
}

void xpci_bus2bridge_release(struct xpci_bus2bridge *map,
                             const struct xpci_bridge_entry *entry)
{
    const struct xpci_bridge_entry none = { 0, 0, 0, 0, 0 };
    unsigned int bus;

    /*@ loop invariant entry->secondary <= bus <= entry->subordinate + 1;
        loop invariant \forall integer done; entry->secondary <= done < bus ==>
          (same_bridge(\at(map->to[done], Pre), *entry) &&
           !is_entry(map->to[done])) ||
          (!same_bridge(\at(map->to[done], Pre), *entry) &&
           map->to[done] == \at(map->to[done], Pre));
        loop invariant \forall integer rest;
          bus <= rest <= entry->subordinate ==>
          map->to[rest] == \at(map->to[rest], Pre);
        loop assigns bus, map->to[entry->secondary .. entry->subordinate];
        loop variant entry->subordinate - bus; */
    for ( bus = entry->secondary; bus <= entry->subordinate; bus++ )
        if ( is_of_bridge(&map->to[bus], entry) )
            map->to[bus] = none;
}

/*@ requires \valid_read(entry);
    assigns \nothing;
    ensures \result == upstream_word(*entry); */
static uint32_t word_of(const struct xpci_bridge_entry *entry)
{
    return XPCI_UPSTREAM_VALID + entry->secondary * 0x10000U +
           entry->bus * 0x100U + entry->devfn;
}

uint32_t xpci_bus2bridge_upstream(const struct xpci_bus2bridge *map,
                                  unsigned int bus)
{
    uint32_t upstream = 0;

    /*@ loop invariant 0 <= bus < XPCI_BUSES;
        loop invariant upstream_of(map, \at(bus, Pre)) ==
          (upstream_of(map, bus) != 0 ? upstream_of(map, bus) : upstream);
        loop assigns upstream, bus;
        loop variant bus; */
    while ( map->to[bus].secondary )
    {
        if ( map->to[bus].aliases )
            upstream = word_of(&map->to[bus]);
        bus = map->to[bus].bus;
    }

    return upstream;
}

void xpci_bus2bridge_upstreams(const struct xpci_bus2bridge *map,
                               uint32_t *upstream)
{
    unsigned int bus;

    /* An entry leads up to a lower bus, whose upstream is known already. */
    /*@ loop invariant 0 <= bus <= XPCI_BUSES;
        loop invariant \forall integer done; 0 <= done < bus ==>
          upstream[done] == upstream_of(map, done);
        loop assigns bus, upstream[0 .. XPCI_BUSES - 1];
        loop variant XPCI_BUSES - bus; */
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
    {
        const struct xpci_bridge_entry *entry = &map->to[bus];

        upstream[bus] = 0;
        if ( !entry->secondary )
            continue;
        upstream[bus] = upstream[entry->bus];
        if ( !upstream[bus] && entry->aliases )
            upstream[bus] = word_of(entry);
    }
}

/*@ requires \valid_read(map) && bus < XPCI_BUSES;
    assigns \nothing;
    ensures \result <==> valid_entry(map, bus); */
static bool entry_is_valid(const struct xpci_bus2bridge *map, unsigned int bus)
{
    const struct xpci_bridge_entry *entry = &map->to[bus];
    unsigned int covered;

    if ( entry->secondary == 0 )
        return true;
    if ( entry->bus >= entry->secondary || entry->secondary > bus ||
         bus > entry->subordinate )
        return false;

    /*@ loop invariant entry->secondary <= covered <= entry->subordinate + 1;
        loop invariant \forall integer done;
          entry->secondary <= done < covered ==>
          !better(*entry, map->to[done], done);
        loop assigns covered;
        loop variant entry->subordinate - covered; */
    for ( covered = entry->secondary; covered <= entry->subordinate; covered++ )
        if ( xpci_entry_better(entry, &map->to[covered], covered) )
            return false;

    return true;
}

bool xpci_bus2bridge_is_valid(const struct xpci_bus2bridge *map)
{
    unsigned int bus;

    /*@ loop invariant 0 <= bus <= XPCI_BUSES;
        loop invariant \forall integer done; 0 <= done < bus ==>
          valid_entry(map, done);
        loop assigns bus;
        loop variant XPCI_BUSES - bus; */
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
        if ( !entry_is_valid(map, bus) )
            return false;

    return true;
}
