/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Library and system calls that fail when they are told to.  The test program
 * is linked with --wrap for each of them (daemon.mk): calls from the daemon,
 * the agent and the tables, not those from within other libraries.
 */
#ifndef TESTS_DAEMON_FAILING_H
#define TESTS_DAEMON_FAILING_H

#include <stdbool.h>

/*
 * From now on calls are counted, and the so-manieth fails (0: none); with
 * `onward` all that come after it, too.
 */
void failing_arm(unsigned int number, bool onward);

/* Calls count no more.  The number that were counted. */
unsigned int failing_disarm(void);

/* Not while the made-up hardware works; they nest. */
void failing_pause(void);
void failing_resume(void);

/* Was this one ever made while calls were counted? */
bool failing_was_made(const char *name);

/* The name of the call that failed last; "": none did. */
const char *failing_name(void);

#endif /* TESTS_DAEMON_FAILING_H */
