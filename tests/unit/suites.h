/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_UNIT_SUITES_H
#define TESTS_UNIT_SUITES_H

#include <stdbool.h>

#include <CUnit/CUnit.h>

/* Also what takes a gigabyte of memory under AddressSanitizer. */
extern bool scale_large;

/* Each ends with CU_TEST_INFO_NULL. */
extern CU_TestInfo rules_tests[];
extern CU_TestInfo report_tests[];
extern CU_TestInfo isolation_tests[];
extern CU_TestInfo adoption_tests[];
extern CU_TestInfo torn_tests[];
extern CU_TestInfo clash_tests[];
extern CU_TestInfo quarantine_tests[];
extern CU_TestInfo config_tests[];
extern CU_TestInfo memory_tests[];
extern CU_TestInfo physdev_tests[];
extern CU_TestInfo walk_tests[];
extern CU_TestInfo scale_tests[];

#endif /* TESTS_UNIT_SUITES_H */
