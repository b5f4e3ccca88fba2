/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon's callbacks of the one cycle, and the cycle's outcome.
 */
#include <stdio.h>
#include <stdlib.h>

#include "agree/report.h"
#include "cycle.h"
#include "fault.h"
#include "log.h"
#include "message.h"

enum plan_repair cycle_repair(const struct daemon *daemon)
{
    const struct conf *conf = daemon->options.conf;

    return conf->repair_given ? conf->repair
                              : agree_default_repair(daemon->options.backend);
}

/* A report ends a removal that was seen of a device that is there again. */
static bool may_report(const struct daemon *daemon)
{
    const struct backend *backend = daemon->options.backend;

    return cycle_repair(daemon) != PLAN_REPAIR_NONE &&
           backend->ops->is_module(backend);
}

/*
 * The hypervisor does not have it (any more): that is its confirmation.
 * Where nobody is to repair anything, what dom0 has again is no removal.
 */
static void confirm_removals(struct daemon *daemon,
                             const struct agree_look *look)
{
    size_t i;

    for ( i = daemon->journal.pending.count; i--; )
    {
        uint32_t sbdf = daemon->journal.pending.sbdf[i];

        if ( !xpci_snapshot_device(&look->hypervisor, sbdf) ||
             (xpci_snapshot_device(&look->dom0.snapshot, sbdf) &&
              !may_report(daemon)) )
            journal_done(&daemon->journal, sbdf);
    }
}

static void cycle_looked(void *data, const struct agree_look *before,
                         const struct agree_look *now)
{
    struct daemon *daemon = data;

    fault_point("looked");
    daemon->counts.looks++;
    conditions_clear(&daemon->conditions, CONDITION_LOOK);
    if ( before && moves_find(&daemon->moves, &before->dom0.snapshot,
                              &now->dom0.snapshot, time(NULL)) )
        log_error("no memory to see which devices moved");
    daemon->looked_at = time(NULL);
    record_look(&daemon->record, &now->dom0.snapshot, &now->hypervisor);
    confirm_removals(daemon, now);
    retry_keep(&daemon->retry, &now->plan);
}

/* Its own pause is over, and nothing that it hangs on waits. */
static bool is_due(const struct daemon *daemon, const struct plan_step *step,
                   const bool *due, size_t index)
{
    const struct retry_item *item = retry_find(&daemon->retry, step->sbdf);
    unsigned int i;

    if ( item && item->next > daemon->now )
        return false;
    for ( i = 0; i < ARRAY_SIZE(step->after); i++ )
    {
        if ( step->after[i] < index && !due[step->after[i]] )
            return false;
    }

    return true;
}

/* How many steps would be tried now. */
static size_t due_steps(const struct daemon *daemon)
{
    const struct plan *plan = &daemon->agree.look.plan;
    size_t i, count = 0;
    bool *due;

    if ( !plan->step_count )
        return 0;
    due = calloc(plan->step_count, sizeof(*due));
    if ( !due )
        return plan->step_count;
    for ( i = 0; i < plan->step_count; i++ )
    {
        due[i] = is_due(daemon, &plan->steps[i], due, i);
        count += due[i];
    }
    free(due);

    return count;
}

/*
 * Where the disk fails, a removal is still right, and the comparison after a
 * restart finds it again: it is made, and the disk reported.
 */
static void pend(struct daemon *daemon, const uint32_t *removals, size_t count)
{
    struct xpci_message message;

    if ( journal_pend(&daemon->journal, removals, count, &message) )
        log_warning("removals are carried out though the journal cannot be "
                    "written: %s",
                    message.text);
}

/* All removals of a plan with one write to disk. */
static void journal_plan(struct daemon *daemon)
{
    const struct plan *plan = &daemon->agree.look.plan;
    uint32_t *removals = calloc(plan->step_count, sizeof(*removals));
    size_t i, count = 0;

    if ( !removals )
        return; /* each is journalled when its turn comes */
    for ( i = 0; i < plan->step_count; i++ )
    {
        if ( plan->steps[i].action == PLAN_REMOVE )
            removals[count++] = plan->steps[i].sbdf;
    }
    pend(daemon, removals, count);
    free(removals);
}

static bool cycle_start(void *data)
{
    struct daemon *daemon = data;

    if ( !due_steps(daemon) )
        return false;
    daemon->counts.plans++;
    store_report_state(&daemon->report, status_state_name(STATUS_REPAIRING),
                       "repairing: a plan is being carried out", daemon->now);
    journal_plan(daemon);
    fault_point("plan");

    return true;
}

static int cycle_allow(void *data, const struct plan_step *step)
{
    struct daemon *daemon = data;
    const struct retry_item *failed = retry_find(&daemon->retry, step->sbdf);

    if ( daemon->options.should_stop &&
         daemon->options.should_stop(daemon->options.data) )
        return CYCLE_STOPPING;
    if ( failed && failed->next > daemon->now &&
         (failed->action == PLAN_REMOVE) == (step->action == PLAN_REMOVE) )
        return failed->rc;

    return 0;
}

