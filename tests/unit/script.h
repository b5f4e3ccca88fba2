/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test cases as text: what happens to a small machine of segment 0, and what
 * the tables say then.
 *
 * Steps are separated by ';':
 *   BB:DD.F TYPE [SECONDARY SUBORDINATE]   config space reads as this; TYPE is
 *                                          a letter of SMALL_TYPES
 *   gone BB:DD.F                           ... as nothing
 *   scan|add|remove|reset|refuse BB:DD.F   the operation
 *   depart BB:DD.F                         as remove, without asking
 *   vf BB:DD.F BB:DD.F                     add a VF of a PF
 *   ext BB:DD.F                            add an extended function
 *   assign BB:DD.F DOMAIN, deassign BB:DD.F, destroy DOMAIN
 *                                          what a toolstack does
 * An operation returns 0, or with '= -NUMBER' at the end of the step that.
 */
#ifndef TESTS_UNIT_SCRIPT_H
#define TESTS_UNIT_SCRIPT_H

#include <CUnit/CUnit.h>

#include "../model/host.h"
#include "../model/orders.h"

struct machine {
    struct world world;
    struct test_host host;
    struct xpci *xpci;
    int rc;       /* of the last operation */
    bool any_rc;  /* is fine */
    int failures; /* steps that did not do what they should */
};

void machine_init(struct machine *machine);
/* Also checks that all memory came back and the lock was kept. */
void machine_dispose(struct machine *machine);

/*
 * Carry out `steps`; after each the tables must be valid, and just that mapped
 * which its owner may reach.  `host.removed`, `.remaps` and `.reads` are those
 * of the last step.
 */
void machine_run(struct machine *machine, const char *steps);

/* One operation with the lock held. */
int machine_add(struct machine *machine, uint32_t sbdf);
int machine_add_vf(struct machine *machine, uint32_t sbdf, uint32_t physfn);

#define SCRIPT_TEXT 1024

/*
 * The devices of segment 0 in order, such as "00:01.0 01:00.0!": '-' a bridge
 * that is not configured, '!' in conflict, '?' stale, '*' bridge-only, 'v' a
 * VF, 'x' an extended function, '^' displaced, '%' reads otherwise, 'q' entered
 * in quarantine; after '@' the owner that is not dom0: a domain, or "io".
 */
void machine_devices(const struct machine *machine, char *text);

/* The buses: "1>00:01.0 2>01:00.0~00:01.0", after '~' the alias, if any. */
void machine_buses(const struct machine *machine, char *text);

/* Who left in the last step, in order. */
void machine_left(const struct machine *machine, char *text);

/* The buses with devices that were to be mapped again in the last step. */
void machine_remapped(const struct machine *machine, char *text);

/* One row of a table of cases.  What is NULL is not looked at. */
struct script_case {
    const char *name;
    const char *steps;
    const char *devices;
    const char *buses;
    const char *left;     /* in the last step */
    const char *remapped; /* in the last step */
};

/* Run them all; what differs is printed and fails the current test. */
void script_run(const struct script_case *cases, size_t count);

#endif /* TESTS_UNIT_SCRIPT_H */
