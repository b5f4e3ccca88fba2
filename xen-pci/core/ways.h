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

/*@
  predicate is_way(struct xpci_way way) = way.secondary != 0;

  predicate configured(integer bus, integer secondary, integer subordinate) =
    bus < secondary <= subordinate;

  predicate covers(struct xpci_way way, integer bus) =
    configured(way.bus, way.secondary, way.subordinate) &&
    way.secondary <= bus <= way.subordinate;

  predicate same_bridge(struct xpci_way a, struct xpci_way b) =
    a.bus == b.bus && a.devfn == b.devfn;

  logic integer range(struct xpci_way way) = way.subordinate - way.secondary;

  predicate better(struct xpci_way a, struct xpci_way b, integer bus) =
    !is_way(b) ||
    (a.secondary == bus && b.secondary != bus) ||
    ((a.secondary == bus <==> b.secondary == bus) &&
     (range(a) < range(b) ||
      (range(a) == range(b) &&
       (a.bus < b.bus || (a.bus == b.bus && a.devfn < b.devfn)))));

  lemma better_irreflexive:
    \forall struct xpci_way a, integer bus;
      covers(a, bus) ==> !better(a, a, bus);
  lemma better_asymmetric:
    \forall struct xpci_way a, b, integer bus;
      covers(a, bus) && covers(b, bus) && better(a, b, bus) ==>
      !better(b, a, bus);
  lemma better_transitive:
    \forall struct xpci_way a, b, c, integer bus;
      covers(a, bus) && covers(b, bus) &&
      better(a, b, bus) && better(b, c, bus) ==> better(a, c, bus);
  lemma better_total:
    \forall struct xpci_way a, b, integer bus;
      covers(a, bus) && covers(b, bus) && !same_bridge(a, b) ==>
      better(a, b, bus) || better(b, a, bus);

  predicate nests(struct xpci_way inner, struct xpci_way outer) =
    outer.secondary <= inner.bus <= outer.subordinate &&
    inner.subordinate <= outer.subordinate;

  predicate clash(struct xpci_way a, struct xpci_way b) =
    a.secondary <= b.subordinate && b.secondary <= a.subordinate &&
    !nests(a, b) && !nests(b, a);

  // No stale entry and no cycle: an entry covers its bus, from a lower one.
  predicate leads_up{L}(struct xpci_ways *ways) =
    \forall integer bus; 0 <= bus < XPCI_BUSES ==>
      is_way(ways->to[bus]) ==> covers(ways->to[bus], bus);

  // Nowhere in its range is this way better than the entry.
  predicate not_passed_over{L}(struct xpci_ways *ways, struct xpci_way way) =
    \forall integer bus; 0 <= bus < XPCI_BUSES && covers(way, bus) ==>
      !better(way, ways->to[bus], bus);

  predicate valid_entry{L}(struct xpci_ways *ways, integer bus) =
    !is_way(ways->to[bus]) ||
    (covers(ways->to[bus], bus) && not_passed_over(ways, ways->to[bus]));

  predicate valid_ways{L}(struct xpci_ways *ways) =
    \forall integer bus; 0 <= bus < XPCI_BUSES ==> valid_entry(ways, bus);

  // The upstream lookup's answer.
  logic integer alias_word(struct xpci_way way) =
    0x80000000 + way.secondary * 0x10000 + way.bus * 0x100 + way.devfn;

  // The answer of the topmost aliasing bridge on the way up from a bus.
  logic integer topmost{L}(struct xpci_ways *ways, integer bus) =
    !(0 <= ways->to[bus].bus < bus) || ways->to[bus].secondary == 0 ? 0 :
    topmost(ways, ways->to[bus].bus) != 0 ?
      topmost(ways, ways->to[bus].bus) :
    ways->to[bus].aliases != 0 ? alias_word(ways->to[bus]) : 0;
*/

