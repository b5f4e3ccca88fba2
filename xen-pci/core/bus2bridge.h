/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decides which bridge leads to which bus, on a table of 256 entries that
 * knows nothing of devices, hosts or readers.
 *
 *     bridges      00:01.0 covers 01-03      01:00.0 covers 02-02
 *
 *     bus             00         01          02         03        04 ...
 *                +----------+----------+----------+----------+----------+
 *     to[bus]    |  (none)  | 00:01.0  | 01:00.0  | 00:01.0  |  (none)  |
 *                +----------+----------+----------+----------+----------+
 *
 * A walk up from bus 02 goes to bus 01, where 01:00.0 sits, then to bus 00,
 * which no bridge leads to: a root bus.  Every step leads to a lower bus, so
 * no walk can loop.
 */
#ifndef XEN_PCI_BUS2BRIDGE_H
#define XEN_PCI_BUS2BRIDGE_H

#include <xen-pci/env.h>

#define XPCI_BUSES 256U

/*
 * A configured bridge: it sits on `bus` and covers `secondary` to
 * `subordinate`, where bus < secondary <= subordinate.  An empty entry has
 * secondary 0, which no configured bridge can have.
 */
struct xpci_bridge_entry {
    uint8_t bus;
    uint8_t devfn;
    uint8_t secondary;
    uint8_t subordinate;
    uint8_t aliases; /* 1: puts its own requester ID on what passes it */
};

/* For each bus, the bridge that leads to it. */
struct xpci_bus2bridge {
    struct xpci_bridge_entry to[XPCI_BUSES];
};

/*@
  predicate is_entry(struct xpci_bridge_entry entry) = entry.secondary != 0;

  predicate configured(integer bus, integer secondary, integer subordinate) =
    bus < secondary <= subordinate;

  predicate covers(struct xpci_bridge_entry entry, integer bus) =
    configured(entry.bus, entry.secondary, entry.subordinate) &&
    entry.secondary <= bus <= entry.subordinate;

  predicate same_bridge(struct xpci_bridge_entry a,
                        struct xpci_bridge_entry b) =
    a.bus == b.bus && a.devfn == b.devfn;

  logic integer range(struct xpci_bridge_entry entry) =
    entry.subordinate - entry.secondary;

  predicate better(struct xpci_bridge_entry a, struct xpci_bridge_entry b,
                   integer bus) =
    !is_entry(b) ||
    (a.secondary == bus && b.secondary != bus) ||
    ((a.secondary == bus <==> b.secondary == bus) &&
     (range(a) < range(b) ||
      (range(a) == range(b) &&
       (a.bus < b.bus || (a.bus == b.bus && a.devfn < b.devfn)))));

  lemma better_irreflexive:
    \forall struct xpci_bridge_entry a, integer bus;
      covers(a, bus) ==> !better(a, a, bus);
  lemma better_asymmetric:
    \forall struct xpci_bridge_entry a, b, integer bus;
      covers(a, bus) && covers(b, bus) && better(a, b, bus) ==>
      !better(b, a, bus);
  lemma better_transitive:
    \forall struct xpci_bridge_entry a, b, c, integer bus;
      covers(a, bus) && covers(b, bus) &&
      better(a, b, bus) && better(b, c, bus) ==> better(a, c, bus);
  lemma better_total:
    \forall struct xpci_bridge_entry a, b, integer bus;
      covers(a, bus) && covers(b, bus) && !same_bridge(a, b) ==>
      better(a, b, bus) || better(b, a, bus);

  predicate nests(struct xpci_bridge_entry inner,
                  struct xpci_bridge_entry outer) =
    outer.secondary <= inner.bus <= outer.subordinate &&
    inner.subordinate <= outer.subordinate;

  predicate clash(struct xpci_bridge_entry a, struct xpci_bridge_entry b) =
    a.secondary <= b.subordinate && b.secondary <= a.subordinate &&
    !nests(a, b) && !nests(b, a);

  // No stale entry and no cycle: an entry covers its bus, from a lower one.
  predicate leads_up{L}(struct xpci_bus2bridge *map) =
    \forall integer bus; 0 <= bus < XPCI_BUSES ==>
      is_entry(map->to[bus]) ==> covers(map->to[bus], bus);

  // Nowhere in its range is this bridge better than the one in the table.
  predicate not_passed_over{L}(struct xpci_bus2bridge *map,
                               struct xpci_bridge_entry entry) =
    \forall integer bus; 0 <= bus < XPCI_BUSES && covers(entry, bus) ==>
      !better(entry, map->to[bus], bus);

  predicate valid_entry{L}(struct xpci_bus2bridge *map, integer bus) =
    !is_entry(map->to[bus]) ||
    (covers(map->to[bus], bus) && not_passed_over(map, map->to[bus]));

  predicate valid_map{L}(struct xpci_bus2bridge *map) =
    \forall integer bus; 0 <= bus < XPCI_BUSES ==> valid_entry(map, bus);

  // A bridge as the word of an upstream bridge.
  logic integer upstream_word(struct xpci_bridge_entry entry) =
    0x80000000 + entry.secondary * 0x10000 + entry.bus * 0x100 + entry.devfn;

  // The word of the topmost aliasing bridge on the walk up from a bus.
  logic integer upstream_of{L}(struct xpci_bus2bridge *map, integer bus) =
    !(0 <= map->to[bus].bus < bus) || map->to[bus].secondary == 0 ? 0 :
    upstream_of(map, map->to[bus].bus) != 0 ?
      upstream_of(map, map->to[bus].bus) :
    map->to[bus].aliases != 0 ? upstream_word(map->to[bus]) : 0;
*/

