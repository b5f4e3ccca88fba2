/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The small parts: retries, events, moves, the lock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../dom0-agent/events.h"
#include "agree/lock.h"
#include "../../dom0-agent/renumbering.h"
#include "../../dom0-agent/retry.h"
#include "agree/view.h"
#include "suites.h"
#include "world.h"

static void test_pauses(void)
{
    static const struct {
        unsigned int tries;
        uint64_t pause;
    } cases[] = { { 1, 1000 },   { 2, 2000 },    { 3, 4000 },
                  { 9, 256000 }, { 10, 300000 }, { 4000000000U, 300000 } };
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
        CU_ASSERT_EQUAL(retry_pause(1000, 300000, cases[i].tries),
                        cases[i].pause);
    CU_ASSERT_EQUAL(retry_pause(5, 5, 7), 5);
}

static void test_retry(void)
{
    struct plan_step steps[] = { { .action = PLAN_ADD, .sbdf = 0x200 },
                                 { .action = PLAN_ADD, .sbdf = 0x300 } };
    const struct plan plan = { .steps = steps, .step_count = 2 };
    struct retry retry;

    retry_init(&retry);
    CU_ASSERT_EQUAL(retry_next(&retry), RETRY_NEVER);
    CU_ASSERT(!retry_failed(&retry, 0x300, PLAN_ADD, -ENOMEM, 100));
    CU_ASSERT(!retry_failed(&retry, 0x200, PLAN_REMOVE, -EBUSY, 200));
    CU_ASSERT(!retry_failed(&retry, 0x100, PLAN_ADD, -ENODEV, 50));
    CU_ASSERT_EQUAL(retry_next(&retry), 1050);
    CU_ASSERT(!retry_failed(&retry, 0x100, PLAN_ADD, -ENODEV, 1050));
    CU_ASSERT_EQUAL(retry_find(&retry, 0x100)->tries, 2);
    CU_ASSERT_EQUAL(retry_find(&retry, 0x100)->next, 3050);
    CU_ASSERT_EQUAL(retry_next(&retry), 1100);
    /* Tried a report now, where a removal failed before. */
    CU_ASSERT(!retry_failed(&retry, 0x200, PLAN_REPORT, -EBUSY, 300));
    CU_ASSERT_EQUAL(retry_find(&retry, 0x200)->tries, 1);
    retry_hurry(&retry, 0x300);
    CU_ASSERT_EQUAL(retry_next(&retry), 0);
    retry_postpone(&retry, 500);
    CU_ASSERT_EQUAL(retry_find(&retry, 0x300)->next, 1500);

    retry_keep(&retry, &plan);
    CU_ASSERT_EQUAL(retry.count, 2);
    CU_ASSERT_PTR_NULL(retry_find(&retry, 0x100));
    retry_forget(&retry, 0x200);
    retry_forget(&retry, 0x200);
    CU_ASSERT_EQUAL(retry.count, 1);
    retry_dispose(&retry);
    retry_dispose(&retry);
}

