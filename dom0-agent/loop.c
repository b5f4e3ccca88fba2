/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon's loop: it waits for signals, events, xenstore and the clock.
 */
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clock.h"
#include "fault.h"
#include "log.h"
#include "loop.h"
#include "message.h"
#include "notify.h"

/* So many events are taken before anything else has its turn. */
#define EVENTS_AT_ONCE 4096U
/* So long others may take to hear the last words; milliseconds. */
#define LAST_WORDS 1000U

enum {
    FD_SIGNALS,
    FD_EVENTS,
    FD_NEWS,
    FDS
};

struct loop {
    const struct loop_options *options;
    struct daemon daemon;
    struct events *events; /* NULL: broken, opened again at events_at */
    uint64_t events_at;
    unsigned int events_failures;
    uint64_t watchdog; /* milliseconds, 0: off */
    uint64_t watchdog_at;
    int signals;
    bool stop;
};

static void fill_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
}

int loop_signals(void)
{
    sigset_t set;

    fill_signals(&set);
    if ( signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
         sigprocmask(SIG_BLOCK, &set, NULL) )
        return -errno;

    return 0;
}

/* Between two steps of a plan nobody reads the descriptor of signals. */
static bool should_stop(void *data)
{
    struct loop *loop = data;
    sigset_t set;

    if ( loop->stop )
        return true;

    return !sigpending(&set) &&
           (sigismember(&set, SIGTERM) || sigismember(&set, SIGINT));
}

static int open_events(struct loop *loop, struct xpci_message *message)
{
    const char *fifo = loop->daemon.cycle.options.conf->events;

    return fifo ? events_open_fifo(&loop->events, fifo, message)
                : events_open_kernel(&loop->events, message);
}

static void events_broke(struct loop *loop, const struct xpci_message *message,
                         uint64_t now)
{
    events_close(loop->events);
    loop->events = NULL;
    loop->events_failures++;
    loop->events_at = now + retry_pause(1000, 300000, loop->events_failures);
    conditions_set(&loop->daemon.cycle.conditions, CONDITION_EVENTS,
                   message->text,
                   "changes are found by the periodic check only; it is tried "
                   "again by itself");
}

/* Nobody knows what happened while nobody listened. */
static void try_events(struct loop *loop, uint64_t now)
{
    const struct event lost = { .kind = EVENT_OVERFLOW };
    struct xpci_message message;

    if ( loop->events || now < loop->events_at )
        return;
    if ( open_events(loop, &message) )
    {
        events_broke(loop, &message, now);
        return;
    }
    conditions_clear(&loop->daemon.cycle.conditions, CONDITION_EVENTS);
    if ( loop->events_failures )
        daemon_event(&loop->daemon, &lost, now);
}

static void take_events(struct loop *loop, uint64_t now)
{
    struct xpci_message message;
    struct event event;
    unsigned int i;
    int rc = 0;

    for ( i = 0; i < EVENTS_AT_ONCE; i++ )
    {
        event = (struct event){ .kind = EVENT_CHANGED };
        rc = loop->events->ops->next(loop->events, &event, &message);
        if ( rc <= 0 )
            break;
        daemon_event(&loop->daemon, &event, now);
    }
    if ( rc < 0 )
        events_broke(loop, &message, now);
    else if ( i )
        loop->events_failures = 0;
}

/* daemon_reload, and SIGHUP. */
static int reload(void *data, struct xpci_message *message)
{
    struct loop *loop = data;
    const struct conf *conf;
    int rc = loop->options->reload(loop->options->data, &conf, message);

    if ( rc )
    {
        conditions_set(&loop->daemon.cycle.conditions, CONDITION_CONFIG,
                       message->text,
                       "the configuration from before stays in force; see "
                       "xen-pcid --check-config");
        return rc;
    }
    log_notice("the configuration was read again");
    daemon_reconfigure(&loop->daemon, conf, clock_now());

    return 0;
}

static void take_signals(struct loop *loop)
{
    struct signalfd_siginfo info;
    struct xpci_message message;

    while ( read(loop->signals, &info, sizeof(info)) == sizeof(info) )
    {
        if ( info.ssi_signo != SIGHUP )
        {
            loop->stop = true;
            continue;
        }
        notify_reloading();
        (void)!reload(loop, &message);
        notify_ready();
    }
}

