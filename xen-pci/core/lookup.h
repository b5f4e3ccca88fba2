/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How readers without a lock see a change of bridges: all of it or nothing.
 *
 * The upstream bridge of each bus is kept twice, side by side:
 *
 *                       latch even             latch odd
 *     upstream[bus][0]  readers                the writer, then the same
 *     upstream[bus][1]  the writer, then       readers
 *                       the same
 *
 *     writer:   write the copies that are   latch + 1   write the others
 *               not in force                (release)
 *     reader:   latch -> upstream[bus][latch & 1] -> latch again
 *
 * The lowest bit of the segment's latch says which copy is in force.  Where a
 * reader finds the latch unchanged, the word was in force in between.
 * Otherwise a whole change was published meanwhile, and it reads again: a
 * reader never waits for a writer that is under way.
 *
 * Barriers, in pairs:
 *  - the writer's release store of the latch and the reader's acquire load of
 *    it: who sees the new latch sees the new words;
 *  - the writer's release stores of words and the reader's acquire load of
 *    one: who sees a word that is written after the latch was counted up sees
 *    the new latch on looking again.
 */
#ifndef XEN_PCI_LOOKUP_H
#define XEN_PCI_LOOKUP_H

#include "tables.h"

/*
 * Bring what readers see in line with segment->bus2bridge.  The host is told
 * before and after of the buses whose upstream bridge changes.
 */
void xpci_publish(const struct xpci *xpci, struct xpci_segment *segment);

/* The word in force for a bus (bus2bridge.h), for readers without a lock. */
static inline uint32_t xpci_published_upstream(
    const struct xpci_segment *segment, unsigned int bus)
{
    const uint32_t *copies = segment->upstream[bus & 0xffU];
    uint32_t latch, even, odd;

    do
    {
        latch = xpci_load_acquire(&segment->latch);
        /* Both, which are neighbours, so that neither waits for the latch. */
        even = xpci_load_acquire(&copies[0]);
        odd = xpci_load_acquire(&copies[1]);
    } while ( unlikely(xpci_load_relaxed(&segment->latch) != latch) );

    return latch & 1U ? odd : even;
}

#endif /* XEN_PCI_LOOKUP_H */
