/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon: when a cycle is due, what an event says, how things stand, and
 * requests from xenstore.
 */
#include <time.h>

#include "daemon.h"
#include "log.h"
#include "message.h"
#include "notify.h"

void daemon_init(struct daemon *daemon)
{
    *daemon = (struct daemon){
        .burst_since = RETRY_NEVER,
        .settled_at = RETRY_NEVER,
        .trail_at = RETRY_NEVER,
        .check_at = RETRY_NEVER,
        .repair_at = RETRY_NEVER,
    };
    cycle_init(&daemon->cycle);
}

void daemon_dispose(struct daemon *daemon)
{
    cycle_dispose(&daemon->cycle);
    daemon_init(daemon);
}

static void journal_is_unsafe(struct daemon *daemon,
                              const struct xpci_message *message, uint64_t now)
{
    conditions_set(&daemon->cycle.conditions, CONDITION_JOURNAL, message->text,
                   "removals are carried out, but one that is pending when "
                   "the daemon ends may be found again only by comparison; "
                   "make the journal's file system writable");
    daemon->repair_failures++;
    daemon->repair_at =
        now + retry_pause(daemon->cycle.retry.first, daemon->cycle.retry.most,
                          daemon->repair_failures);
}

static void repair_journal(struct daemon *daemon, uint64_t now)
{
    struct xpci_message message;

    if ( !journal_is_safe(&daemon->cycle.journal) )
    {
        if ( daemon->repair_at != RETRY_NEVER && now < daemon->repair_at )
            return;
        if ( journal_repair(&daemon->cycle.journal, &message) )
        {
            journal_is_unsafe(daemon, &message, now);
            return;
        }
    }
    daemon->repair_at = RETRY_NEVER;
    daemon->repair_failures = 0;
    conditions_clear(&daemon->cycle.conditions, CONDITION_JOURNAL);
}

static int open_journal(struct daemon *daemon, uint64_t now)
{
    struct xpci_message message = { "" };
    int rc = journal_open(&daemon->cycle.journal,
                          daemon->cycle.options.conf->journal, &message);

    if ( rc == -ENOMEM )
        return rc;
    if ( rc )
        journal_is_unsafe(daemon, &message, now);
    else if ( *message.text )
        conditions_set(&daemon->cycle.conditions, CONDITION_DAMAGE,
                       message.text,
                       "look whether the disk is in order; this goes away "
                       "with the next start");
    if ( daemon->cycle.journal.pending.count )
        log_notice("%zu removal%s pending from before",
                   daemon->cycle.journal.pending.count,
                   daemon->cycle.journal.pending.count == 1 ? " is" : "s are");

    return 0;
}

static void open_record(struct daemon *daemon)
{
    const char *path = daemon->cycle.options.conf->record;
    struct xpci_message message;

    conditions_clear(&daemon->cycle.conditions, CONDITION_RECORD);
    record_dispose(&daemon->cycle.record);
    if ( path &&
         record_open(&daemon->cycle.record, path,
                     daemon->cycle.options.conf->record_most, &message) )
        conditions_set(&daemon->cycle.conditions, CONDITION_RECORD,
                       message.text,
                       "nothing is recorded; reload when it can be written");
}

static void take_conf(struct daemon *daemon)
{
    const struct conf *conf = daemon->cycle.options.conf;

    log_set_level(conf->log_level);
    retry_set_pauses(&daemon->cycle.retry, conf->retry_first * 1000ULL,
                     conf->retry_most * 1000ULL);
}

int daemon_start(struct daemon *daemon, const struct cycle_options *options,
                 struct store *store, uint64_t now)
{
    int rc;

    daemon->cycle.options = *options;
    cycle_begin(&daemon->cycle);
    take_conf(daemon);
    if ( store && !options->conf->xenstore )
    {
        store_close(store);
        store = NULL;
    }
    rc = telling_open(&daemon->cycle.telling, store, options->conf->xenstore,
                      options->threads);
    if ( rc )
        return rc;
    rc = open_journal(daemon, now);
    if ( rc )
        return rc;
    open_record(daemon);
    daemon->cycle.go_on_at = now;

    return 0;
}

static bool differs(const char *a, const char *b)
{
    return !a || !b ? a != b : strcmp(a, b) != 0;
}

