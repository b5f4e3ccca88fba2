/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps the devices that are not dom0's, sorted by SBDF.
 */
#include <stdlib.h>

#include "owners.h"

bool owner_is_guest(uint16_t owner)
{
    return owner != XPCI_OWNER_DOM0 && owner < XPCI_OWNER_QUARANTINE;
}

void owners_init(struct owners *owners)
{
    memset(owners, 0, sizeof(*owners));
    owners->others = XPCI_OWNER_DOM0;
}

void owners_dispose(struct owners *owners)
{
    free(owners->entry);
    owners_init(owners);
}

/* Where the entry of an SBDF is, or belongs. */
static size_t position(const struct owners *owners, uint32_t sbdf)
{
    size_t low = 0, high = owners->count;

    while ( low < high )
    {
        size_t middle = low + (high - low) / 2;

        if ( owners->entry[middle].sbdf < sbdf )
            low = middle + 1;
        else
            high = middle;
    }

    return low;
}

static bool is_at(const struct owners *owners, size_t at, uint32_t sbdf)
{
    return at < owners->count && owners->entry[at].sbdf == sbdf;
}

uint16_t owners_get(const struct owners *owners, uint32_t sbdf)
{
    size_t at = position(owners, sbdf);

    return is_at(owners, at, sbdf) ? owners->entry[at].owner : owners->others;
}

void owners_forget(struct owners *owners, uint32_t sbdf)
{
    size_t at = position(owners, sbdf);

    if ( !is_at(owners, at, sbdf) )
        return;
    owners->count--;
    memmove(&owners->entry[at], &owners->entry[at + 1],
            (owners->count - at) * sizeof(*owners->entry));
}

int owners_set(struct owners *owners, uint32_t sbdf, uint16_t owner)
{
    size_t at = position(owners, sbdf);

    if ( owner == owners->others )
    {
        owners_forget(owners, sbdf);
        return 0;
    }
    if ( !is_at(owners, at, sbdf) )
    {
        if ( owners->count == owners->room )
        {
            size_t room = owners->room ? 2 * owners->room : 16;
            struct owners_entry *entry =
                realloc(owners->entry, room * sizeof(*entry));

            if ( !entry )
                return -ENOMEM;
            owners->entry = entry;
            owners->room = room;
        }
        memmove(&owners->entry[at + 1], &owners->entry[at],
                (owners->count - at) * sizeof(*owners->entry));
        owners->count++;
    }
    owners->entry[at].sbdf = sbdf;
    owners->entry[at].owner = owner;

    return 0;
}

int owners_deassign(struct owners *owners, uint32_t sbdf)
{
    return owners_set(owners, sbdf,
                      owner_is_guest(owners_get(owners, sbdf))
                          ? XPCI_OWNER_QUARANTINE
                          : XPCI_OWNER_DOM0);
}

void owners_quarantine(struct owners *owners, uint32_t sbdf)
{
    size_t at = position(owners, sbdf);

    if ( is_at(owners, at, sbdf) && owners->entry[at].owner != XPCI_OWNER_DOM0 )
        owners->entry[at].owner = XPCI_OWNER_QUARANTINE;
}

void owners_keep_from_dom0(struct owners *owners, uint32_t sbdf)
{
    if ( owners_set(owners, sbdf, XPCI_OWNER_QUARANTINE) )
        owners->others = XPCI_OWNER_QUARANTINE;
}

void owners_destroy(struct owners *owners, uint16_t domain)
{
    size_t i;

    for ( i = 0; i < owners->count; i++ )
        if ( owners->entry[i].owner == domain )
            owners->entry[i].owner = XPCI_OWNER_QUARANTINE;
}