/*
 * The upstream lookup's answer for a bus in one word: 0 for none, else
 * XPCI_ALIAS_VALID, the topmost aliasing bridge's secondary bus in bits
 * 23-16, its bus in 15-8 and its devfn in 7-0.
 */
#define XPCI_ALIAS_VALID ((uint32_t)1 << 31)

/* Do these numbers make a bridge on `bus` cover any bus? */
/*@ assigns \nothing;
    ensures \result <==> configured(bus, secondary, subordinate); */
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
/*@ requires \valid_read(a) && \valid_read(b);
    assigns \nothing;
    ensures \result <==> better(*a, *b, bus); */
bool xpci_way_better(const struct xpci_way *a, const struct xpci_way *b,
                     unsigned int bus);

/* Do two configured bridges claim the same buses, neither behind the other? */
/*@ requires \valid_read(a) && \valid_read(b);
    assigns \nothing;
    ensures \result <==> clash(*a, *b); */
bool xpci_way_clashes(const struct xpci_way *a, const struct xpci_way *b);

/* Enter a configured bridge: every bus for which it is better is its own. */
/*@ requires \valid(ways) && \valid_read(way) && \separated(ways, way);
    requires configured(way->bus, way->secondary, way->subordinate);
    requires leads_up(ways);
    assigns ways->to[way->secondary .. way->subordinate];
    ensures leads_up(ways);
    ensures not_passed_over(ways, \old(*way));
    ensures \forall struct xpci_way other;
      not_passed_over{Old}(ways, other) ==> not_passed_over(ways, other);
    ensures \forall integer bus; 0 <= bus < XPCI_BUSES ==>
      ways->to[bus] == \old(*way) || ways->to[bus] == \old(ways->to[bus]); */
void xpci_ways_offer(struct xpci_ways *ways, const struct xpci_way *way);

/*
 * Take out every entry of the bridge at `way`'s bus and devfn in `way`'s
 * range.  The buses have no way until the other bridges are offered again.
 */
/*@ requires \valid(ways) && \valid_read(way) && \separated(ways, way);
    requires configured(way->bus, way->secondary, way->subordinate);
    requires leads_up(ways);
    assigns ways->to[way->secondary .. way->subordinate];
    ensures leads_up(ways);
    ensures \forall integer bus; 0 <= bus < XPCI_BUSES ==>
      (covers(*way, bus) && same_bridge(\old(ways->to[bus]), *way) &&
       !is_way(ways->to[bus])) ||
      (!(covers(*way, bus) && same_bridge(\old(ways->to[bus]), *way)) &&
       ways->to[bus] == \old(ways->to[bus])); */
void xpci_ways_withdraw(struct xpci_ways *ways, const struct xpci_way *way);

/* The upstream lookup by walking up from `bus`, in at most 256 steps. */
/*@ requires \valid_read(ways) && bus < XPCI_BUSES && leads_up(ways);
    assigns \nothing;
    ensures \result == topmost(ways, bus); */
uint32_t xpci_ways_alias(const struct xpci_ways *ways, unsigned int bus);

/* The same for all buses at once: `alias` has XPCI_BUSES words. */
/*@ requires \valid_read(ways) && \valid(alias + (0 .. XPCI_BUSES - 1));
    requires \separated(ways, alias + (0 .. XPCI_BUSES - 1));
    requires leads_up(ways);
    assigns alias[0 .. XPCI_BUSES - 1];
    ensures \forall integer bus; 0 <= bus < XPCI_BUSES ==>
      alias[bus] == topmost(ways, bus); */
void xpci_ways_aliases(const struct xpci_ways *ways, uint32_t *alias);

/*
 * The part of the predicate that the table shows by itself: no entry out of
 * its bridge's range, every step up to a lower bus, and no entry that another
 * entry's bridge should have.
 */
/*@ requires \valid_read(ways);
    assigns \nothing;
    ensures \result <==> valid_ways(ways); */
bool xpci_ways_are_valid(const struct xpci_ways *ways);

#endif /* XEN_PCI_WAYS_H */