void daemon_reconfigure(struct daemon *daemon, const struct conf *conf,
                        uint64_t now)
{
    const struct conf *old = daemon->cycle.options.conf;
    bool record = differs(old->record, conf->record) ||
                  old->record_most != conf->record_most;
    unsigned int i;
    const struct {
        const char *key;
        bool changed;
    } fixed[] = {
        { "backend", old->backend != conf->backend },
        { "journal", differs(old->journal, conf->journal) },
        { "pid-file", differs(old->pid_file, conf->pid_file) },
        { "xenstore", differs(old->xenstore, conf->xenstore) },
        { "events", differs(old->events, conf->events) },
        { "log-target", old->log_target != conf->log_target },
    };

    for ( i = 0; i < ARRAY_SIZE(fixed); i++ )
    {
        if ( fixed[i].changed )
            log_warning("another %s is taken over at the next start only",
                        fixed[i].key);
    }
    daemon->cycle.options.conf = conf;
    take_conf(daemon);
    if ( record )
        open_record(daemon);
    conditions_clear(&daemon->cycle.conditions, CONDITION_CONFIG);
    daemon->check_at = RETRY_NEVER;
    daemon->cycle.go_on_at = now;
}

/* Removals that were seen are on disk before anything else is done. */
static void journal_seen(struct daemon *daemon, uint64_t now)
{
    struct xpci_message message;

    if ( !daemon->seen_count )
        return;
    if ( cycle_repair(&daemon->cycle) != PLAN_REPAIR_NONE &&
         journal_pend(&daemon->cycle.journal, daemon->seen, daemon->seen_count,
                      &message) )
        journal_is_unsafe(daemon, &message, now);
    daemon->seen_count = 0;
}

static void note_removal(struct daemon *daemon, uint32_t sbdf, uint64_t now)
{
    size_t i;

    for ( i = 0; i < daemon->seen_count; i++ )
    {
        if ( daemon->seen[i] == sbdf )
            return;
    }
    if ( daemon->seen_count == DAEMON_SEEN )
        journal_seen(daemon, now);
    daemon->seen[daemon->seen_count++] = sbdf;
}

/*
 * Bounded by the burst's begin, and by what the latest cycle took: on a
 * machine that is slow to look at, a flood of events takes half of the time.
 */
static void settle(struct daemon *daemon, uint64_t now)
{
    uint64_t rest =
        daemon->ended_at +
        (daemon->look_ms < DAEMON_BURST ? daemon->look_ms : DAEMON_BURST);

    if ( daemon->burst_since == RETRY_NEVER )
        daemon->burst_since = now;
    daemon->settled_at = now + DAEMON_QUIET;
    if ( daemon->settled_at > daemon->burst_since + DAEMON_BURST )
        daemon->settled_at = daemon->burst_since + DAEMON_BURST;
    if ( daemon->settled_at < rest )
        daemon->settled_at = rest;
    daemon->trail_at = now + DAEMON_TRAIL;
}

