/* SPDX-License-Identifier: GPL-2.0-only */
#include "publish.h"

/* The buses that have an answer by the same bridge as `answer`. */
static void add_sharers(const uint32_t *after, uint32_t answer,
                        struct xpci_bus_set *remap)
{
    unsigned int bus;

    for ( bus = 0; bus < XPCI_BUSES; bus++ )
        if ( after[bus] && (after[bus] & 0xffffU) == (answer & 0xffffU) )
            xpci_bus_set_add(remap, bus);
}

/* Those of the buses that a device with an alias left. */
static void add_neighbours(const uint32_t *before, const uint32_t *after,
                           const struct xpci_bus_set *left,
                           struct xpci_bus_set *remap)
{
    unsigned int word;
    uint32_t done = 0;

    for ( word = 0; word < ARRAY_SIZE(left->word); word++ )
    {
        const uint32_t *from = &before[word * 32U];
        uint32_t rest;

        for ( rest = left->word[word]; rest; rest >>= 1 )
        {
            if ( (rest & 1U) && *from != done )
            {
                done = *from;
                add_sharers(after, done, remap);
            }
            from++;
        }
    }
}

static void store_answers(uint32_t *copy, const struct xpci_ways *ways)
{
    uint32_t answers[XPCI_BUSES];
    unsigned int bus;

    xpci_ways_aliases(ways, answers);
    /* Pairs with the acquire of an answer in xpci_published_alias(). */
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
        if ( copy[bus] != answers[bus] )
            xpci_store_release(&copy[bus], answers[bus]);
}

void xpci_publish(struct xpci_segment *segment, bool ways_changed,
                  const struct xpci_bus_set *left, struct xpci_bus_set *remap)
{
    uint32_t *in_force = segment->alias[segment->latch & 1U];
    uint32_t *next = segment->alias[(segment->latch & 1U) ^ 1U];
    bool answers_changed = false;
    unsigned int bus;

    /* Both copies are the same between changes. */
    if ( ways_changed )
        store_answers(next, &segment->ways);
    add_neighbours(in_force, next, left, remap);
    if ( !ways_changed )
        return;

    for ( bus = 0; bus < XPCI_BUSES; bus++ )
        if ( next[bus] != in_force[bus] )
        {
            xpci_bus_set_add(remap, bus);
            answers_changed = true;
        }
    if ( !answers_changed )
        return;

    /* Pairs with the acquire of the latch in xpci_published_alias(). */
    xpci_store_release(&segment->latch, segment->latch + 1U);
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
        if ( in_force[bus] != next[bus] )
            xpci_store_release(&in_force[bus], next[bus]);
}