static void cycle_making(void *data, const struct plan_step *step)
{
    struct daemon *daemon = data;

    if ( step->action != PLAN_REMOVE )
    {
        fault_point("add-before");
        return;
    }
    fault_point("remove-journal");
    if ( !journal_has(&daemon->journal, step->sbdf) )
        pend(daemon, &step->sbdf, 1);
    fault_point("remove-before");
}

static void cycle_made(void *data, const struct plan_step *step, int rc)
{
    struct daemon *daemon = data;

    daemon->attempted = true;
    if ( step->action == PLAN_REMOVE )
    {
        fault_point("remove-after");
        daemon->counts.removes++;
        record_remove(&daemon->record, step->sbdf, rc);
        /* Not known any more: what was wanted is so. */
        if ( rc == -ENODEV )
            rc = 0;
    }
    else
    {
        fault_point("add-after");
        daemon->counts.adds++;
        record_add(&daemon->record, step->sbdf, &step->report, rc);
    }
    daemon->counts.failures += !!rc;
    if ( rc )
    {
        if ( retry_failed(&daemon->retry, step->sbdf, step->action, rc,
                          daemon->now) )
            log_error("no memory to note that a step failed");
        return;
    }
    retry_forget(&daemon->retry, step->sbdf);
    /*
     * An add ends a removal that was pending here as well: what sat here was
     * replaced, or is brought up to date.
     */
    if ( step->action == PLAN_REMOVE )
        fault_point("remove-clear");
    journal_done(&daemon->journal, step->sbdf);
    if ( step->action == PLAN_REMOVE )
        fault_point("remove-cleared");
}

/* One line for a hypercall, none for a step that waits. */
static enum log_level level_of(const struct daemon *daemon,
                               const struct plan_step *step,
                               const struct agree_result *result)
{
    if ( !daemon->attempted )
        return LOG_LEVEL_DEBUG;
    if ( result->outcome != AGREE_DONE )
        return LOG_LEVEL_WARNING;

    return daemon->agree.everything && step->action == PLAN_REPORT
               ? LOG_LEVEL_DEBUG
               : LOG_LEVEL_NOTICE;
}

static void cycle_told(void *data, const struct plan_step *step,
                       const struct agree_result *result)
{
    struct daemon *daemon = data;
    enum log_level level = level_of(daemon, step, result);
    char *text = NULL;
    size_t size;
    FILE *out;

    daemon->attempted = false;
    out = open_memstream(&text, &size);
    if ( !out )
        return;
    report_outcome(out, step, result);
    if ( !fclose(out) )
    {
        text[strcspn(text, "\n")] = '\0';
        log_say(level, "%s", text);
    }
    free(text);
}

static void cycle_warn(void *data, const char *text)
{
    (void)data;
    log_warning("%s", text);
}

const struct agree_front cycle_front = {
    .looked = cycle_looked,
    .start = cycle_start,
    .allow = cycle_allow,
    .making = cycle_making,
    .made = cycle_made,
    .told = cycle_told,
    .warn = cycle_warn,
};

/* Look again after a pause that doubles from failure to failure. */
static void look_failed(struct daemon *daemon)
{
    daemon->look_failures++;
    daemon->go_on_at =
        daemon->now + retry_pause(daemon->retry.first, daemon->retry.most,
                                  daemon->look_failures);
}

static void calls_refused(struct daemon *daemon, int rc)
{
    char error[96];

    conditions_set(&daemon->conditions, CONDITION_CALLS,
                   report_error(rc, error, sizeof(error)),
                   "the hypervisor takes no calls about PCI devices from "
                   "here; the daemon has to run as root in the hardware "
                   "domain");
    look_failed(daemon);
}

void cycle_run(struct daemon *daemon, bool everything, uint64_t now)
{
    struct agree *agree = &daemon->agree;
    struct xpci_message message;
    int rc;

    daemon->now = now;
    daemon->go_on_at = RETRY_NEVER;
    agree->repair = cycle_repair(daemon);
    everything =
        everything && may_report(daemon) && agree->repair == PLAN_REPAIR_ALL;
    agree->everything = everything;
    agree->returned = may_report(daemon) ? &daemon->journal.pending : NULL;
    rc = agree_run(agree, &message);
    if ( rc == -EPERM || rc == -ENOSYS )
    {
        calls_refused(daemon, rc);
        return;
    }
    if ( rc )
    {
        daemon->counts.looks++;
        conditions_set(&daemon->conditions, CONDITION_LOOK, message.text,
                       "it is tried again by itself");
        look_failed(daemon);
        return;
    }
    conditions_clear(&daemon->conditions, CONDITION_CALLS);
    daemon->look_failures = 0;
    if ( everything )
        log_info("every device of dom0 was reported once more");
    if ( due_steps(daemon) )
        daemon->go_on_at = now + DAEMON_GO_ON;
}
