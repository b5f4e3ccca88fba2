/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds bridges that clash without comparing each with each.
 */
#include "clash.h"

void xpci_clash_clear(struct xpci_clash_index *index)
{
    memset(index, 0, sizeof(*index));
    memset(index->lowest, 0xff, sizeof(index->lowest));
}

/* The bits from `from` to `to` - 1 that fall into word `word`. */
static uint32_t word_mask(unsigned int word, unsigned int from, unsigned int to)
{
    unsigned int first = word * 32U;
    uint32_t mask = 0xffffffffU;

    if ( to <= first || from >= first + 32U )
        return 0;
    if ( from > first )
        mask &= 0xffffffffU << (from - first);
    if ( to < first + 32U )
        mask &= 0xffffffffU >> (first + 32U - to);

    return mask;
}

void xpci_clash_add(struct xpci_clash_index *index,
                    const struct xpci_bridge_entry *entry)
{
    uint32_t *once = index->once[entry->subordinate];
    uint32_t *twice = index->twice[entry->subordinate];
    unsigned int word;

    if ( entry->bus < index->lowest[entry->subordinate] )
        index->lowest[entry->subordinate] = entry->bus;
    if ( entry->subordinate > index->highest[entry->secondary] )
        index->highest[entry->secondary] = entry->subordinate;

    for ( word = 0; word < XPCI_BUS_WORDS; word++ )
    {
        uint32_t mask = word_mask(word, entry->bus, entry->secondary);

        twice[word] |= once[word] & mask;
        once[word] |= mask;
    }
}

bool xpci_clash_any(const struct xpci_clash_index *index,
                    const struct xpci_bridge_entry *entry, bool is_in)
{
    const uint32_t *others = is_in ? index->twice[entry->subordinate]
                                   : index->once[entry->subordinate];
    unsigned int bus, word;

    for ( bus = entry->secondary; bus < entry->subordinate; bus++ )
        if ( index->lowest[bus] < entry->secondary )
            return true;
    for ( bus = entry->bus + 1U; bus <= entry->subordinate; bus++ )
        if ( index->highest[bus] > entry->subordinate )
            return true;
    for ( word = 0; word < XPCI_BUS_WORDS; word++ )
        if ( others[word] & word_mask(word, entry->bus, entry->secondary) )
            return true;

    return false;
}
