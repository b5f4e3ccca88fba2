/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How readers without a lock see a change of bridges: all of it or nothing.
 *
 * The upstream bridge of each bus is kept twice:
 *
 *                    latch even             latch odd
 *     upstream[0]    readers                the writer, then the same
 *     upstream[1]    the writer, then       readers
 *                    the same
 *
 *     writer:   write the copy that is   latch + 1   write the other copy
 *               not in force             (release)
 *     reader:   latch -> upstream[latch & 1][bus] -> latch again
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
    uint32_t latch, upstream;

    do
    {
        latch = xpci_load_acquire(&segment->latch);
        upstream =
            xpci_load_acquire(&segment->upstream[latch & 1U][bus & 0xffU]);
    } while ( xpci_load_relaxed(&segment->latch) != latch );

    return upstream;
}

#endif /* XEN_PCI_LOOKUP_H */