static void feed(int fd, const char *text)
{
    CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void expect(struct events *events, int rc, enum event_kind kind,
                   uint32_t sbdf)
{
    struct xpci_message message;
    struct event event = { EVENT_CHANGED, false, 0 };

    CU_ASSERT_EQUAL(events->ops->next(events, &event, &message), rc);
    if ( rc != 1 )
        return;
    CU_ASSERT_EQUAL(event.kind, kind);
    CU_ASSERT_EQUAL(event.has_sbdf, kind != EVENT_OVERFLOW);
    CU_ASSERT(!event.has_sbdf || event.sbdf == sbdf);
}

static void test_pipe(void)
{
    struct xpci_message message;
    struct events *events;
    char flood[5000];
    int pipes[2];

    CU_ASSERT_FATAL(!pipe(pipes));
    CU_ASSERT_FATAL(!events_open_fd(&events, pipes[0], &message));
    expect(events, 0, 0, 0);
    feed(pipes[1], "add 0000:01:00.0\nremove 01:00.1\nadd 00");
    expect(events, 1, EVENT_CHANGED, 0x100);
    expect(events, 1, EVENT_REMOVED, 0x101);
    expect(events, 0, 0, 0);
    feed(pipes[1], "00:02:1f.7\nnonsense\nadd\nremove xyz\n\noverflow\n");
    expect(events, 1, EVENT_CHANGED, 0x2ff);
    expect(events, 1, EVENT_OVERFLOW, 0);
    expect(events, 1, EVENT_OVERFLOW, 0);
    expect(events, 1, EVENT_OVERFLOW, 0);
    expect(events, 1, EVENT_OVERFLOW, 0);
    expect(events, 1, EVENT_OVERFLOW, 0);
    expect(events, 0, 0, 0);

    memset(flood, 'x', sizeof(flood) - 1);
    flood[sizeof(flood) - 1] = '\0';
    feed(pipes[1], flood);
    expect(events, 0, 0, 0); /* a line that fills the buffer ... */
    expect(events, 1, EVENT_OVERFLOW, 0);
    close(pipes[1]);
    expect(events, 0, 0, 0);
    expect(events, -EPIPE, 0, 0);
    events_close(events);
    CU_ASSERT(events_open_fifo(&events, "/nowhere", &message) == -ENOENT);
}

/* Needs nothing but a netlink socket; udevd need not run. */
static void test_kernel(void)
{
    struct xpci_message message;
    struct events *events;

    CU_ASSERT_FATAL(!events_open_kernel(&events, &message));
    CU_ASSERT(events->fd >= 0);
    expect(events, 0, 0, 0);
    events_close(events);
}

static void read_view(struct view *view, const struct world *world)
{
    const struct view_source source = { VIEW_SYSFS, world->path };
    struct config_space *space;
    struct xpci_message message;

    view_init(view);
    CU_ASSERT_FATAL(!view_open_space(&space, &source, NULL, NULL, &message));
    CU_ASSERT_FATAL(!view_read(view, space, &source, &message));
    config_space_close(space);
}

static void test_moves(void)
{
    struct view before, now;
    struct moves moves;
    struct world world;

    world_init(&world, scratch_path("moves"), 1);
    moves_init(&moves);
    world_build(&world);
    read_view(&before, &world);
    CU_ASSERT(before.snapshot.device_count > 10);
    CU_ASSERT(!moves_find(&moves, &before.snapshot, &before.snapshot, 1));
    CU_ASSERT_EQUAL(moves.count, 0);

    /* The first bridge leaves a gap of one bus: those behind it move. */
    world.gap = 2;
    world_show(&world);
    read_view(&now, &world);
    CU_ASSERT(!moves_find(&moves, &before.snapshot, &now.snapshot, 1));
    /* All but bus 0's and the first port's devices (a PF with 3 VFs). */
    CU_ASSERT_EQUAL(moves.count, before.snapshot.device_count - 4 - 4);
    CU_ASSERT_EQUAL(moves.moves[0].from, 0x300);
    CU_ASSERT_EQUAL(moves.moves[0].to, 0x400);

    /* Another device at the same place is no move, and forgets none. */
    world.root.child[3]->devfn = 6 << 3;
    world.root.child[1]->child[0]->device ^= 1;
    world_show(&world);
    view_dispose(&before);
    read_view(&before, &world);
    CU_ASSERT(!moves_find(&moves, &now.snapshot, &before.snapshot, 2));
    CU_ASSERT_EQUAL(moves.moves[0].from, 0x300);
    view_dispose(&now);
    view_dispose(&before);
    moves_dispose(&moves);
    moves_dispose(&moves);
    world_dispose(&world);
}

/* Shows the world again, and looks for moves. */
static void look_again(struct moves *moves, struct view *last,
                       struct world *world, time_t when)
{
    struct view now;

    world_show(world);
    read_view(&now, world);
    CU_ASSERT(!moves_find(moves, &last->snapshot, &now.snapshot, when));
    view_dispose(last);
    *last = now;
}

/* Forgotten with all behind it and found again with other numbers. */
static void test_comes_back(void)
{
    struct world_node *port, *card;
    struct moves moves;
    struct world world;
    struct view view;

    world_init(&world, scratch_path("back"), 1);
    moves_init(&moves);
    world_add(&world, &world.root, XPCI_TYPE_ROOT_PORT, 1 << 3);
    port = world_add(&world, &world.root, XPCI_TYPE_ROOT_PORT, 2 << 3);
    card = world_add(&world, port, XPCI_TYPE_ENDPOINT, 0);
    world_show(&world);
    read_view(&view, &world);
    CU_ASSERT_EQUAL(world_sbdf(card), 0x200);

    port->children = 0;
    look_again(&moves, &view, &world, 1000);
    world.gap = 3;
    look_again(&moves, &view, &world, 1001);
    CU_ASSERT_EQUAL(moves.count, 0);
    port->children = 1;
    look_again(&moves, &view, &world, 1002);
    CU_ASSERT_EQUAL_FATAL(moves.count, 1);
    CU_ASSERT_EQUAL(moves.moves[0].from, 0x200);
    CU_ASSERT_EQUAL(moves.moves[0].to, 0x500);

    /* Soon after it moves on: it is still from where it was first. */
    world.gap = 1;
    look_again(&moves, &view, &world, 1003);
    CU_ASSERT_EQUAL_FATAL(moves.count, 1);
    CU_ASSERT_EQUAL(moves.moves[0].from, 0x200);
    CU_ASSERT_EQUAL(moves.moves[0].to, 0x300);
    /* Much later that is another renumbering. */
    world.gap = 2;
    look_again(&moves, &view, &world, 1004 + MOVES_TOGETHER);
    CU_ASSERT_EQUAL_FATAL(moves.count, 1);
    CU_ASSERT_EQUAL(moves.moves[0].from, 0x300);
    CU_ASSERT_EQUAL(moves.moves[0].to, 0x400);
    /* And back to where it was: nothing has moved. */
    world.gap = 1;
    look_again(&moves, &view, &world, 1005 + MOVES_TOGETHER);
    CU_ASSERT_EQUAL(moves.count, 0);

    /* What comes in its place is another device. */
    port->children = 0;
    look_again(&moves, &view, &world, 2000);
    world.gap = 0;
    port->children = 1;
    card->device ^= 1;
    look_again(&moves, &view, &world, 2001);
    CU_ASSERT_EQUAL(moves.count, 0);
    CU_ASSERT_EQUAL(moves.departed.count, 0);
    view_dispose(&view);
    moves_dispose(&moves);
    world_dispose(&world);
}

static void count_waits(void *data, const char *text)
{
    (void)text;
    ++*(unsigned int *)data;
}

static void test_lock(void)
{
    unsigned int waits;
    struct xpci_message message;
    int first, second;
    pid_t holder;

    first = lock_take(scratch_path("pid"), 0644, &holder, &message);
    CU_ASSERT_FATAL(first >= 0);
    CU_ASSERT(!lock_write_pid(first, &message));
    second = lock_take(scratch_path("pid"), 0644, &holder, &message);
    CU_ASSERT_EQUAL(second, -EWOULDBLOCK);
    CU_ASSERT_EQUAL(holder, getpid());
    /* Who waits says so once, and gives up in time. */
    waits = 0;
    CU_ASSERT_EQUAL(lock_wait(scratch_path("pid"), 0644, 100, count_waits,
                              &waits, &message),
                    -EWOULDBLOCK);
    CU_ASSERT_EQUAL(waits, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(message.text, "nothing was changed"));
    lock_release(first);
    second = lock_take(scratch_path("pid"), 0644, &holder, &message);
    CU_ASSERT_FATAL(second >= 0);
    lock_release(second);
    CU_ASSERT(lock_take("/proc/nowhere/pid", 0644, &holder, &message) < 0);
}

void parts_suite(CU_pSuite suite)
{
    CU_add_test(suite, "pauses grow", test_pauses);
    CU_add_test(suite, "what failed", test_retry);
    CU_add_test(suite, "events from a pipe", test_pipe);
    CU_add_test(suite, "events of the kernel", test_kernel);
    CU_add_test(suite, "renumbering is seen", test_moves);
    CU_add_test(suite, "moves of what went and came back", test_comes_back);
    CU_add_test(suite, "one at a time", test_lock);
}
