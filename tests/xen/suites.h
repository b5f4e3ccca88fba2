/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The suites of xen-glue.
 */
#ifndef TESTS_XEN_SUITES_H
#define TESTS_XEN_SUITES_H

#include <CUnit/CUnit.h>

extern CU_TestInfo case_tests[], fault_tests[], hypfs_tests[];

#endif /* TESTS_XEN_SUITES_H */
