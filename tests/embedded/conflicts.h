/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests of the words for bridges in conflict.
 */
#ifndef TESTS_EMBEDDED_CONFLICTS_H
#define TESTS_EMBEDDED_CONFLICTS_H

void test_conflicts_named(void);
void test_many_conflicts(void);

#endif /* TESTS_EMBEDDED_CONFLICTS_H */
