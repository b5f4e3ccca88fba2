/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unit [--large]
 *
 * Runs all suites: 0 where all tests passed and there were some, else 1.
 */
#include <CUnit/Basic.h>

#include <stdio.h>
#include <string.h>

#include "suites.h"

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { "what always holds", NULL, NULL, NULL, NULL, rules_tests },
        { "reports", NULL, NULL, NULL, NULL, report_tests },
        { "isolation", NULL, NULL, NULL, NULL, isolation_tests },
        { "adoption", NULL, NULL, NULL, NULL, adoption_tests },
        { "torn reads", NULL, NULL, NULL, NULL, torn_tests },
        { "bridges that clash", NULL, NULL, NULL, NULL, clash_tests },
        { "what is remembered", NULL, NULL, NULL, NULL, quarantine_tests },
        { "config space", NULL, NULL, NULL, NULL, config_tests },
        { "memory", NULL, NULL, NULL, NULL, memory_tests },
        { "hypercalls", NULL, NULL, NULL, NULL, physdev_tests },
        { "walks", NULL, NULL, NULL, NULL, walk_tests },
        { "size", NULL, NULL, NULL, NULL, scale_tests },
        CU_SUITE_INFO_NULL,
    };
    unsigned int run;
    unsigned int failed;

    if ( argc > 2 || (argc == 2 && strcmp(argv[1], "--large")) )
    {
        fprintf(stderr, "usage: unit [--large]\n");
        return 2;
    }
    scale_large = argc == 2;
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
    printf("unit: %u tests, %u failed\n", run, failed);
    return failed || !run;
}
