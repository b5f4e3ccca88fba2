/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tells whether a bridge clashes with any of a set of bridges, in a time that
 * does not depend on how many there are.
 *
 * Two bridges clash where their ranges overlap and neither is behind the other
 * (bus2bridge.h).  A bridge on bus u covering s to e clashes with another, on
 * u' covering s' to e', in one of three ways:
 *
 *     e' below e      u ... [s ....... e]
 *                     u' ........ [s' e']      it sits below s: u' < s <= e'
 *
 *     e' above e      u ... [s ....... e]
 *                         u' ... [s' ..... e'] it begins in here: u < s' <= e
 *
 *     e' = e          the buses u to s - 1, and u' to s' - 1, overlap
 *
 * So of all bridges in the set, three things are enough: by subordinate bus
 * the lowest bus that a bridge sits on; by secondary bus the highest
 * subordinate bus; by subordinate bus the buses between a bridge and its
 * secondary bus, each noted as once and as more than once.
 */
#ifndef XEN_PCI_CLASH_H
#define XEN_PCI_CLASH_H

#include "bus2bridge.h"

#define XPCI_BUS_WORDS (XPCI_BUSES / 32U)

struct xpci_clash_index {
    uint8_t lowest[XPCI_BUSES];  /* ff: none, since no bridge sits there */
    uint8_t highest[XPCI_BUSES]; /* 0: none */
    uint32_t once[XPCI_BUSES][XPCI_BUS_WORDS];
    uint32_t twice[XPCI_BUSES][XPCI_BUS_WORDS];
};

/* Make the set empty. */
void xpci_clash_clear(struct xpci_clash_index *index);

/* Add a configured bridge. */
void xpci_clash_add(struct xpci_clash_index *index,
                    const struct xpci_bridge_entry *entry);

/*
 * Does a configured bridge clash with any in the set, but for itself where it
 * `is_in` it?
 */
bool xpci_clash_any(const struct xpci_clash_index *index,
                    const struct xpci_bridge_entry *entry, bool is_in);

#endif /* XEN_PCI_CLASH_H */