void daemon_event(struct daemon *daemon, const struct event *event,
                  uint64_t now)
{
    daemon->cycle.counts.events++;
    if ( event->kind == EVENT_OVERFLOW )
    {
        daemon->cycle.counts.overflows++;
        log_info("events were lost; everything is looked at anew");
        retry_hurry_all(&daemon->cycle.retry);
    }
    else if ( event->has_sbdf )
    {
        retry_hurry(&daemon->cycle.retry, event->sbdf);
        if ( event->kind == EVENT_REMOVED )
            note_removal(daemon, event->sbdf, now);
    }
    settle(daemon, now);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t cycle_deadline(const struct daemon *daemon)
{
    uint64_t at = earlier(daemon->settled_at, daemon->trail_at);

    at = earlier(at, daemon->check_at);
    at = earlier(at, daemon->cycle.go_on_at);

    return earlier(at, retry_next(&daemon->cycle.retry));
}

uint64_t daemon_deadline(const struct daemon *daemon)
{
    uint64_t at = earlier(cycle_deadline(daemon), daemon->repair_at);

    return earlier(at, telling_deadline(&daemon->cycle.telling));
}

static int make_status(const struct daemon *daemon, struct status *status)
{
    int rc;

    status_init(status);
    status->look =
        daemon->cycle.agree.has_look ? &daemon->cycle.agree.look : NULL;
    status->hypervisor = status->look
                             ? xpci_source_name(status->look->hypervisor.source)
                             : "unknown";
    status->trial = daemon->cycle.options.trial;
    status->repair = cycle_repair(&daemon->cycle);
    status->journal = &daemon->cycle.journal;
    status->retry = &daemon->cycle.retry;
    status->moves = &daemon->cycle.moves;
    status->counts = daemon->cycle.counts;
    status->looked_at = daemon->cycle.looked_at;
    rc = conditions_report(&daemon->cycle.conditions, status);

    return rc ? rc : status_conclude(status);
}

void daemon_report(struct daemon *daemon, uint64_t now)
{
    struct status status;

    if ( daemon->cycle.record.error )
        conditions_set(&daemon->cycle.conditions, CONDITION_RECORD,
                       "the record could not be written to its end",
                       "make room, then reload");
    if ( make_status(daemon, &status) )
    {
        log_error("no memory for the report");
        telling_postpone(&daemon->cycle.telling, now);
        goto out;
    }
    telling_say(&daemon->cycle.telling, &status,
                daemon->cycle.options.conf->metrics, &daemon->cycle.conditions,
                now);
    if ( strcmp(status.text, daemon->told) )
    {
        notify_status(status.text);
        memcpy(daemon->told, status.text, sizeof(daemon->told));
    }

out:
    status_dispose(&status);
}

static uint64_t milliseconds(const struct daemon *daemon)
{
    return daemon->cycle.options.clock ? daemon->cycle.options.clock() : 0;
}

static void run_cycle(struct daemon *daemon, bool everything, uint64_t now)
{
    uint64_t began = milliseconds(daemon);
    unsigned int interval = daemon->cycle.options.conf->check_interval;

    if ( now >= daemon->trail_at )
        daemon->trail_at = RETRY_NEVER;
    daemon->settled_at = RETRY_NEVER;
    daemon->burst_since = RETRY_NEVER;
    /* A cycle for whatever reason is as good as the check. */
    daemon->check_at = interval ? now + interval * 1000ULL : RETRY_NEVER;
    journal_seen(daemon, now);
    cycle_run(&daemon->cycle, everything, now);
    retry_postpone(&daemon->cycle.retry, now);
    daemon->look_ms = milliseconds(daemon) - began;
    daemon->ended_at = now + daemon->look_ms;
}

void daemon_work(struct daemon *daemon, uint64_t now)
{
    if ( now >= daemon->check_at )
        daemon->cycle.counts.checks++;
    if ( now >= cycle_deadline(daemon) )
        run_cycle(daemon, false, now);
    else if ( now < daemon_deadline(daemon) )
        return;
    repair_journal(daemon, now);
    daemon_report(daemon, now);
}

void daemon_resync(struct daemon *daemon, uint64_t now)
{
    retry_hurry_all(&daemon->cycle.retry);
    run_cycle(daemon, true, now);
    repair_journal(daemon, now);
}

int daemon_audit(struct daemon *daemon, struct xpci_message *message)
{
    struct agree_look look;
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i;
    int rc =
        agree_take_look(&daemon->cycle.agree, &look, PLAN_REPAIR_NONE, message);

    if ( rc )
        goto out;
    for ( i = 0; i < look.plan.left_count; i++ )
        log_notice("audit: %s: %s",
                   xpci_sbdf_format(sbdf, look.plan.left[i].sbdf),
                   look.plan.left[i].why);
    rc = (int)look.plan.left_count;

out:
    agree_look_dispose(&look);

    return rc;
}

/* "verb" or "verb token": the token comes back with the answer. */
static bool is_verb(const char *request, const char *verb)
{
    size_t length = strlen(verb);

    return !strncmp(request, verb, length) &&
           (!request[length] || request[length] == ' ');
}

static void resync(struct daemon *daemon, uint64_t now)
{
    const struct plan *plan = &daemon->cycle.agree.look.plan;
    size_t differences;

    daemon_resync(daemon, now);
    differences = plan->step_count + plan->left_count;
    if ( daemon->cycle.conditions.text[CONDITION_LOOK] )
        telling_answer(&daemon->cycle.telling, "failed: %s",
                       daemon->cycle.conditions.text[CONDITION_LOOK]);
    else if ( plan_is_agreement(plan) )
        telling_answer(&daemon->cycle.telling, "done: in agreement");
    else
        telling_answer(&daemon->cycle.telling, "done: %zu difference%s",
                       differences, differences == 1 ? " stays" : "s stay");
}

static void audit(struct daemon *daemon)
{
    struct xpci_message message;
    int differences = daemon_audit(daemon, &message);

    if ( differences < 0 )
        telling_answer(&daemon->cycle.telling, "failed: %s", message.text);
    else if ( differences )
        telling_answer(&daemon->cycle.telling, "done: %d differences",
                       differences);
    else
        telling_answer(&daemon->cycle.telling, "done: in agreement");
}

void daemon_control(struct daemon *daemon, daemon_reload *reload, void *data,
                    uint64_t now)
{
    const char *request = daemon->cycle.telling.request;
    struct xpci_message message;

    if ( !telling_request(&daemon->cycle.telling, now) )
        return;
    log_info("request from xenstore: %s", request);
    if ( is_verb(request, "resync") )
        resync(daemon, now);
    else if ( is_verb(request, "audit") )
        audit(daemon);
    else if ( !is_verb(request, "reload") )
        telling_answer(&daemon->cycle.telling,
                       "refused: it takes resync, audit and reload");
    else if ( reload(data, &message) )
        telling_answer(&daemon->cycle.telling, "failed: %s", message.text);
    else
        telling_answer(&daemon->cycle.telling, "done");
    daemon_report(daemon, now);
}

void daemon_stop(struct daemon *daemon, uint64_t now)
{
    telling_state(&daemon->cycle.telling, "stopped",
                  "the daemon is not running", now);
}
