/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The index by BDF: where is the record of the device at this place?
 */
#include "tables.h"

int xpci_place_reserve(struct xpci *xpci, struct xpci_segment *segment,
                       uint32_t sbdf)
{
    struct xpci_page **place = &segment->page[xpci_page_number(sbdf)];
    struct xpci_page *page;

    if ( *place )
        return 0;

    page = xpci_alloc(xpci, sizeof(*page));
    if ( !page )
        return -ENOMEM;
    /* Pairs with the acquire in xpci_place_get(): the page is all zero. */
    xpci_store_release(place, page);

    return 0;
}

/*@ requires \valid_read(record);
    assigns \nothing; */
static uint32_t place_of(const struct xpci_record *record, uint32_t index)
{
    uint32_t place = index;

    place |= (uint32_t)record->type << XPCI_LOOKUP_TYPE_SHIFT;
    if ( record->flags & XPCI_VIRTFN )
        place |= XPCI_PLACE_VIRTFN;
    if ( record->flags & XPCI_EXTFN )
        place |= XPCI_PLACE_EXTFN;
    if ( record->flags & XPCI_WAY_ONLY )
        place |= XPCI_PLACE_WAY_ONLY;

    return place;
}

/*@ requires has_page_of(segment, sbdf);
    ensures has_page_of(segment, sbdf); */
static void place_store(struct xpci_segment *segment, uint32_t sbdf,
                        uint32_t place)
{
    struct xpci_page *page = segment->page[xpci_page_number(sbdf)];

    /* One word that says all: nothing else has to be seen with it. */
    xpci_store_release(&page->place[xpci_page_offset(sbdf)], place);
}

void xpci_place_set(struct xpci *xpci, struct xpci_segment *segment,
                    uint32_t index)
{
    const struct xpci_record *record = xpci_record(xpci, index);

    place_store(segment, record->sbdf, place_of(record, index));
}

void xpci_place_clear(struct xpci_segment *segment, uint32_t sbdf)
{
    place_store(segment, sbdf, 0);
}
