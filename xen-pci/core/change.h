/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One change of the tables, from the first thing that is different to the
 * moment at which readers and the host see it.
 *
 *     begin                    nothing is different
 *       refresh (refresh.h)    read bridges; can be undone
 *       reserve                room for what the rest needs: the last to fail
 *       remove                 devices that depart
 *       displace               devices whose bus is reached another way
 *       enter                  devices that are new
 *     end                      publish; map; bring back
 *
 * What is taken down is taken down before the lookups change, and what is made
 * anew is made afterwards.
 */
#ifndef XEN_PCI_CHANGE_H
#define XEN_PCI_CHANGE_H

#include "tables.h"

struct xpci_change {
    struct xpci *xpci;
    struct xpci_segment *segment;
    bool tables;  /* is anything different? */
    bool bridges; /* is any bridge, so that upstream bridges may be? */

    /* refresh.c */
    uint32_t reported; /* SBDF, read by the caller */
    unsigned int visits;
    bool silent;   /* did any bridge not answer? */
    bool touched;  /* is anything different from the beginning? */
    bool moved;    /* since bridges that clash were looked for? */
    bool released; /* are there buses to be claimed? */

    /* change.c: the record of a device that is adopted, or none. */
    uint32_t adopted;
    /* A device was entered that the host is to quarantine. */
    bool quarantined;
    /* Buses with devices whose own way leads there again. */
    struct xpci_bus_set returned;
    bool any_returned;
};

/* `reported` is the SBDF of the device that the change is about. */
static inline void xpci_change_begin(struct xpci_change *change,
                                     struct xpci *xpci,
                                     struct xpci_segment *segment,
                                     uint32_t reported)
{
    *change = (struct xpci_change){ .xpci = xpci,
                                    .segment = segment,
                                    .reported = reported };
}

/* What is removed with a device: its VFs, and what is behind it. */
struct xpci_departure {
    uint32_t index;
    bool answers;               /* host.h */
    struct xpci_bus_set behind; /* of a bridge, by bus2bridge as it was */
};

/* Note what would be removed with the device `index`. */
void xpci_departure_init(struct xpci_departure *departure,
                         const struct xpci_change *change, uint32_t index,
                         bool answers);

/*
 * Ask the host whether all of it may be removed: 0, or the first refusal.
 */
int __must_check xpci_departure_allowed(const struct xpci_departure *departure,
                                        const struct xpci_change *change);

/*
 * Make room in the quarantine for all devices that dom0 does not own and that
 * the change may remove or displace.  0 or -ENOMEM.
 */
int __must_check xpci_change_reserve(struct xpci_change *change);

/* Remove it: deepest first, VFs before their PF. */
void xpci_change_remove(struct xpci_change *change,
                        const struct xpci_departure *departure);

/*
 * Derive anew what follows from the bridges' numbers, and tell the host of the
 * devices that are displaced by it.  The one that is `adopted` is where it is
 * now, if it was displaced before or not.
 */
void xpci_change_displace(struct xpci_change *change);

/*
 * Enter a device that the boot scan found, as xpci_scan_device(), which the
 * change's other steps follow.  The change may be begun without a segment.
 */
int __must_check xpci_change_scan(struct xpci_change *change, uint32_t sbdf);

/*
 * Make a record, which must be reserved, of a device that is not entered yet:
 * nobody can find it, but a bridge is in its segment's list and may be given
 * bus numbers.
 */
uint32_t xpci_change_draft(struct xpci_change *change,
                           const struct xpci_device_info *info);

/* Free a draft that is not needed after all. */
void xpci_change_drop(struct xpci_change *change, uint32_t index);

/*
 * Enter a draft, for which a slot is reserved.  It is linked to its PF when
 * `physfn` is a record.
 */
void xpci_change_enter(struct xpci_change *change, uint32_t index,
                       uint32_t physfn);

/* A device has come back where it was: dom0 may have to do without it. */
void xpci_change_take(struct xpci_change *change, uint32_t index);

/*
 * The same where it is new, or was known as bridge-only; also where there is
 * doubt about its place.
 */
void xpci_change_take_new(struct xpci_change *change, uint32_t index);

/*
 * Remove a device that the host refused; the host is not told of it.  A bridge
 * stays known as bridge-only.
 */
void xpci_change_refuse(struct xpci_change *change, uint32_t index);

/*
 * Publish the change to readers at once, and tell the host what follows from
 * it.
 */
void xpci_change_end(struct xpci_change *change);

#endif /* XEN_PCI_CHANGE_H */
