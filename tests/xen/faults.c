/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs the cases of cases.c on both IOMMUs: as they are, and once for each call
 * of Xen's part that can fail in a step of theirs, with just that one failing.
 */
#include <stdio.h>

#include "cases.h"
#include "child.h"
#include "script.h"
#include "suites.h"

enum {
    GOOD,
    NOT_REACHED, /* fewer calls that can fail were made */
    BAD
};

struct trial {
    const struct glue_case *row;
    enum fake_vendor vendor;
    bool with_faults;
    struct steps steps;
    unsigned int at;  /* the step that something fails in */
    unsigned int nth; /* the call that fails */
};

static const char *vendor_name(enum fake_vendor vendor)
{
    return vendor == FAKE_VTD ? "VT-d" : "AMD";
}

static int bad(const struct trial *trial, const char *step, const char *what)
{
    if ( trial->nth )
        child_say("%s, %s: call %u of '%s' fails, after '%s': %s",
                  trial->row->name, vendor_name(trial->vendor), trial->nth,
                  trial->steps.step[trial->at], step, what);
    else
        child_say("%s, %s: after '%s': %s", trial->row->name,
                  vendor_name(trial->vendor), step, what);

    return BAD;
}

static int check(const struct trial *trial, const char *step)
{
    char text[256];

    return fake_is_sound(text, sizeof(text)) ? GOOD : bad(trial, step, text);
}

static int clear_up(const struct trial *trial)
{
    char text[256];

    return fake_clear_up(text, sizeof(text)) ? GOOD
                                             : bad(trial, "all steps", text);
}

/* In a child: a step with a failure, and then the others, whatever they say. */
static int with_fault(void *data)
{
    const struct trial *trial = data;
    unsigned int i;
    int rc;

    fake_fail(trial->nth);
    (void)step_run(trial->steps.step[trial->at], &rc);
    if ( !fake_has_failed() )
        return NOT_REACHED;
    fake_fail(0);
    if ( check(trial, trial->steps.step[trial->at]) )
        return BAD;
    for ( i = trial->at + 1; i < trial->steps.count; i++ )
    {
        (void)step_run(trial->steps.step[i], &rc);
        if ( check(trial, trial->steps.step[i]) )
            return BAD;
    }

    return clear_up(trial);
}

static int sweep(struct trial *trial)
{
    int rc;

    for ( trial->nth = 1;; trial->nth++ )
    {
        child_text()[0] = '\0';
        rc = child_run(with_fault, trial);
        if ( rc == NOT_REACHED )
            break;
        if ( rc != GOOD )
            return child_text()[0] ? BAD
                                   : bad(trial, "it", "the program ended");
    }
    trial->nth = 0;

    return GOOD;
}

static int compare(const struct trial *trial)
{
    const char *expected =
        trial->vendor == FAKE_VTD ? trial->row->vtd : trial->row->amd;
    const char *said = fake_said();
    char text[512];

    fake_mapped(text, sizeof(text));
    if ( expected && strcmp(text, expected) )
        return bad(trial, "all steps", text);
    if ( trial->row->said && !strstr(said, trial->row->said) )
        return bad(trial, "all steps", *said ? said : "nothing is said");

    return GOOD;
}

static int run_steps(void *data)
{
    struct trial *trial = data;
    char text[64];
    int rc;

    fake_vendor = trial->vendor;
    for ( trial->at = 0; trial->at < trial->steps.count; trial->at++ )
    {
        const char *step = trial->steps.step[trial->at];

        if ( trial->with_faults && trial->at > trial->steps.boot &&
             sweep(trial) )
            return BAD;
        (void)fake_said();
        if ( !step_run(step, &rc) )
        {
            (void)snprintf(text, sizeof(text), "it returned %d", rc);
            return bad(trial, step, text);
        }
        if ( trial->at >= trial->steps.boot && check(trial, step) )
            return BAD;
    }
    if ( trial->with_faults )
        return GOOD;

    return compare(trial) ?: clear_up(trial);
}

static void run_all(enum fake_vendor vendor, bool with_faults)
{
    struct trial trial = { .vendor = vendor, .with_faults = with_faults };
    size_t i;

    CU_ASSERT(glue_case_count > 0);
    for ( i = 0; i < glue_case_count; i++ )
    {
        trial.row = &glue_cases[i];
        steps_read(&trial.steps, trial.row->steps);
        child_text()[0] = '\0';
        if ( child_run(run_steps, &trial) == GOOD )
        {
            CU_PASS("good");
            continue;
        }
        printf("\n    %s\n", child_text()[0] ? child_text() : trial.row->name);
        CU_FAIL("a case is not as it should be");
    }
}

static void cases_vtd(void)
{
    run_all(FAKE_VTD, false);
}

static void cases_amd(void)
{
    run_all(FAKE_AMD, false);
}

static void faults_vtd(void)
{
    run_all(FAKE_VTD, true);
}

static void faults_amd(void)
{
    run_all(FAKE_AMD, true);
}

CU_TestInfo case_tests[] = {
    { "VT-d", cases_vtd },
    { "AMD", cases_amd },
    CU_TEST_INFO_NULL,
};

CU_TestInfo fault_tests[] = {
    { "VT-d", faults_vtd },
    { "AMD", faults_amd },
    CU_TEST_INFO_NULL,
};
