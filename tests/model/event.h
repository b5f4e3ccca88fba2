/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can happen to a machine and to its tables, one thing at a time, with
 * every choice made: a list of events replays the same way each time.
 */
#ifndef TESTS_MODEL_EVENT_H
#define TESTS_MODEL_EVENT_H

#include <xen-pci/topology.h>

#include "world.h"

enum event_kind {
    EVENT_CONFIG, /* config space now reads as `function` */
    EVENT_GONE,   /* ... as nothing */
    EVENT_UNREST, /* ... as it likes, until the next operation is over */
    EVENT_SCAN_DEVICE,
    EVENT_SCAN_SEGMENT,
    EVENT_ADD,
    EVENT_REMOVE,
    EVENT_DEPART,
    EVENT_RESET,
    EVENT_REFUSE,
    EVENT_ASSIGN, /* to `domain` */
    EVENT_DEASSIGN,
    EVENT_DESTROY, /* `domain` */
    EVENT_KINDS
};

struct event {
    enum event_kind kind;
    uint32_t sbdf;
    struct world_function function; /* of EVENT_CONFIG */
    enum world_unrest unrest;       /* of EVENT_UNREST */
    unsigned int nth;
    struct xpci_report report; /* of EVENT_ADD */
    uint16_t domain;
    unsigned int fail_at; /* this allocation fails; 0: none */
};

/* Does it change config space only? */
static inline bool event_is_of_world(const struct event *event)
{
    return event->kind < EVENT_SCAN_DEVICE;
}

/* Is it something that a toolstack does? */
static inline bool event_is_of_toolstack(const struct event *event)
{
    return event->kind >= EVENT_ASSIGN;
}

/* One line without its newline. */
void event_describe(const struct event *event, char *text, size_t size);

#endif /* TESTS_MODEL_EVENT_H */
