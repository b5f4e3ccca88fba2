/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps what tables.h draws: segments, the pool of records, the index by BDF.
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

uint32_t xpci_generation(const struct xpci *xpci)
{
    return xpci->generation;
}

uint32_t xpci_bridge_generation(const struct xpci *xpci)
{
    return xpci->bridge_generation;
}

/* Where the pointer to a segment is kept, or NULL: no memory. */
static struct xpci_segment **segment_pointer(struct xpci *xpci, uint16_t number)
{
    struct xpci_segment_leaf **pointer =
        &xpci->leaf[number / XPCI_LEAF_SEGMENTS];

    if ( number < XPCI_DIRECT_SEGMENTS )
        return &xpci->direct[number];

    if ( !*pointer )
    {
        struct xpci_segment_leaf *leaf = xpci_alloc(xpci, sizeof(*leaf));

        if ( !leaf )
            return NULL;
        /* Pairs with the acquire in xpci_segment_find(): it is all zero. */
        xpci_store_release(pointer, leaf);
    }

    return &(*pointer)->segment[number % XPCI_LEAF_SEGMENTS];
}

struct xpci_segment *xpci_segment_get(struct xpci *xpci, uint16_t number)
{
    struct xpci_segment **pointer = segment_pointer(xpci, number);
    struct xpci_segment *segment;

    if ( !pointer || *pointer )
        return pointer ? *pointer : NULL;

    segment = xpci_alloc(xpci, sizeof(*segment));
    if ( !segment )
        return NULL;
    segment->number = number;
    /* Pairs with the acquire in xpci_segment_find(): all that is set. */
    xpci_store_release(pointer, segment);

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

static bool make_chunk(struct xpci *xpci, uint32_t number)
{
    struct xpci_chunk_directory **directory =
        &xpci->records[number / XPCI_CHUNKS];
    struct xpci_chunk **chunk;

    if ( !*directory )
        *directory = xpci_alloc(xpci, sizeof(**directory));
    if ( !*directory )
        return false;

    chunk = &(*directory)->chunk[number % XPCI_CHUNKS];
    if ( !*chunk )
        *chunk = xpci_alloc(xpci, sizeof(**chunk));

    return *chunk;
}

int xpci_records_reserve(struct xpci *xpci, uint32_t count)
{
    while ( xpci->free_count < count )
    {
        uint32_t index = xpci->record_count;

        if ( index >= XPCI_CHUNKS * XPCI_CHUNKS * XPCI_CHUNK_RECORDS ||
             !make_chunk(xpci, index / XPCI_CHUNK_RECORDS) )
            return -ENOMEM;
        xpci->record_count++;
        xpci_record_free(xpci, index);
    }

    return 0;
}

uint32_t xpci_record_alloc(struct xpci *xpci)
{
    uint32_t index = xpci->first_free;

    xpci->first_free = xpci_record(xpci, index)->sbdf;
    xpci->free_count--;
    *xpci_record_attached(xpci, index) = NULL;

    return index;
}

void xpci_record_free(struct xpci *xpci, uint32_t index)
{
    xpci_record(xpci, index)->sbdf = xpci->first_free;
    xpci->first_free = index;
    xpci->free_count++;
}

uint16_t xpci_record_owner(const struct xpci *xpci, uint32_t index)
{
    const struct xpci_host *host = xpci->host;

    if ( xpci_record(xpci, index)->flags & XPCI_BRIDGE_ONLY )
        return XPCI_OWNER_UNKNOWN;

    return host->owner(host->data, xpci_record(xpci, index)->sbdf,
                       *xpci_record_attached(xpci, index));
}

bool xpci_record_is_foreign(const struct xpci *xpci, uint32_t index)
{
    uint16_t owner = xpci_record_owner(xpci, index);

    return owner != XPCI_OWNER_DOM0 && owner != XPCI_OWNER_UNKNOWN;
}

void xpci_record_info(const struct xpci *xpci, uint32_t index,
                      struct xpci_device_info *info)
{
    const struct xpci_record *record = xpci_record(xpci, index);

