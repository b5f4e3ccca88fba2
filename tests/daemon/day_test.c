/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A day of hotplug and renumbering by chance, in a minute.  Not built for the
 * sanitizers, which have an allocator of their own.
 */
#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "suites.h"
#include "trial.h"

#define HOUR 3600000ULL
#define HOURS 24U
/* What may be set aside and given back once: arrays at their largest. */
#define SLACK (16U << 10)

static unsigned int descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    unsigned int count = 0;

    CU_ASSERT_FATAL(directory != NULL);
    while ( readdir(directory) )
        count++;
    closedir(directory);

    return count;
}

static void one_event(struct trial *trial)
{
    switch ( world_random(&trial->world, 40) )
    {
    case 0:
        trial->host.refusals = world_random(&trial->world, 5);
        trial->host.refuse = -ENOMEM;
        break;
    case 1:
        fake_store_crash(&trial->fake);
        store_report_hung_up(&trial->daemon.cycle.telling.report, trial->now);
        break;
    case 2:
        trial->fake.down = false;
        break;
    case 3:
        fake_store_put(&trial->fake, "/tool/xen-pcid/control/request",
                       "resync");
        daemon_control(&trial->daemon, NULL, NULL, trial->now);
        break;
    default:
        trial_change(trial);
        break;
    }
}

/* The same machine again, so that hours can be compared. */
static void back_to_begin(struct trial *trial)
{
    while ( trial->world.root.children )
        world_remove(trial->world.root.child[0]);
    world_build(&trial->world);
    trial->fake.down = false;
    trial->host.refusals = 0;
    trial_pass(trial, 600000);
}

static void test_day(void)
{
    size_t memory = 0, first = 0;
    unsigned int hour, open = 0;
    struct trial trial;
    uint64_t changes = 0, calls = 0;

    trial_init(&trial, "day", 24);
    trial_start(&trial);
    for ( hour = 0; hour < HOURS; hour++ )
    {
        uint64_t end = trial.now + HOUR - 600000;

        while ( trial.now < end )
        {
            one_event(&trial);
            changes++;
            trial_pass(&trial, world_random(&trial.world, 30000));
        }
        back_to_begin(&trial);
        CU_ASSERT(trial_agrees(&trial));
        CU_ASSERT_EQUAL(trial.daemon.cycle.journal.pending.count, 0);
        CU_ASSERT_STRING_EQUAL(trial_says(&trial, "state"), "in agreement");
        /* A fresh hypervisor: what its tables keep is not the daemon's. */
        calls += trial.host.adds + trial.host.removes;
        proxy_host_dispose(&trial.host);
        proxy_host_init(&trial.host, trial.world.path);
        memory = mallinfo2().uordblks;
        if ( getenv("SHOW_LOG") )
            fprintf(stderr, "  hour %u: %zu bytes, %zu moves, %s generation\n",
                    hour, memory, trial.daemon.cycle.moves.count,
                    trial_says(&trial, "generation"));
        if ( !hour )
        {
            first = memory;
            open = descriptors();
        }
        CU_ASSERT(memory <= first + SLACK);
        CU_ASSERT_EQUAL(descriptors(), open);
    }
    printf("%llu changes, %llu looks, %llu hypercalls; %zu bytes after the "
           "first hour, %zu after the last; %u descriptors... ",
           (unsigned long long)changes,
           (unsigned long long)trial.daemon.cycle.counts.looks,
           (unsigned long long)calls, first, memory, open);
    trial_dispose(&trial);
}

void day_suite(CU_pSuite suite)
{
    CU_add_test(suite, "a day", test_day);
}
