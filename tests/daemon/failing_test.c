/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every call of the daemon into libraries and the system fails once, and all
 * of them from one moment on for a while: never a wrong hypercall, and
 * agreement when it is over.
 */
#include <stdio.h>
#include <stdlib.h>

#include "agree/identity.h"
#include "failing.h"
#include "suites.h"
#include "trial.h"

/*
 * The whole life: start, a removal, a restart (as after kill -9), a
 * replacement, an add, a renumbering.
 */
enum {
    BOOT,
    PULL,
    RESTART,
    REPLACE,
    RENUMBER,
    CHAPTERS
};

static void happen(struct trial *trial, unsigned int chapter)
{
    struct world_node *root = &trial->world.root;

    switch ( chapter )
    {
    case PULL:
        world_remove(root->child[0]->child[0]);
        break;
    case REPLACE:
        root->child[1]->child[0]->child[1]->child[0]->device ^= 0x55;
        world_add(&trial->world, root->child[3], XPCI_TYPE_ENDPOINT, 0);
        break;
    case RENUMBER:
        trial->world.gap = 2;
        break;
    }
    if ( chapter != BOOT && chapter != RESTART )
        world_show(&trial->world);
}

/* Where the daemon cannot begin, who started it starts it again. */
static void start(struct trial *trial)
{
    const struct cycle_options options = { .conf = &trial->conf,
                                           .source = &trial->source,
                                           .backend = trial->backend };

    daemon_init(&trial->daemon);
    if ( daemon_start(&trial->daemon, &options, &trial->fake.store,
                      trial->now) )
    {
        failing_disarm();
        trial_stop(trial);
        CU_ASSERT_FATAL(!daemon_start(&trial->daemon, &options,
                                      &trial->fake.store, trial->now));
    }
    daemon_work(&trial->daemon, trial->now);
}

static void live(struct trial *trial)
{
    unsigned int chapter;

    start(trial);
    for ( chapter = PULL; chapter < CHAPTERS; chapter++ )
    {
        failing_pause();
        happen(trial, chapter);
        failing_resume();
        if ( chapter == RESTART )
        {
            trial_stop(trial);
            start(trial);
        }
        if ( chapter == PULL )
            trial_event(trial, EVENT_REMOVED, 0x100);
        trial_event(trial, EVENT_OVERFLOW, 0);
        trial_pass(trial, 200);
    }
}

/* What was counted; the trial is over and everything was right. */
static unsigned int one_life(unsigned int number, bool onward)
{
    struct trial trial;
    unsigned int count;
    const char *state;

    failing_pause();
    trial_init(&trial, "failing", 3);
    free(trial.conf.record);
    trial.conf.record = strdup(scratch_path("failing/record"));
    failing_resume();
    failing_arm(number, onward);
    live(&trial);
    count = failing_disarm();

    CU_ASSERT_EQUAL(trial.host.wrong, 0);
    /* Pauses of up to five minutes, and then some. */
    trial_pass(&trial, 700000);
    CU_ASSERT(trial_agrees(&trial));
    CU_ASSERT_EQUAL(trial.daemon.cycle.journal.pending.count, 0);
    CU_ASSERT(journal_is_safe(&trial.daemon.cycle.journal));
    state = trial_says(&trial, "state");
    CU_ASSERT_FATAL(state != NULL);
    /* A record that ended stays a problem until somebody reloads. */
    if ( !trial.daemon.cycle.conditions.text[CONDITION_RECORD] &&
         !trial.daemon.cycle.conditions.text[CONDITION_DAMAGE] )
        CU_ASSERT_STRING_EQUAL(state, "in agreement");
    if ( trial.host.wrong || !trial_agrees(&trial) )
        fprintf(stderr, "  call %u%s (%s)\n", number, onward ? " onward" : "",
                failing_name());
    trial_dispose(&trial);

    return count;
}

static unsigned int stride(void)
{
    const char *text = getenv("FAILING_STRIDE");

    return text && atoi(text) > 0 ? atoi(text) : 1;
}

static void all_lives(bool onward, unsigned int step)
{
    unsigned int calls = one_life(0, false), number;

    CU_ASSERT(calls > 500);
    for ( number = 1; number <= calls; number += step )
        (void)one_life(number, onward);
    printf("%u calls, every %u... ", calls, step);
}

