/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Remembers the stable paths of devices that departed, or were displaced,
 * while dom0 did not own them: what comes back there may still do what the
 * owner told it to, so it is entered in quarantine (XPCI_QUARANTINED) until
 * the toolstack says otherwise.
 *
 * Paths are hashes: where one belongs in the table its lower bits say, or the
 * next free slot does.  At least half of the slots are free.
 *
 *     room 8:   +-----+-----+-----+-----+-----+-----+-----+-----+
 *               |  0  | ..3 | ..3 |  0  |  0  | ..b |  0  |  0  |
 *               +-----+-----+-----+-----+-----+-----+-----+-----+
 *
 * Where a path could not be remembered, all that is entered from then on is
 * quarantined (`paths_lost`): only a refusal of a device can come to that,
 * since nothing may keep it from being carried out.
 */
#ifndef XEN_PCI_QUARANTINE_H
#define XEN_PCI_QUARANTINE_H

#include "tables.h"

#define XPCI_QUARANTINE_ROOM 64U
#define XPCI_QUARANTINE_ROOM_MOST 0x20000U

/*
 * After this succeeded, `count` paths can be added.  0, or -ENOMEM (also where
 * there would be more than XPCI_QUARANTINE_ROOM_MOST / 2).
 */
int __must_check xpci_quarantine_reserve(struct xpci *xpci,
                                         struct xpci_segment *segment,
                                         uint32_t count);

/* Add a path, for which there is room.  Once is enough. */
void xpci_quarantine_add(struct xpci_segment *segment, uint64_t path);

bool xpci_quarantine_has(const struct xpci_segment *segment, uint64_t path);

/* Delete a path.  True where it was there. */
bool xpci_quarantine_delete(struct xpci_segment *segment, uint64_t path);

/*
 * A device is at this path from now on.  True where dom0 must not own it; the
 * path is deleted.
 */
bool xpci_quarantine_take(struct xpci_segment *segment, uint64_t path);

#endif /* XEN_PCI_QUARANTINE_H */
