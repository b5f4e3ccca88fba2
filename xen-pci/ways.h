/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which bridge leads to which bus: the rules, on a table of 256 entries that
 * knows nothing of devices, hosts or readers.
 */
#ifndef XEN_PCI_WAYS_H
#define XEN_PCI_WAYS_H

#include <xen-pci/env.h>

#define XPCI_BUSES 256U

/*
 * A configured bridge, as far as ways are concerned: it sits on `bus` and
 * covers `secondary` to `subordinate`, where bus < secondary <= subordinate.
 * No way at all has secondary 0, which no configured bridge can have.
 */
struct xpci_way {
    uint8_t bus;
    uint8_t devfn;
    uint8_t secondary;
    uint8_t subordinate;
    uint8_t aliases; /* 1: puts its own requester ID on what passes it */
};

/* For each bus the way of the bridge that leads to it. */
struct xpci_ways {
    struct xpci_way to[XPCI_BUSES];
};

/*
 * The upstream lookup's answer for a bus in one word: 0 for none, else
 * XPCI_ALIAS_VALID, the topmost aliasing bridge's secondary bus in bits
 * 23-16, its bus in 15-8 and its devfn in 7-0.
 */
#define XPCI_ALIAS_VALID ((uint32_t)1 << 31)

/* Do these numbers make a bridge on `bus` cover any bus? */
static inline bool xpci_way_configured(unsigned int bus, unsigned int secondary,
                                       unsigned int subordinate)
{
    return bus < secondary && secondary <= subordinate;
}

/*
 * Does `a` lead to `bus`, rather than `b`?  Both cover it, or `b` is none.
 * The bridge whose secondary it is; else the innermost; else the lower BDF.
 * A total order on different bridges, so the best does not depend on the
 * order in which they are offered.
 */
bool xpci_way_better(const struct xpci_way *a, const struct xpci_way *b,
                     unsigned int bus);

/* Do two configured bridges claim the same buses, neither behind the other? */
bool xpci_way_clashes(const struct xpci_way *a, const struct xpci_way *b);

/* Enter a configured bridge: every bus for which it is better is its own. */
void xpci_ways_offer(struct xpci_ways *ways, const struct xpci_way *way);

/*
 * Take out every entry of the bridge at `way`'s bus and devfn in `way`'s
 * range.  The buses have no way until the other bridges are offered again.
 */
void xpci_ways_withdraw(struct xpci_ways *ways, const struct xpci_way *way);

/* The upstream lookup by walking up from `bus`, in at most 256 steps. */
uint32_t xpci_ways_alias(const struct xpci_ways *ways, unsigned int bus);

/* The same for all buses at once: `alias` has XPCI_BUSES words. */
void xpci_ways_aliases(const struct xpci_ways *ways, uint32_t *alias);

/*
 * The part of the predicate that the table shows by itself: no entry out of
 * its bridge's range, every step up to a lower bus, and no entry that another
 * entry's bridge should have.
 */
bool xpci_ways_are_valid(const struct xpci_ways *ways);

#endif /* XEN_PCI_WAYS_H */
