/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules of the topology once more, in the simplest way: one flat array,
 * everything derived anew on each question, and a copy of all of it to go back
 * to.  Shares no code with the core.
 */
#ifndef TESTS_MODEL_NAIVE_H
#define TESTS_MODEL_NAIVE_H

#include <xen-pci/topology.h>

#include "naive_paths.h"
#include "world.h"

/* What a second look at a bridge has to look at. */
enum naive_register {
    NAIVE_ID,
    NAIVE_HEADER,
    NAIVE_NUMBERS
};

struct naive_device {
    uint32_t sbdf;
    uint16_t vendor;
    uint16_t device;
    uint32_t class_revision;
    enum xpci_type type;
    uint8_t layout;
    bool bridge;
    uint8_t primary;
    uint8_t secondary;
    uint8_t subordinate;
    bool virtfn;
    uint32_t physfn;
    bool extfn;
    uint32_t node;
    bool stale;
    bool bridge_only;
    uint16_t owner;
    bool changed;     /* not dom0's, and reads otherwise */
    bool quarantined; /* came in quarantine */
    bool remembered;  /* ... since its place was remembered */
    bool displaced;
    int path;        /* 0: scanned, and not settled yet */
    unsigned int id; /* no other device has it, ever */
    bool has_led;    /* a bridge that has led to a bus */

    /* Of the operation that is being carried out. */
    bool draft;     /* reported, and not entered yet */
    bool looked_at; /* visited; its record counts from now on */
    bool read;      /* config space was */
    bool silent;    /* and did not answer */
    bool asleep;    /* which may be all right */
    enum naive_register decided;
    bool leaves;
    bool behind; /* of the one that leaves, as it was before */
};

/* What the host is to be told.  Those of one group may come in any order. */
struct naive_told {
    uint32_t sbdf;
    unsigned int group;
    bool how; /* does it answer; is it away */
};

struct naive_told_list {
    struct naive_told *entries;
    size_t count;
    size_t room;
};

#define NAIVE_SEGMENTS WORLD_SEGMENTS
struct naive_segment {
    bool used;
    bool settled;    /* something other than a scan has happened */
    bool paths_lost; /* all that comes is quarantined */
    uint16_t number;
    unsigned int last[256]; /* the id of the bridge that led to a bus last */
};

struct naive_reads {
    uint32_t sbdf;
    unsigned int count;
};

/* All that is to be as before where an operation fails. */
struct naive_state {
    struct naive_device *devices; /* in the order in which they came */
    size_t count;
    size_t room;
    struct naive_segment segments[NAIVE_SEGMENTS];
    /* Stable paths of what dom0 did not own when it went. */
    struct path_set quarantine;
    /* For who wants to check: where somebody else than dom0 has a device, or
     * had the last one, and no toolstack has given it back. */
    struct path_set tainted;
};

struct naive {
    const struct world *world;
    struct naive_state now;
    struct naive_state before;
    struct paths paths;
    unsigned int ids;

    struct naive_reads *reads;
    size_t read_count;
    size_t read_room;
    unsigned int visits;
    unsigned int adopted; /* the ID of the device that is, or 0 */

    /* What the last operation tells its host, in this order. */
    struct naive_told_list left;
    struct naive_told_list displaced;
    unsigned int groups;
};

struct naive_upstream {
    bool aliased;
    uint32_t bridge;
    uint8_t secondary;
};

void naive_init(struct naive *naive, const struct world *world);
/* May be called twice. */
void naive_dispose(struct naive *naive);

/* The operations of xen-pci/topology.h, with their return codes. */
int naive_scan_device(struct naive *naive, uint32_t sbdf);
/* Enters at most `limit` devices; how many it entered. */
size_t naive_scan_segment(struct naive *naive, uint16_t segment, size_t limit);
int naive_add(struct naive *naive, uint32_t sbdf,
              const struct xpci_report *report);
int naive_remove(struct naive *naive, uint32_t sbdf);
int naive_depart(struct naive *naive, uint32_t sbdf);
int naive_reset(struct naive *naive, uint32_t sbdf);
/* `no_memory`: there was none to remember what goes. */
void naive_refuse(struct naive *naive, uint32_t sbdf, bool no_memory);

/* What add would say at first sight: 0 or an error. */
int naive_check_add(struct naive *naive, uint32_t sbdf,
                    const struct xpci_report *report);

/* What a toolstack does, with its return codes. */
int naive_assign(struct naive *naive, uint32_t sbdf, uint16_t domain);
int naive_deassign(struct naive *naive, uint32_t sbdf);
void naive_destroy(struct naive *naive, uint16_t domain);

/*
 * After each event: note where dom0 does not own what is there.  The SBDF of a
 * device that dom0 owns though it must not, or ~0.
 */
uint32_t naive_taint(struct naive *naive);

/* Does anybody but dom0 own it? */
bool naive_is_foreign(const struct naive_device *device);

/* The record at `sbdf` (bridge-only included) or NULL. */
const struct naive_device *naive_find(const struct naive *naive, uint32_t sbdf);
/* All buses of a segment at once. */
struct naive_bus {
    const struct naive_device *way; /* NULL: no bridge leads there */
    struct naive_upstream upstream;
};
void naive_buses(const struct naive *naive, uint16_t segment,
                 struct naive_bus buses[256]);
bool naive_configured(const struct naive_device *device);
bool naive_in_conflict(const struct naive *naive,
                       const struct naive_device *device);

#endif /* TESTS_MODEL_NAIVE_H */
