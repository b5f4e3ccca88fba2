/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What bridge.c does with the table of ways when a bridge comes or goes, with
 * an array in place of its list: the whole keeps the predicate.  Only the
 * contracts in ways.h are used here; the bodies are proved by themselves.
 * Never compiled into anything.
 */
#include "core/ways.h"

/*@ predicate configured_bridges(struct xpci_way *bridges, integer count) =
      \forall integer i; 0 <= i < count ==>
        configured(bridges[i].bus, bridges[i].secondary,
                   bridges[i].subordinate);

    // Whatever is in the table is one of these, but for the one at `except`.
    predicate only_from{Now, Start}(struct xpci_ways *ways,
                                    struct xpci_way *bridges, integer count,
                                    integer except) =
      \forall integer bus;
        0 <= bus < XPCI_BUSES && is_way(\at(ways->to[bus], Now)) ==>
        \exists integer i; 0 <= i < count && i != except &&
          \at(ways->to[bus], Now) == \at(bridges[i], Start);

    predicate none_passed_over{Now, Start}(struct xpci_ways *ways,
                                           struct xpci_way *bridges,
                                           integer count, integer except) =
      \forall integer i; 0 <= i < count && i != except ==>
        not_passed_over{Now}(ways, \at(bridges[i], Start));

    lemma best_is_valid{Now, Start}:
      \forall struct xpci_ways *ways, struct xpci_way *bridges,
        integer count, except;
        leads_up{Now}(ways) &&
        only_from{Now, Start}(ways, bridges, count, except) &&
        none_passed_over{Now, Start}(ways, bridges, count, except) ==>
        valid_ways{Now}(ways);
*/

/*@ requires \valid(ways) && \valid_read(way) && \separated(ways, way);
    requires configured(way->bus, way->secondary, way->subordinate);
    requires valid_ways(ways);
    assigns ways->to[0 .. XPCI_BUSES - 1];
    ensures valid_ways(ways) && not_passed_over(ways, *way); */
void add_bridge(struct xpci_ways *ways, const struct xpci_way *way)
{
    xpci_ways_offer(ways, way);
}

/*@ requires \valid(ways) && \valid_read(bridges + (0 .. count - 1));
    requires \separated(ways, bridges + (0 .. count - 1));
    requires gone < count && configured_bridges(bridges, count);
    requires \forall integer i, j; 0 <= i < j < count ==>
      !same_bridge(bridges[i], bridges[j]);
    requires leads_up(ways);
    requires only_from{Here, Here}(ways, bridges, count, count);
    assigns ways->to[0 .. XPCI_BUSES - 1];
    ensures none_passed_over{Here, Old}(ways, bridges, count, gone);
    ensures only_from{Here, Old}(ways, bridges, count, gone);
    ensures valid_ways(ways); */
void remove_bridge(struct xpci_ways *ways, const struct xpci_way *bridges,
                   unsigned int count, unsigned int gone)
{
    unsigned int i;

    xpci_ways_withdraw(ways, &bridges[gone]);
    /*@ assert \forall integer j; 0 <= j < count ==>
          bridges[j] == \at(bridges[j], Pre); */

    /*@ loop invariant 0 <= i <= count && leads_up(ways);
        loop invariant only_from{Here, Pre}(ways, bridges, count, gone);
        loop invariant none_passed_over{Here, Pre}(ways, bridges, i, gone);
        loop assigns i, ways->to[0 .. XPCI_BUSES - 1];
        loop variant count - i; */
    for ( i = 0; i < count; i++ )
        if ( i != gone )
        {
            //@ assert bridges[i] == \at(bridges[\at(i, Here)], Pre);
            xpci_ways_offer(ways, &bridges[i]);
        }
}