/*
 * The upstream bridge of a bus in one word: 0 for none, else
 * XPCI_UPSTREAM_VALID, the topmost aliasing bridge's secondary bus in bits
 * 23-16, its bus in 15-8 and its devfn in 7-0.
 */
#define XPCI_UPSTREAM_VALID ((uint32_t)1 << 31)

/* Is it the entry of the bridge at this BDF? */
/*@ requires \valid_read(entry);
    assigns \nothing;
    ensures \result <==>
      entry->bus == bdf / 0x100 % 0x100 && entry->devfn == bdf % 0x100; */
static inline bool xpci_entry_is_of(const struct xpci_bridge_entry *entry,
                                    uint32_t bdf)
{
    return entry->bus == bdf / 0x100U % 0x100U && entry->devfn == bdf % 0x100U;
}

/* Does a bridge cover a bus?  One that is not configured covers none. */
/*@ requires \valid_read(entry);
    assigns \nothing;
    ensures \result <==>
      is_entry(*entry) && entry->secondary <= bus <= entry->subordinate; */
static inline bool xpci_entry_covers(const struct xpci_bridge_entry *entry,
                                     unsigned int bus)
{
    return entry->secondary && entry->secondary <= bus &&
           bus <= entry->subordinate;
}

/* Do these numbers make a bridge on `bus` cover any bus? */
/*@ assigns \nothing;
    ensures \result <==> configured(bus, secondary, subordinate); */
static inline bool xpci_entry_configured(unsigned int bus,
                                         unsigned int secondary,
                                         unsigned int subordinate)
{
    return bus < secondary && secondary <= subordinate;
}

/*
 * Does `a` lead to `bus`, rather than `b`?  Both cover it, or `b` is none.
 * The bridge whose secondary it is; else the innermost; else the lower BDF.
 * A total order on different bridges, so the best does not depend on the
 * order in which they claim their buses.
 */
/*@ requires \valid_read(a) && \valid_read(b);
    assigns \nothing;
    ensures \result <==> better(*a, *b, bus); */
bool xpci_entry_better(const struct xpci_bridge_entry *a,
                       const struct xpci_bridge_entry *b, unsigned int bus);

/* Do two configured bridges claim the same buses, neither behind the other? */
/*@ requires \valid_read(a) && \valid_read(b);
    assigns \nothing;
    ensures \result <==> clash(*a, *b); */
bool xpci_entry_clashes(const struct xpci_bridge_entry *a,
                        const struct xpci_bridge_entry *b);

/* A configured bridge takes every bus for which it is the better one. */
/*@ requires \valid(map) && \valid_read(entry) && \separated(map, entry);
    requires configured(entry->bus, entry->secondary, entry->subordinate);
    requires leads_up(map);
    assigns map->to[entry->secondary .. entry->subordinate];
    ensures leads_up(map);
    ensures not_passed_over(map, \old(*entry));
    ensures \forall struct xpci_bridge_entry other;
      not_passed_over{Old}(map, other) ==> not_passed_over(map, other);
    ensures \forall integer bus; 0 <= bus < XPCI_BUSES ==>
      map->to[bus] == \old(*entry) || map->to[bus] == \old(map->to[bus]); */
void xpci_bus2bridge_claim(struct xpci_bus2bridge *map,
                           const struct xpci_bridge_entry *entry);

/*
 * The bridge at `entry`'s bus and devfn loses all its buses in `entry`'s
 * range.  No bridge leads to them until the other bridges claim them.
 */
/*@ requires \valid(map) && \valid_read(entry) && \separated(map, entry);
    requires configured(entry->bus, entry->secondary, entry->subordinate);
    requires leads_up(map);
    assigns map->to[entry->secondary .. entry->subordinate];
    ensures leads_up(map);
    ensures \forall integer bus; 0 <= bus < XPCI_BUSES ==>
      (covers(*entry, bus) && same_bridge(\old(map->to[bus]), *entry) &&
       !is_entry(map->to[bus])) ||
      (!(covers(*entry, bus) && same_bridge(\old(map->to[bus]), *entry)) &&
       map->to[bus] == \old(map->to[bus])); */
void xpci_bus2bridge_release(struct xpci_bus2bridge *map,
                             const struct xpci_bridge_entry *entry);

/* The upstream lookup by walking up from `bus`, in at most 256 steps. */
/*@ requires \valid_read(map) && bus < XPCI_BUSES && leads_up(map);
    assigns \nothing;
    ensures \result == upstream_of(map, bus); */
uint32_t xpci_bus2bridge_upstream(const struct xpci_bus2bridge *map,
                                  unsigned int bus);

/* The same for all buses at once: `upstream` has XPCI_BUSES words. */
/*@ requires \valid_read(map) && \valid(upstream + (0 .. XPCI_BUSES - 1));
    requires \separated(map, upstream + (0 .. XPCI_BUSES - 1));
    requires leads_up(map);
    assigns upstream[0 .. XPCI_BUSES - 1];
    ensures \forall integer bus; 0 <= bus < XPCI_BUSES ==>
      upstream[bus] == upstream_of(map, bus); */
void xpci_bus2bridge_upstreams(const struct xpci_bus2bridge *map,
                               uint32_t *upstream);

/*
 * The part of the predicate that the table shows by itself: no entry out of
 * its bridge's range, every step up to a lower bus, and no entry that another
 * entry's bridge should have.
 */
/*@ requires \valid_read(map);
    assigns \nothing;
    ensures \result <==> valid_map(map); */
bool xpci_bus2bridge_is_valid(const struct xpci_bus2bridge *map);

#endif /* XEN_PCI_BUS2BRIDGE_H */
