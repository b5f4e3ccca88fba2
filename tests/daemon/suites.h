/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_DAEMON_SUITES_H
#define TESTS_DAEMON_SUITES_H

#include <stdbool.h>

#include <CUnit/CUnit.h>

/* A directory of its own for everything that the tests write. */
extern const char *scratch;

/* Another name in it; the text is static. */
const char *scratch_path(const char *name);

/* What was logged since the last call to log_caught_clear(). */
void log_catch(void);
void log_caught_clear(void);
bool log_caught(const char *part);
unsigned int log_caught_lines(void);

void journal_suite(CU_pSuite suite);
void conf_suite(CU_pSuite suite);
void parts_suite(CU_pSuite suite);
void store_suite(CU_pSuite suite);
void daemon_suite(CU_pSuite suite);
void trouble_suite(CU_pSuite suite);
void fault_suite(CU_pSuite suite);
void failing_suite(CU_pSuite suite);
void day_suite(CU_pSuite suite);

#endif /* TESTS_DAEMON_SUITES_H */
