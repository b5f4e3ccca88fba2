/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon, killed at every fault point that it passes, one after the
 * other, and started again: it must end in the state in which it would have
 * ended undisturbed.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../dom0-agent/fault.h"
#include "../../dom0-agent/journal.h"
#include "suites.h"
#include "trial.h"

/* What happens to the machine, and which events there are. */
struct story {
    const char *name;
    unsigned int seed;
    void (*happen)(struct trial *trial);
    /* Told to the first daemon and to nobody else. */
    struct event events[4];
};

static void nothing(struct trial *trial)
{
    (void)trial;
}

static void pull_pf(struct trial *trial)
{
    world_remove(trial->world.root.child[0]->child[0]);
    world_show_only(&trial->world);
}

static void pull_switch(struct trial *trial)
{
    world_remove(trial->world.root.child[1]->child[0]);
    world_show_only(&trial->world);
}

static void renumber(struct trial *trial)
{
    trial->world.gap = 3;
    world_show(&trial->world);
}

static void everything(struct trial *trial)
{
    struct world_node *root = &trial->world.root;

    world_remove(root->child[0]->child[0]);
    world_add(&trial->world, root->child[3], XPCI_TYPE_ENDPOINT, 0)->vfs = 2;
    root->child[1]->child[0]->child[1]->child[0]->device ^= 0x55;
    trial->world.gap = 2;
    world_show(&trial->world);
}

static void many(struct trial *trial)
{
    unsigned int i;

    for ( i = 0; i < 10; i++ )
        world_change(&trial->world);
}

static const struct story stories[] = {
    { "all well", 1, nothing, { { EVENT_CHANGED, false, 0 } } },
    { "a removal that came back",
      2,
      nothing,
      { { EVENT_REMOVED, true, 0x100 }, { EVENT_CHANGED, true, 0x100 } } },
    { "a PF with VFs", 3, pull_pf, { { EVENT_REMOVED, true, 0x100 } } },
    { "a switch", 4, pull_switch, { { EVENT_REMOVED, true, 0x300 } } },
    { "renumbering", 5, renumber, { { EVENT_OVERFLOW, false, 0 } } },
    { "everything at once",
      6,
      everything,
      { { EVENT_REMOVED, true, 0x101 }, { EVENT_REMOVED, true, 0x100 } } },
    { "ten changes", 7, many, { { EVENT_OVERFLOW, false, 0 } } },
};

/* The daemon's process: five seconds of its life. */
static void live(struct trial *trial, const struct story *story, int socket,
                 const char *fault)
{
    size_t i;

    backend_close(trial->backend);
    trial->backend = proxy_backend(socket);
    if ( fault )
        setenv("XEN_PCID_FAULT", fault, 1);
    else
        unsetenv("XEN_PCID_FAULT");
    fault_init();
    trial_start(trial);
    for ( i = 0; story && i < ARRAY_SIZE(story->events); i++ )
    {
        if ( story->events[i].has_sbdf ||
             story->events[i].kind == EVENT_OVERFLOW )
            daemon_event(&trial->daemon, &story->events[i], trial->now);
    }
    trial_pass(trial, 5000);
    _exit(0);
}

