/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How readers without a lock see a change of the ways: all of it or nothing.
 *
 * The answers of the upstream lookup are kept twice.  The lowest bit of the
 * segment's latch says which copy is in force; the writer writes the other
 * copy, counts the latch up, and then writes the copy that was in force.  A
 * reader takes the latch, an answer from the copy in force, and the latch
 * again; where the latch is the same, the answer was in force in between.
 * Otherwise a whole change was published meanwhile, and it asks again: a
 * reader never waits for a writer that is under way.
 *
 * Barriers, in pairs:
 *  - the writer's release store of the latch and the reader's acquire load of
 *    it: who sees the new latch sees the new answers;
 *  - the writer's release stores of answers and the reader's acquire load of
 *    one: who sees an answer that is written after the latch was counted up
 *    sees the new latch on looking again.
 */
#ifndef XEN_PCI_PUBLISH_H
#define XEN_PCI_PUBLISH_H

#include "tables.h"

/*
 * Bring what readers see in line with segment->ways.  `left` has the buses
 * that a device with an alias left: the buses that share an answer with one of
 * these, and those whose answer changed, are added to `remap`.
 */
void xpci_publish(struct xpci_segment *segment, bool ways_changed,
                  const struct xpci_bus_set *left, struct xpci_bus_set *remap);

/* The answer in force for a bus, for readers without a lock. */
static inline uint32_t xpci_published_alias(const struct xpci_segment *segment,
                                            unsigned int bus)
{
    uint32_t latch, alias;

    do
    {
        latch = xpci_load_acquire(&segment->latch);
        alias = xpci_load_acquire(&segment->alias[latch & 1U][bus & 0xffU]);
    } while ( xpci_load_relaxed(&segment->latch) != latch );

    return alias;
}

#endif /* XEN_PCI_PUBLISH_H */
