/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instance and its segments.
 */
#include "tables.h"

int xpci_create(struct xpci **xpci, const struct xpci_host *host)
{
    struct xpci *made = host->alloc(host->data, sizeof(*made));

    if ( !made )
        return -ENOMEM;

    made->host = host;
    made->record_count = 1;
    *xpci = made;

    return 0;
}

/* Where the pointer to a segment is kept, or NULL: no memory. */
static struct xpci_segment **segment_place(struct xpci *xpci, uint16_t number)
{
    struct xpci_segment_leaf **place = &xpci->leaf[number / XPCI_LEAF_SEGMENTS];

    if ( number < XPCI_DIRECT_SEGMENTS )
        return &xpci->direct[number];

    if ( !*place )
    {
        struct xpci_segment_leaf *leaf = xpci_alloc(xpci, sizeof(*leaf));

        if ( !leaf )
            return NULL;
        /* Pairs with the acquire in xpci_segment_find(): it is all zero. */
        xpci_store_release(place, leaf);
    }

    return &(*place)->segment[number % XPCI_LEAF_SEGMENTS];
}

struct xpci_segment *xpci_segment_get(struct xpci *xpci, uint16_t number)
{
    struct xpci_segment **place = segment_place(xpci, number);
    struct xpci_segment *segment;

    if ( !place || *place )
        return place ? *place : NULL;

    segment = xpci_alloc(xpci, sizeof(*segment));
    if ( !segment )
        return NULL;
    segment->number = number;
    /* Pairs with the acquire in xpci_segment_find(): number and zeros. */
    xpci_store_release(place, segment);

    return segment;
}

struct xpci_segment *xpci_segment_next(const struct xpci *xpci, uint32_t number)
{
    while ( number <= 0xffffU )
    {
        struct xpci_segment *segment;

        if ( number >= XPCI_DIRECT_SEGMENTS &&
             !xpci->leaf[number / XPCI_LEAF_SEGMENTS] )
        {
            number = (number / XPCI_LEAF_SEGMENTS + 1) * XPCI_LEAF_SEGMENTS;
            continue;
        }
        segment = xpci_segment_find(xpci, (uint16_t)number);
        if ( segment )
            return segment;
        number++;
    }

    return NULL;
}

uint32_t xpci_generation(const struct xpci *xpci)
{
    return xpci->generation;
}

uint32_t xpci_ways_generation(const struct xpci *xpci)
{
    return xpci->ways_generation;
}