/* True: it was killed. */
static bool let_live(struct trial *trial, const struct story *story,
                     const char *fault)
{
    int sockets[2], status = 0;
    pid_t daemon;

    CU_ASSERT_FATAL(!socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
    fflush(NULL);
    daemon = fork();
    CU_ASSERT_FATAL(daemon >= 0);
    if ( !daemon )
    {
        close(sockets[0]);
        live(trial, story, sockets[1], fault);
    }
    close(sockets[1]);
    proxy_host_serve(&trial->host, sockets[0]);
    close(sockets[0]);
    CU_ASSERT_EQUAL(waitpid(daemon, &status, 0), daemon);
    CU_ASSERT((WIFEXITED(status) && !WEXITSTATUS(status)) ||
              (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));

    return WIFSIGNALED(status);
}

/* The machine before the story, the hypervisor booted on it; then the story. */
static void begin(struct trial *trial, const struct story *story)
{
    trial_init(trial, "fault", story->seed);
    story->happen(trial);
}

static bool same_device(const struct xpci_device_info *a,
                        const struct xpci_device_info *b)
{
    return a->sbdf == b->sbdf && a->class_revision == b->class_revision &&
           a->vendor == b->vendor && a->device == b->device &&
           a->type == b->type && a->flags == b->flags &&
           a->primary == b->primary && a->secondary == b->secondary &&
           a->subordinate == b->subordinate &&
           a->header_type == b->header_type && a->node == b->node &&
           (!(a->flags & XPCI_VIRTFN) || a->physfn == b->physfn);
}

static bool same_bus(const struct xpci_bus_info *a,
                     const struct xpci_bus_info *b)
{
    return a->segment == b->segment && a->bus == b->bus &&
           a->bridge == b->bridge && a->has_upstream == b->has_upstream &&
           (!a->has_upstream ||
            (a->upstream == b->upstream && a->secondary == b->secondary));
}

static bool same(const struct xpci_snapshot *a, const struct xpci_snapshot *b)
{
    size_t i;

    if ( a->device_count != b->device_count || a->bus_count != b->bus_count )
        return false;
    for ( i = 0; i < a->device_count; i++ )
    {
        if ( !same_device(&a->devices[i], &b->devices[i]) )
            return false;
    }
    for ( i = 0; i < a->bus_count; i++ )
    {
        if ( !same_bus(&a->buses[i], &b->buses[i]) )
            return false;
    }

    return true;
}

static void take(struct trial *trial, struct xpci_snapshot *snapshot)
{
    struct xpci_message message;

    xpci_snapshot_init(snapshot);
    CU_ASSERT_FATAL(!trial->backend->ops->snapshot(trial->backend, NULL, false,
                                                   snapshot, &message));
}

static size_t pending_on_disk(const struct trial *trial)
{
    struct xpci_message message;
    struct journal journal;
    size_t count;

    journal_init(&journal);
    CU_ASSERT(!journal_open(&journal, trial->conf.journal, &message));
    CU_ASSERT_STRING_EQUAL(message.text, "");
    count = journal.pending.count;
    journal_dispose(&journal);

    return count;
}

static void check_end(struct trial *trial,
                      const struct xpci_snapshot *undisturbed)
{
    struct xpci_snapshot end;

    take(trial, &end);
    CU_ASSERT(same(&end, undisturbed));
    CU_ASSERT(trial_agrees(trial));
    CU_ASSERT_EQUAL(pending_on_disk(trial), 0);
    xpci_snapshot_dispose(&end);
}

static void test_story(const struct story *story)
{
    struct xpci_snapshot undisturbed;
    struct trial trial;
    unsigned int number;
    char fault[32];
    bool killed = true;

    begin(&trial, story);
    CU_ASSERT(!let_live(&trial, story, NULL));
    take(&trial, &undisturbed);
    check_end(&trial, &undisturbed);
    trial_dispose(&trial);

    for ( number = 1; killed && number < 10000; number++ )
    {
        snprintf(fault, sizeof(fault), "any:%u", number);
        begin(&trial, story);
        killed = let_live(&trial, story, fault);
        if ( killed )
            CU_ASSERT(!let_live(&trial, NULL, NULL));
        check_end(&trial, &undisturbed);
        trial_dispose(&trial);
    }
    printf(" %s: killed at %u points;", story->name, number - 2);
    CU_ASSERT(number > 4);
    xpci_snapshot_dispose(&undisturbed);
}

static void test_stories(void)
{
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(stories); i++ )
        test_story(&stories[i]);
}

/*
 * Killed, and killed again at its next start, and so on until it is through;
 * each life is long enough for one step at least.
 */
static void test_again_and_again(void)
{
    struct trial trial;
    unsigned int step, lives = 0;
    char fault[32];

    for ( step = 1; step < 8; step++ )
    {
        begin(&trial, &stories[5]);
        snprintf(fault, sizeof(fault), "any:%u", 14 + step);
        for ( lives = 1; lives < 1000; lives++ )
        {
            if ( !let_live(&trial, lives == 1 ? &stories[5] : NULL, fault) )
                break;
        }
        CU_ASSERT(lives > 1 && lives < 1000);
        CU_ASSERT(trial_agrees(&trial));
        CU_ASSERT_EQUAL(pending_on_disk(&trial), 0);
        trial_dispose(&trial);
    }
}

/* A removal is on disk before its hypercall, and stays there until after. */
static void test_journal_first(void)
{
    static const struct {
        const char *point;
        size_t pending;
        unsigned int removes;
    } cases[] = {
        { "journal-append:1", 0, 0 }, { "plan", 4, 0 },
        { "remove-before:1", 4, 0 },  { "remove-after:1", 4, 1 },
        { "remove-clear:1", 4, 1 },   { "remove-cleared:1", 3, 1 },
        { "remove-after:4", 1, 4 },   { "looked:2", 0, 4 },
    };
    struct trial trial;
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        begin(&trial, &stories[2]);
        CU_ASSERT(let_live(&trial, NULL, cases[i].point));
        CU_ASSERT_EQUAL(pending_on_disk(&trial), cases[i].pending);
        CU_ASSERT_EQUAL(trial.host.removes, cases[i].removes);
        trial_dispose(&trial);
    }
}

void fault_suite(CU_pSuite suite)
{
    CU_add_test(suite, "the journal comes first", test_journal_first);
    CU_add_test(suite, "killed at every point", test_stories);
    CU_add_test(suite, "killed again and again", test_again_and_again);
}