static int wait_timeout(const struct loop *loop, uint64_t now)
{
    uint64_t at = daemon_deadline(&loop->daemon);

    if ( !loop->events && loop->events_at < at )
        at = loop->events_at;
    if ( loop->watchdog && loop->watchdog_at < at )
        at = loop->watchdog_at;
    if ( at == RETRY_NEVER )
        return -1;
    if ( at <= now )
        return 0;

    return at - now > 3600000 ? 3600000 : (int)(at - now);
}

static void fill_poll(const struct loop *loop, struct pollfd *fds)
{
    const int wanted[FDS] = {
        [FD_SIGNALS] = loop->signals,
        [FD_EVENTS] = loop->events ? loop->events->fd : -1,
        [FD_NEWS] = loop->daemon.cycle.telling.news,
    };
    unsigned int i;

    for ( i = 0; i < FDS; i++ )
        fds[i] = (struct pollfd){ .fd = wanted[i], .events = POLLIN };
}

static int wait_once(struct loop *loop, struct loop_counts *counts)
{
    struct pollfd fds[FDS];
    uint64_t now;
    int rc;

    fill_poll(loop, fds);
    rc = poll(fds, FDS, wait_timeout(loop, clock_now()));
    if ( rc < 0 && errno != EINTR )
        return -errno;
    counts->wakeups++;
    if ( rc < 0 )
        return 0;

    now = clock_now();
    if ( fds[FD_SIGNALS].revents )
        take_signals(loop);
    if ( loop->stop )
        return 0;
    if ( fds[FD_EVENTS].revents )
        take_events(loop, now);
    if ( fds[FD_NEWS].revents )
    {
        telling_news(&loop->daemon.cycle.telling);
        daemon_control(&loop->daemon, reload, loop, now);
        daemon_report(&loop->daemon, now);
    }
    try_events(loop, now);

    return 0;
}

static void feed_watchdog(struct loop *loop)
{
    if ( !loop->watchdog )
        return;
    notify_watchdog();
    loop->watchdog_at = clock_now() + loop->watchdog;
}

static int run(struct loop *loop, struct loop_counts *counts,
               struct xpci_message *message)
{
    bool ready = false;
    int rc;

    while ( !loop->stop )
    {
        daemon_work(&loop->daemon, clock_now());
        feed_watchdog(loop);
        if ( !ready )
        {
            notify_ready();
            if ( loop->options->ready )
                loop->options->ready(loop->options->data);
            ready = true;
        }
        fault_point("wait");
        rc = wait_once(loop, counts);
        if ( rc )
        {
            message_set(message, "cannot wait for anything: %s", strerror(-rc));
            return rc;
        }
    }
    notify_stopping();
    daemon_stop(&loop->daemon, clock_now());

    return 0;
}

int loop_run(const struct loop_options *options, struct loop_counts *counts,
             struct xpci_message *message)
{
    struct cycle_options daemon_options = options->daemon;
    struct loop loop = { .options = options, .signals = -1 };
    uint64_t deadline;
    sigset_t set;
    int rc;

    *counts = (struct loop_counts){ 0 };
    daemon_init(&loop.daemon);
    daemon_options.threads = true;
    daemon_options.clock = clock_now;
    daemon_options.should_stop = should_stop;
    daemon_options.data = &loop;
    fill_signals(&set);
    loop.signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if ( loop.signals < 0 )
    {
        rc = -errno;
        message_set(message, "cannot receive signals: %s", strerror(-rc));
        store_close(options->store);
        goto out;
    }
    loop.watchdog = notify_watchdog_interval();
    rc = notify_start_thread();
    if ( rc )
    {
        message_set(message, "cannot start a thread");
        store_close(options->store);
        goto out;
    }
    rc = daemon_start(&loop.daemon, &daemon_options, options->store,
                      clock_now());
    if ( rc )
    {
        message_set(message, "cannot start: %s", strerror(-rc));
        goto out;
    }
    /* Listen first, look then: what changes in between is not missed. */
    try_events(&loop, clock_now());
    rc = run(&loop, counts, message);

out:
    /* Who is not told by then is not told any more. */
    deadline = clock_now() + LAST_WORDS;
    telling_end(&loop.daemon.cycle.telling);
    notify_end();
    (void)telling_close(&loop.daemon.cycle.telling, deadline);
    notify_end_thread(deadline);
    events_close(loop.events);
    if ( loop.signals >= 0 )
        close(loop.signals);
    daemon_dispose(&loop.daemon);

    return rc;
}