/* What is not wrapped cannot fail; nor can what a life has no use for. */
static void test_made(void)
{
    static const char *const names[] = {
        "malloc",    "calloc",  "reallocarray", "strdup",    "open_memstream",
        "asprintf",  "read",    "write",        "open64",    "fopen64",
        "fdatasync", "fflush",  "ftello64",     "fdopendir", "readdir64",
        "rename",    "close",   "fclose",       "fstat64",   "fsync",
        "openat64",  "pread64", "readlinkat",   "fstatat64",
    };
    size_t i;

    (void)one_life(0, false);
    for ( i = 0; i < ARRAY_SIZE(names); i++ )
    {
        if ( !failing_was_made(names[i]) )
            fprintf(stderr, "  nobody calls %s\n", names[i]);
        CU_ASSERT(failing_was_made(names[i]));
    }
}

static void test_once(void)
{
    all_lives(false, stride());
}

static void test_onward(void)
{
    all_lives(true, 7 * stride());
}

static void take_known(struct trial *trial, struct xpci_snapshot *known)
{
    struct xpci_snapshot nothing;
    struct xpci_message message;

    xpci_snapshot_init(&nothing);
    xpci_snapshot_init(known);
    CU_ASSERT_FATAL(!trial->backend->ops->snapshot(trial->backend, &nothing,
                                                   false, known, &message));
}

/* The hypervisor knows the same devices as before. */
static void check_known(struct trial *trial, const struct xpci_snapshot *before)
{
    struct xpci_snapshot known;
    size_t i;

    take_known(trial, &known);
    CU_ASSERT_EQUAL_FATAL(known.device_count, before->device_count);
    for ( i = 0; i < known.device_count; i++ )
    {
        CU_ASSERT_EQUAL(known.devices[i].sbdf, before->devices[i].sbdf);
        CU_ASSERT_EQUAL(
            identity_compare(&known.devices[i], &before->devices[i]), 0);
    }
    xpci_snapshot_dispose(&known);
}

/* A look in which this read is spoilt.  The number of reads. */
static unsigned int spoil_one(struct trial *trial, enum failing_spoil how,
                              unsigned int number)
{
    failing_arm(0, false);
    failing_spoil(how, number);
    trial_event(trial, EVENT_OVERFLOW, 0);
    trial_pass(trial, SOON);
    (void)failing_disarm();

    return failing_spoilt();
}

/*
 * Each read of a look in turn reads as ones, is short, or reads as something
 * else: nothing is removed, and nothing becomes another device, because of it.
 */
static void test_spoilt(void)
{
    static const enum failing_spoil ways[] = { FAILING_ONES, FAILING_SHORT,
                                               FAILING_OTHER };
    struct xpci_snapshot before;
    struct trial trial;
    unsigned int number, reads, looks = 0;
    size_t i;

    trial_init(&trial, "spoilt", 3);
    trial_start(&trial);
    take_known(&trial, &before);
    for ( i = 0; i < ARRAY_SIZE(ways); i++ )
    {
        reads = spoil_one(&trial, ways[i], 0);
        CU_ASSERT(reads > before.device_count * 2);
        for ( number = 1; number <= reads; number++, looks++ )
        {
            log_caught_clear();
            (void)spoil_one(&trial, ways[i], number);
            CU_ASSERT_EQUAL(trial.host.removes, 0);
            /* "another device is there" is not made without reading again. */
            CU_ASSERT(!log_caught("rev 00: done"));
            check_known(&trial, &before);
        }
        trial_pass(&trial, 700000);
        CU_ASSERT(trial_agrees(&trial));
        CU_ASSERT(trial_state_is(&trial, "in agreement"));
    }
    CU_ASSERT_EQUAL(trial.host.wrong, 0);
    printf("%u looks... ", looks);
    xpci_snapshot_dispose(&before);
    trial_dispose(&trial);
}

void failing_suite(CU_pSuite suite)
{
    CU_add_test(suite, "calls that can fail are made", test_made);
    CU_add_test(suite, "each read of a look is spoilt", test_spoilt);
    CU_add_test(suite, "each call fails once", test_once);
    CU_add_test(suite, "all calls fail from then on", test_onward);
}
