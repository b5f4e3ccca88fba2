/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>

#include <CUnit/Basic.h>

#include "../../dom0-agent/log.h"
#include "suites.h"

const char *scratch;

const char *scratch_path(const char *name)
{
    static char path[8][600];
    static unsigned int turn;
    char *mine = path[turn++ % ARRAY_SIZE(path)];

    snprintf(mine, sizeof(path[0]), "%s/%s", scratch, name);

    return mine;
}

static struct {
    char text[64 << 10];
    size_t length;
    unsigned int lines;
} caught;

static void catch ( void *data, enum log_level level, const char *text )
{
    (void)data;
    (void)level;
    caught.lines++;
    if ( caught.length < sizeof(caught.text) - 1100 )
        caught.length += sprintf(caught.text + caught.length, "%s\n", text);
    if ( getenv("SHOW_LOG") )
        fprintf(stderr, "  log: %s\n", text);
}

void log_catch(void)
{
    log_set_sink(catch, NULL);
    log_caught_clear();
}

void log_caught_clear(void)
{
    caught.length = caught.lines = 0;
    caught.text[0] = '\0';
}

bool log_caught(const char *part)
{
    return strstr(caught.text, part);
}

unsigned int log_caught_lines(void)
{
    return caught.lines;
}

static bool is_among(char **names, const char *wanted)
{
    for ( ; *names; names++ )
    {
        if ( !strcmp(*names, wanted) )
            return true;
    }

    return false;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*add)(CU_pSuite suite);
        bool by_name; /* only when asked for */
    } suites[] = {
        { "journal", journal_suite, false },
        { "conf", conf_suite, false },
        { "parts", parts_suite, false },
        { "store", store_suite, false },
        { "daemon", daemon_suite, false },
        { "trouble", trouble_suite, false },
        { "fault", fault_suite, false },
        { "failing", failing_suite, false },
        { "day", day_suite, true },
    };
    unsigned int failures;
    size_t i;
    int arg;

    if ( argc < 2 )
    {
        fprintf(stderr, "usage: unit SCRATCH-DIRECTORY [SUITE...]\n");
        return 2;
    }
    scratch = argv[1];
    log_catch();
    if ( CU_initialize_registry() )
        return 2;
    for ( arg = 2; arg < argc; arg++ )
    {
        for ( i = 0; i < ARRAY_SIZE(suites); i++ )
            if ( !strcmp(argv[arg], suites[i].name) )
                break;
        if ( i == ARRAY_SIZE(suites) )
        {
            fprintf(stderr, "unit: there is no suite %s\n", argv[arg]);
            return 2;
        }
    }
    for ( i = 0; i < ARRAY_SIZE(suites); i++ )
    {
        CU_pSuite suite;

        if ( argc > 2 ? !is_among(argv + 2, suites[i].name)
                      : suites[i].by_name )
            continue;
        suite = CU_add_suite(suites[i].name, NULL, NULL);
        if ( !suite )
            return 2;
        suites[i].add(suite);
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    failures = CU_get_number_of_failures() + !CU_get_number_of_tests_run();
    CU_cleanup_registry();

    return failures ? 1 : 0;
}
