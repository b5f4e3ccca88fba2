/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules of the topology once more, in the simplest way: one flat array,
 * everything derived anew on each question.  Shares no code with the core
 * and is told config space as facts, not as registers.
 */
#ifndef TESTS_MODEL_NAIVE_H
#define TESTS_MODEL_NAIVE_H

#include <xen-pci/topology.h>

#include "world.h"

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
    /* Of the report that is being carried out. */
    bool looked_at; /* config space was read again */
    bool asleep;    /* it did not answer, which may be all right */
    bool leaves;
};

/* Neighbours of one group (VFs of one PF) may leave in any order. */
struct naive_left {
    uint32_t sbdf;
    unsigned int group;
};

struct naive {
    const struct world *world;
    struct naive_device *devices; /* in the order in which they came */
    size_t count;
    size_t room;
    /* The devices that the last operation took away, in this order. */
    struct naive_left *left;
    size_t left_count;
    size_t left_room;
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
int naive_reset(struct naive *naive, uint32_t sbdf);
void naive_refuse(struct naive *naive, uint32_t sbdf);

/* What add would say now, without memory running out: 0 or an error. */
int naive_check_add(const struct naive *naive, uint32_t sbdf,
                    const struct xpci_report *report);

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
