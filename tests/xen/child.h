/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A part of a test in a process of its own: the module's state is the
 * program's, so a machine that has just started, or one that is left as it
 * is, is a copy of the process.
 */
#ifndef TESTS_XEN_CHILD_H
#define TESTS_XEN_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#define CHILD_TEXT 1024

/*
 * Run `part` in a child, and wait.  What it returned (0 to 100), or -1: it
 * ended in another way, such as a failed assertion.
 */
int child_run(int (*part)(void *data), void *data);

/* Zeroed memory that children and their parents share. */
void *child_share(size_t size);

/* Text that children and their parents share.  Ends with its first NUL. */
char *child_text(void);
/* Write it. */
void child_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* TESTS_XEN_CHILD_H */
