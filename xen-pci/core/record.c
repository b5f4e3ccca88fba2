/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pool of device records.  Records are handed out by number, and memory
 * once used for records stays so until the end: what grows is bounded by the
 * most devices that were ever known at a time.
 */
#include "tables.h"

static bool chunk_make(struct xpci *xpci, uint32_t number)
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

        if ( index > XPCI_PLACE_RECORD ||
             !chunk_make(xpci, index / XPCI_CHUNK_RECORDS) )
            return -ENOMEM;
        xpci->record_count++;
        xpci->free_count++;
        xpci_record(xpci, index)->sbdf = xpci->first_free;
        xpci->first_free = index;
    }

    return 0;
}

uint32_t xpci_record_take(struct xpci *xpci)
{
    uint32_t index = xpci->first_free;

    xpci->first_free = xpci_record(xpci, index)->sbdf;
    xpci->free_count--;
    *xpci_record_attached(xpci, index) = NULL;

    return index;
}

void xpci_record_give(struct xpci *xpci, uint32_t index)
{
    xpci_record(xpci, index)->sbdf = xpci->first_free;
    xpci->first_free = index;
    xpci->free_count++;
}

void xpci_record_info(const struct xpci *xpci, const struct xpci_record *record,
                      struct xpci_device_info *info)
{
    info->sbdf = record->sbdf;
    info->class_revision = record->class_revision;
    info->vendor = record->vendor;
    info->device = record->device;
    info->type = record->type;
    info->flags = record->flags;
    info->primary = record->primary;
    info->secondary = record->secondary;
    info->subordinate = record->subordinate;
    info->header_type = record->header_type;
    info->physfn = 0;
    info->node = record->node;

    if ( record->flags & XPCI_VIRTFN )
        info->physfn = xpci_record(xpci, record->physfn)->sbdf;
    if ( record->flags & XPCI_BRIDGE &&
         xpci_way_configured(XPCI_BUS(record->sbdf), record->secondary,
                             record->subordinate) )
        info->flags |= XPCI_CONFIGURED;
    if ( record->clashes )
        info->flags |= XPCI_CONFLICT;
}