    info->sbdf = record->sbdf;
    info->class_revision = record->class_revision;
    info->vendor = record->vendor;
    info->device = record->device;
    info->type = record->type;
    info->flags = record->flags & XPCI_RECORD_FLAGS;
    info->owner = xpci_record_owner(xpci, index);
    info->primary = record->primary;
    info->secondary = record->secondary;
    info->subordinate = record->subordinate;
    info->header_type = record->header_type;
    info->physfn = 0;
    info->node = record->node;

    if ( record->flags & XPCI_VIRTFN )
        info->physfn = xpci_record(xpci, record->link.vf.physfn)->sbdf;
    if ( record->flags & XPCI_BRIDGE &&
         xpci_entry_configured(XPCI_BUS(record->sbdf), record->secondary,
                               record->subordinate) )
        info->flags |= XPCI_CONFIGURED;
}

int xpci_index_reserve(struct xpci *xpci, struct xpci_segment *segment,
                       uint32_t sbdf)
{
    struct xpci_page **page = &segment->page[xpci_page_number(sbdf)];
    struct xpci_seen **pointer = &segment->seen[xpci_seen_number(sbdf)];
    struct xpci_seen *seen;

    if ( !*page )
        *page = xpci_alloc(xpci, sizeof(**page));
    if ( !*page )
        return -ENOMEM;
    if ( *pointer )
        return 0;

    seen = xpci_alloc(xpci, sizeof(*seen));
    if ( !seen )
        return -ENOMEM;
    /* Pairs with the acquire in xpci_seen_get(): it is all zero. */
    xpci_store_release(pointer, seen);

    return 0;
}

uint32_t xpci_index_next(const struct xpci_segment *segment, uint32_t bdf)
{
    while ( bdf < XPCI_BUSES * XPCI_DEVFNS )
    {
        /* Pages that do not exist are passed over at once. */
        if ( !segment->page[xpci_page_number(bdf)] )
            bdf += XPCI_PAGE_SLOTS - xpci_page_offset(bdf);
        else if ( xpci_index_get(segment, bdf) )
            break;
        else
            bdf++;
    }

    return bdf;
}

/*@ requires \valid_read(record);
    assigns \nothing; */
static uint8_t seen_of(const struct xpci_record *record)
{
    unsigned int seen = XPCI_SEEN_KNOWN | record->type;

    if ( record->flags & XPCI_BRIDGE_ONLY )
        return 0;
    if ( record->flags & XPCI_VIRTFN )
        seen |= XPCI_VIRTFN << (XPCI_LOOKUP_FLAGS_SHIFT - XPCI_SEEN_SHIFT);
    if ( record->flags & XPCI_EXTFN )
        seen |= XPCI_EXTFN << (XPCI_LOOKUP_FLAGS_SHIFT - XPCI_SEEN_SHIFT);

    return (uint8_t)seen;
}

/*@ requires has_page_of(segment, sbdf) && has_seen_of(segment, sbdf);
    ensures has_page_of(segment, sbdf) && has_seen_of(segment, sbdf); */
static void store(struct xpci_segment *segment, uint32_t sbdf, uint32_t slot,
                  uint8_t byte)
{
    struct xpci_page *page = segment->page[xpci_page_number(sbdf)];
    struct xpci_seen *seen = segment->seen[xpci_seen_number(sbdf)];

    page->slot[xpci_page_offset(sbdf)] = slot;
    /* One byte that says all: nothing else has to be seen with it. */
    xpci_store_release(&seen->byte[xpci_seen_offset(sbdf)], byte);
}

void xpci_index_set(struct xpci *xpci, struct xpci_segment *segment,
                    uint32_t index)
{
    const struct xpci_record *record = xpci_record(xpci, index);

    store(segment, record->sbdf, index, seen_of(record));
}

void xpci_index_delete(struct xpci_segment *segment, uint32_t sbdf)
{
    store(segment, sbdf, XPCI_NO_RECORD, 0);
}
