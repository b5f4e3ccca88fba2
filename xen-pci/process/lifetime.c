/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gives the tables' memory back, and says what they cost.
 */
#include <xen-pci/process.h>

#include "core/tables.h"

static void give_back(const struct xpci *xpci, void *memory, size_t size)
{
    if ( memory )
        xpci->host->free(xpci->host->data, memory, size);
}

static void free_segment(const struct xpci *xpci, struct xpci_segment *segment)
{
    unsigned int page;

    if ( !segment )
        return;
    give_back(xpci, segment->quarantine,
              segment->quarantine_room * sizeof(*segment->quarantine));
    for ( page = 0; page < XPCI_PAGES; page++ )
        give_back(xpci, segment->page[page], sizeof(*segment->page[page]));
    for ( page = 0; page < XPCI_SEEN_PAGES; page++ )
        give_back(xpci, segment->seen[page], sizeof(*segment->seen[page]));
    give_back(xpci, segment, sizeof(*segment));
}

static void free_segments(const struct xpci *xpci)
{
    unsigned int leaf, number;

    for ( number = 0; number < XPCI_DIRECT_SEGMENTS; number++ )
        free_segment(xpci, xpci->direct[number]);
    for ( leaf = 0; leaf < ARRAY_SIZE(xpci->leaf); leaf++ )
    {
        if ( !xpci->leaf[leaf] )
            continue;
        for ( number = 0; number < XPCI_LEAF_SEGMENTS; number++ )
            free_segment(xpci, xpci->leaf[leaf]->segment[number]);
        give_back(xpci, xpci->leaf[leaf], sizeof(*xpci->leaf[leaf]));
    }
}

static void free_records(const struct xpci *xpci)
{
    unsigned int outer, inner;

    for ( outer = 0; outer < XPCI_CHUNKS; outer++ )
    {
        struct xpci_chunk_directory *directory = xpci->records[outer];

        if ( !directory )
            continue;
        for ( inner = 0; inner < XPCI_CHUNKS; inner++ )
            give_back(xpci, directory->chunk[inner],
                      sizeof(*directory->chunk[inner]));
        give_back(xpci, directory, sizeof(*directory));
    }
}

void xpci_dispose(struct xpci *xpci)
{
    if ( !xpci )
        return;

    free_segments(xpci);
    free_records(xpci);
    give_back(xpci, xpci, sizeof(*xpci));
}

void xpci_costs(struct xpci_costs *costs)
{
    costs->device =
        sizeof(struct xpci_chunk) / XPCI_CHUNK_RECORDS + sizeof(uint32_t) + 1;
    costs->segment = sizeof(struct xpci_segment);
    costs->bus_page = sizeof(struct xpci_page);
    costs->seen_page = sizeof(struct xpci_seen);
}
