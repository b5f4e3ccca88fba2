/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_AGENT_SUITES_H
#define TESTS_AGENT_SUITES_H

#include <CUnit/CUnit.h>

extern CU_TestInfo plan_tests[];
extern CU_TestInfo apply_tests[];
extern CU_TestInfo hypfs_tests[];
extern CU_TestInfo stock_tests[];
extern CU_TestInfo build_tests[];
extern CU_TestInfo agree_tests[];
extern CU_TestInfo agree_stock_tests[];

/* Where the pairs of machines are. */
extern const char *worlds;

/* CU_ASSERT on two texts that shows both when they differ. */
#define ASSERT_TEXT(found, expected, name)                                     \
    do                                                                         \
    {                                                                          \
        if ( strcmp(found, expected) )                                         \
            fprintf(stderr, "\n%s:\n   found \"%s\"\nexpected \"%s\"\n", name, \
                    found, expected);                                          \
        CU_ASSERT_STRING_EQUAL(found, expected);                               \
    } while ( 0 )

#endif /* TESTS_AGENT_SUITES_H */
