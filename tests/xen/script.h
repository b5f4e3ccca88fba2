/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test cases as text: what happens to a machine with Xen and the module on it,
 * and what is mapped then.
 *
 * Steps are separated by ';'.  Those of tests/unit/script.h:
 *   BB:DD.F TYPE [SECONDARY SUBORDINATE], gone BB:DD.F
 *                                     config space of segment 0
 *   add|remove|ext BB:DD.F, vf BB:DD.F BB:DD.F
 *                                     dom0's hypercalls
 *   assign BB:DD.F DOMAIN, deassign BB:DD.F, destroy DOMAIN
 *                                     the toolstack's; DOMAIN 32753 is dom_io
 * and these:
 *   n BB:DD.F                         a card: conventional, no capabilities
 *   x BB:DD.F SECONDARY SUBORDINATE   a PCI-to-PCIe bridge, which VT-d refuses
 *   other BB:DD.F                     its device ID changes
 *   pretend BB:DD.F SECONDARY SUBORDINATE
 *                                     it gets the header of a bridge
 *   msi BB:DD.F LOG, msix BB:DD.F ENTRIES, ats BB:DD.F
 *                                     capabilities in config space; LOG -1, or
 *                                     no ENTRIES: they are gone
 *   phantom BB:DD.F STRIDE, scope BB:DD.F, alias BB:DD.F BB:DD.F, scratch, off
 *                                     as control.h; before boot
 *   boot                              Xen starts
 *   hide BB:DD.F                      as control.h
 *   bind|bindx BB:DD.F DOMAIN         a driver there gets an MSI (an MSI-X)
 *   vectors BB:DD.F NUMBER            Xen knows of so many MSIs, or MSI-Xs
 *   unrest BB:DD.F KIND NTH           config space misbehaves in the next step
 * What returns a value returns 0, or with '= -NUMBER' that; '= no': an
 * error; '= any': anything.
 */
#ifndef TESTS_XEN_SCRIPT_H
#define TESTS_XEN_SCRIPT_H

#include "control.h"

#define STEPS_MOST 40U
#define STEP_LENGTH 96U

struct steps {
    char step[STEPS_MOST][STEP_LENGTH];
    unsigned int count;
    unsigned int boot; /* the number of that step */
};

/* Ends the program where a step is too long. */
void steps_read(struct steps *steps, const char *text);

/* Does it return what it says it should?  `*rc`: what it returned. */
bool step_run(const char *step, int *rc);

#endif /* TESTS_XEN_SCRIPT_H */
