/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small machines, for trying everything that can happen to them.
 */
#ifndef TESTS_MODEL_ORDERS_H
#define TESTS_MODEL_ORDERS_H

#include "event.h"

/* One function of a small machine, and what dom0 says about it. */
struct small_function {
    uint32_t sbdf;
    char type; /* one of SMALL_TYPES; 0 ends the list */
    uint8_t secondary;
    uint8_t subordinate;
    uint32_t physfn; /* of a 'v' */
    bool is_extfn;
    uint32_t node; /* 0: says nothing, else the node + 1 */
};

/*
 * r root port, u upstream port, d downstream port, p PCIe-to-PCI bridge,
 * c conventional bridge, e endpoint, o another endpoint, v VF, b CardBus.
 */
#define SMALL_TYPES "rudpceovb"
#define SMALL_FUNCTIONS 6

struct small_machine {
    const char *name;
    struct small_function functions[SMALL_FUNCTIONS + 1];
};

extern const struct small_machine small_machines[];
extern const size_t small_machine_count;

/* Events around up to four bridges, for trying all their orders. */
#define SEQUENCE_EVENTS 6

enum sequence_kind {
    SEQUENCE_END,
    SEQUENCE_CONFIG, /* config space reads as `function` from now on */
    SEQUENCE_GONE,
    SEQUENCE_ADD,
    SEQUENCE_REMOVE,
    SEQUENCE_RESET,
    SEQUENCE_REFUSE,
    SEQUENCE_ASSIGN, /* to the domain in `function.node` */
    SEQUENCE_DEASSIGN,
};

struct sequence_event {
    enum sequence_kind kind;
    struct small_function function;
};

struct sequence {
    const char *name;
    /* Known by the bus scan of boot. */
    struct small_function functions[SMALL_FUNCTIONS + 1];
    /* What happens then, in any order. */
    struct sequence_event events[SEQUENCE_EVENTS + 1];
};

extern const struct sequence sequences[];
extern const size_t sequence_count;

/* The events that a description stands for. */
struct event small_config(const struct small_function *function);
struct event small_add(const struct small_function *function);
struct event small_event(enum event_kind kind, uint32_t sbdf);
struct event sequence_event(const struct sequence_event *event);

#endif /* TESTS_MODEL_ORDERS_H */
