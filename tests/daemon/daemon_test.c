/* SPDX-License-Identifier: GPL-2.0-only */
#include "suites.h"
void daemon_suite(CU_pSuite suite)
{
    (void)suite;
}
void fault_suite(CU_pSuite suite)
{
    (void)suite;
}
