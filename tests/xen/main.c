/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-glue
 *
 * Runs all suites: 0 where all tests passed and there were some, else 1.
 */
#include <CUnit/Basic.h>

#include <stdio.h>

#include "suites.h"

int main(void)
{
    CU_SuiteInfo suites[] = {
        { "what Xen runs", NULL, NULL, NULL, NULL, case_tests },
        { "each call fails", NULL, NULL, NULL, NULL, fault_tests },
        { "hypfs", NULL, NULL, NULL, NULL, hypfs_tests },
        CU_SUITE_INFO_NULL,
    };
    unsigned int run;
    unsigned int failed;

    if ( CU_initialize_registry() != CUE_SUCCESS ||
         CU_register_suites(suites) != CUE_SUCCESS )
    {
        fprintf(stderr, "CUnit: %s\n", CU_get_error_msg());
        return 1;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    if ( CU_basic_run_tests() != CUE_SUCCESS )
        return 1;
    run = CU_get_number_of_tests_run();
    failed = CU_get_number_of_tests_failed();
    CU_cleanup_registry();
    printf("xen-glue: %u tests, %u failed\n", run, failed);

    return failed || !run;
}
