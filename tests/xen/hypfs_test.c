/* SPDX-License-Identifier: GPL-2.0-only */
#include "suites.h"
CU_TestInfo hypfs_tests[] = { CU_TEST_INFO_NULL };
