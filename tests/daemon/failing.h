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

/*
 * From now on the so-manieth read of a file or a link (0: none) that succeeds
 * returns something else, while failing_arm() is in force.  The number of reads
 * since then: failing_spoilt().
 */
enum failing_spoil {
    FAILING_NOTHING,
    FAILING_ONES,  /* all bytes are ff */
    FAILING_SHORT, /* half of it */
    FAILING_OTHER, /* a bit of each byte is another one */
};

void failing_spoil(enum failing_spoil how, unsigned int number);
unsigned int failing_spoilt(void);

#endif /* TESTS_DAEMON_FAILING_H */
