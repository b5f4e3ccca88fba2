/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stable paths: which way leads to a bus, whatever the bus numbers are, and
 * which devices are displaced because another way leads to their bus now.
 *
 * A stable path is the root bus, then the device and function of each bridge
 * on the way down.  It is kept as a hash.  Two paths with the same hash would
 * be taken for one: a device would stay in quarantine that need not, or one
 * would not be seen to be displaced; nobody but the machine's maker chooses
 * paths, and of a million there is one such pair in 37 million machines.
 *
 *  - Only a bridge whose secondary bus it is leads to a bus here.  A range may
 *    have been recorded too wide, and cover other root buses.
 *  - A bus to which no bridge leads is a root bus, unless the bridge that led
 *    to it last has no bus numbers now: a bridge that is being reset loses them
 *    for a moment, and what is behind it stays what it is.
 *  - A VF on a root bus that is not its PF's is where its PF is: it spilled
 *    over to a bus which no bridge has as its secondary.
 *  - Where a bridge that never led anywhere turns out to lead to a root bus, it
 *    was not known when the devices there were entered: their way becomes
 *    known, and they are where they were.
 */
#ifndef XEN_PCI_PATHS_H
#define XEN_PCI_PATHS_H

#include "tables.h"

/* In a new segment all buses are root buses; any other one stays as it is. */
void xpci_paths_init(struct xpci_segment *segment);

/*
 * The first change of a segment that is not a scan: what was scanned is where
 * it was found.
 */
void xpci_paths_settle(struct xpci *xpci, struct xpci_segment *segment);

/*
 * A number for the way to a bus, for users: also where a bridge leads to it by
 * its range only.
 */
uint64_t xpci_path_to(const struct xpci_segment *segment, unsigned int bus);

/* The stable path of a device, as the segment's buses are now. */
uint64_t xpci_path_of(const struct xpci *xpci,
                      const struct xpci_segment *segment,
                      const struct xpci_record *record);

/* Does another way than the device's lead to its bus? */
bool xpci_path_is_displaced(const struct xpci *xpci,
                            const struct xpci_segment *segment,
                            const struct xpci_record *record);

/*
 * Would another way lead to the bus of a device that is not displaced, as
 * bus2bridge and the records of bridges are now?
 */
bool xpci_path_moves(struct xpci *xpci, const struct xpci_segment *segment,
                     const struct xpci_record *record);

/* May what is at a device's place be dom0's? */
enum xpci_place {
    XPCI_PLACE_FREE,
    /* A device that dom0 does not own is there, or was last. */
    XPCI_PLACE_FOREIGN,
    /*
     * A bridge above leads to its bus, but none is known that has it as its
     * secondary bus, and there are such devices in the segment: this may be
     * one of them.
     */
    XPCI_PLACE_DOUBTFUL
};

/* As bus2bridge and the records of bridges are now. */
enum xpci_place xpci_path_place(struct xpci *xpci,
                                const struct xpci_segment *segment,
                                const struct xpci_record *record);

/* The same, of doubt alone, once the paths are derived. */
bool xpci_path_is_doubtful(const struct xpci *xpci,
                           const struct xpci_segment *segment,
                           const struct xpci_record *record);

/*
 * Derive the paths of all buses from bus2bridge, with which the records of
 * bridges must agree.  The buses whose path changed are added to `moved`.
 */
void xpci_paths_derive(struct xpci *xpci, struct xpci_segment *segment,
                       struct xpci_bus_set *moved);

/* For the predicate: is each bus's path what bus2bridge makes it? */
bool xpci_paths_are_valid(const struct xpci *xpci,
                          const struct xpci_segment *segment);

#endif /* XEN_PCI_PATHS_H */
