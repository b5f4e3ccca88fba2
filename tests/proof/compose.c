/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves that bridge.c keeps the predicate when a bridge claims or releases its
 * buses, with an array in place of its list.  Only the contracts in
 * bus2bridge.h are used here; the bodies are proved by themselves.  Never
 * compiled into anything.
 */
#include "core/bus2bridge.h"

/*@ predicate configured_bridges(struct xpci_bridge_entry *bridges,
                                 integer count) =
      \forall integer i; 0 <= i < count ==>
        configured(bridges[i].bus, bridges[i].secondary,
                   bridges[i].subordinate);

    // Whatever is in the table is one of these, but for the one at `except`.
    predicate only_from{Now, Start}(struct xpci_bus2bridge *map,
                                    struct xpci_bridge_entry *bridges,
                                    integer count, integer except) =
      \forall integer bus;
        0 <= bus < XPCI_BUSES && is_entry(\at(map->to[bus], Now)) ==>
        \exists integer i; 0 <= i < count && i != except &&
          \at(map->to[bus], Now) == \at(bridges[i], Start);

    predicate none_passed_over{Now, Start}(struct xpci_bus2bridge *map,
                                           struct xpci_bridge_entry *bridges,
                                           integer count, integer except) =
      \forall integer i; 0 <= i < count && i != except ==>
        not_passed_over{Now}(map, \at(bridges[i], Start));

    lemma best_is_valid{Now, Start}:
      \forall struct xpci_bus2bridge *map, struct xpci_bridge_entry *bridges,
        integer count, except;
        leads_up{Now}(map) &&
        only_from{Now, Start}(map, bridges, count, except) &&
        none_passed_over{Now, Start}(map, bridges, count, except) ==>
        valid_map{Now}(map);
*/

/*@ requires \valid(map) && \valid_read(entry) && \separated(map, entry);
    requires configured(entry->bus, entry->secondary, entry->subordinate);
    requires valid_map(map);
    assigns map->to[0 .. XPCI_BUSES - 1];
    ensures valid_map(map) && not_passed_over(map, *entry); */
void add_bridge(struct xpci_bus2bridge *map,
                const struct xpci_bridge_entry *entry)
{
    xpci_bus2bridge_claim(map, entry);
}

/*@ requires \valid(map) && \valid_read(bridges + (0 .. count - 1));
    requires \separated(map, bridges + (0 .. count - 1));
    requires gone < count && configured_bridges(bridges, count);
    requires \forall integer i, j; 0 <= i < j < count ==>
      !same_bridge(bridges[i], bridges[j]);
    requires leads_up(map);
    requires only_from{Here, Here}(map, bridges, count, count);
    assigns map->to[0 .. XPCI_BUSES - 1];
    ensures none_passed_over{Here, Old}(map, bridges, count, gone);
    ensures only_from{Here, Old}(map, bridges, count, gone);
    ensures valid_map(map); */
void remove_bridge(struct xpci_bus2bridge *map,
                   const struct xpci_bridge_entry *bridges, unsigned int count,
                   unsigned int gone)
{
    unsigned int i;

    xpci_bus2bridge_release(map, &bridges[gone]);
    /*@ assert \forall integer j; 0 <= j < count ==>
          bridges[j] == \at(bridges[j], Pre); */

    /*@ loop invariant 0 <= i <= count && leads_up(map);
        loop invariant only_from{Here, Pre}(map, bridges, count, gone);
        loop invariant none_passed_over{Here, Pre}(map, bridges, i, gone);
        loop assigns i, map->to[0 .. XPCI_BUSES - 1];
        loop variant count - i; */
    for ( i = 0; i < count; i++ )
        if ( i != gone )
        {
            //@ assert bridges[i] == \at(bridges[\at(i, Here)], Pre);
            xpci_bus2bridge_claim(map, &bridges[i]);
        }
}
