/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include <CUnit/Basic.h>

#include "suites.h"

const char *worlds;

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
        { .pName = "plan", .pTests = plan_tests },
        { .pName = "apply", .pTests = apply_tests },
        { .pName = "hypfs", .pTests = hypfs_tests },
        { .pName = "stock Xen", .pTests = stock_tests },
        { .pName = "builds of Xen", .pTests = build_tests },
        { .pName = "agreement", .pTests = agree_tests },
        { .pName = "a stock Xen's model", .pTests = agree_stock_tests },
        CU_SUITE_INFO_NULL,
    };
    unsigned int failures;

    if ( argc != 2 )
    {
        fprintf(stderr, "usage: %s WORLDS\n", argv[0]);
        return 2;
    }
    worlds = argv[1];
    if ( CU_initialize_registry() || CU_register_suites(suites) )
    {
        fprintf(stderr, "%s\n", CU_get_error_msg());
        return 2;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    if ( CU_basic_run_tests() )
        return 2;
    failures = CU_get_number_of_failures();
    CU_cleanup_registry();

    return failures ? 1 : 0;
}
