/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fault points: places at which a test lets the daemon die as if by kill -9.
 *
 * XEN_PCID_FAULT=NAME[:N] in the environment kills the process when it passes
 * the fault point NAME for the N-th time (default 1); the NAME "any" counts
 * all of them.  This is compiled in always: the program that is tested is the
 * one that is installed, and all that it can do is what kill -9 can do, to a
 * process whose environment only root sets.
 */
#ifndef XEN_PCID_FAULT_H
#define XEN_PCID_FAULT_H

/* Reads the environment.  Without a call no fault point does anything. */
void fault_init(void);

/* The process is at the fault point `name`. */
void fault_point(const char *name);

#endif /* XEN_PCID_FAULT_H */
