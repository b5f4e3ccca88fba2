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

enum plan_repair cycle_repair(const struct cycle *cycle)
{
    const struct conf *conf = cycle->options.conf;

    return conf->repair_given ? conf->repair
                              : agree_default_repair(cycle->options.backend);
}

/* A report ends a removal that was seen of a device that is there again. */
static bool may_report(const struct cycle *cycle)
{
    const struct backend *backend = cycle->options.backend;

    return cycle_repair(cycle) != PLAN_REPAIR_NONE &&
           backend->ops->is_module(backend);
}

/*
 * The hypervisor does not have it (any more): that is its confirmation.
 * Where nobody is to repair anything, what dom0 has again is no removal.
 */
static void confirm_removals(struct cycle *cycle, const struct agree_look *look)
{
    size_t i;

    for ( i = cycle->journal.pending.count; i--; )
    {
        uint32_t sbdf = cycle->journal.pending.sbdf[i];

        if ( !xpci_snapshot_device(&look->hypervisor, sbdf) ||
             (xpci_snapshot_device(&look->dom0.snapshot, sbdf) &&
              !may_report(cycle)) )
            journal_done(&cycle->journal, sbdf);
    }
}

static void cycle_looked(void *data, const struct agree_look *before,
                         const struct agree_look *now)
{
    struct cycle *cycle = data;

    fault_point("looked");
    cycle->counts.looks++;
    conditions_clear(&cycle->conditions, CONDITION_LOOK);
    if ( before && moves_find(&cycle->moves, &before->dom0.snapshot,
                              &now->dom0.snapshot, time(NULL)) )
        log_error("no memory to see which devices moved");
    cycle->looked_at = time(NULL);
    record_look(&cycle->record, &now->dom0.snapshot, &now->hypervisor);
    confirm_removals(cycle, now);
    retry_keep(&cycle->retry, &now->plan);
}

/* Its own pause is over, and nothing that it hangs on waits. */
static bool is_due(const struct cycle *cycle, const struct plan_step *step,
                   const bool *due, size_t index)
{
    const struct retry_item *item = retry_find(&cycle->retry, step->sbdf);
    unsigned int i;

    if ( item && item->next > cycle->now )
        return false;
    for ( i = 0; i < ARRAY_SIZE(step->after); i++ )
    {
        if ( step->after[i] < index && !due[step->after[i]] )
            return false;
    }

    return true;
}

/* How many steps would be tried now. */
static size_t due_steps(const struct cycle *cycle)
{
    const struct plan *plan = &cycle->agree.look.plan;
    size_t i, count = 0;
    bool *due;

    if ( !plan->step_count )
        return 0;
    due = calloc(plan->step_count, sizeof(*due));
    if ( !due )
        return plan->step_count;
    for ( i = 0; i < plan->step_count; i++ )
    {
        due[i] = is_due(cycle, &plan->steps[i], due, i);
        count += due[i];
    }
    free(due);

    return count;
}

/*
 * Where the disk fails, a removal is still right, and the comparison after a
 * restart finds it again: it is made, and the disk reported.
 */
static void pend(struct cycle *cycle, const uint32_t *removals, size_t count)
{
    struct xpci_message message;

    if ( journal_pend(&cycle->journal, removals, count, &message) )
        log_warning("removals are carried out though the journal cannot be "
                    "written: %s",
                    message.text);
}

/* All removals of a plan with one write to disk. */
static void journal_plan(struct cycle *cycle)
{
    const struct plan *plan = &cycle->agree.look.plan;
    uint32_t *removals = calloc(plan->step_count, sizeof(*removals));
    size_t i, count = 0;

    if ( !removals )
        return; /* each is journalled when its turn comes */
    for ( i = 0; i < plan->step_count; i++ )
    {
        if ( plan->steps[i].action == PLAN_REMOVE )
            removals[count++] = plan->steps[i].sbdf;
    }
    pend(cycle, removals, count);
    free(removals);
}

static bool cycle_start(void *data)
{
    struct cycle *cycle = data;

    if ( !due_steps(cycle) )
        return false;
    cycle->counts.plans++;
    telling_state(&cycle->telling, status_state_name(STATUS_REPAIRING),
                  "repairing: a plan is being carried out", cycle->now);
    journal_plan(cycle);
    fault_point("plan");

    return true;
}

static int cycle_allow(void *data, const struct plan_step *step)
{
    struct cycle *cycle = data;
    const struct retry_item *failed = retry_find(&cycle->retry, step->sbdf);

    if ( cycle->options.should_stop &&
         cycle->options.should_stop(cycle->options.data) )
        return CYCLE_STOPPING;
    if ( failed && failed->next > cycle->now &&
         (failed->action == PLAN_REMOVE) == (step->action == PLAN_REMOVE) )
        return failed->rc;

    return 0;
}

static void cycle_making(void *data, const struct plan_step *step)
{
    struct cycle *cycle = data;

    if ( step->action != PLAN_REMOVE )
    {
        fault_point("add-before");
        return;
    }
    fault_point("remove-journal");
    if ( !journal_has(&cycle->journal, step->sbdf) )
        pend(cycle, &step->sbdf, 1);
    fault_point("remove-before");
}

static void cycle_made(void *data, const struct plan_step *step, int rc)
{
    struct cycle *cycle = data;

    cycle->attempted = true;
    if ( step->action == PLAN_REMOVE )
    {
        fault_point("remove-after");
        cycle->counts.removes++;
        record_remove(&cycle->record, step->sbdf, rc);
        /* Not known any more: what was wanted is so. */
        if ( rc == -ENODEV )
            rc = 0;
    }
    else
    {
        fault_point("add-after");
        cycle->counts.adds++;
        record_add(&cycle->record, step->sbdf, &step->report, rc);
    }
    cycle->counts.failures += !!rc;
    if ( rc )
    {
        if ( retry_failed(&cycle->retry, step->sbdf, step->action, rc,
                          cycle->now) )
            log_error("no memory to note that a step failed");
        return;
    }
    retry_forget(&cycle->retry, step->sbdf);
    /*
     * An add ends a removal that was pending here as well: what sat here was
     * replaced, or is brought up to date.
     */
    if ( step->action == PLAN_REMOVE )
        fault_point("remove-clear");
    journal_done(&cycle->journal, step->sbdf);
    if ( step->action == PLAN_REMOVE )
        fault_point("remove-cleared");
}

/* One line for a hypercall, none for a step that waits. */
static enum log_level level_of(const struct cycle *cycle,
                               const struct plan_step *step,
                               const struct agree_result *result)
{
    if ( !cycle->attempted )
        return LOG_LEVEL_DEBUG;
    if ( result->outcome != AGREE_DONE )
        return LOG_LEVEL_WARNING;

    return cycle->agree.everything && step->action == PLAN_REPORT
               ? LOG_LEVEL_DEBUG
               : LOG_LEVEL_NOTICE;
}

static void cycle_told(void *data, const struct plan_step *step,
                       const struct agree_result *result)
{
    struct cycle *cycle = data;
    enum log_level level = level_of(cycle, step, result);
    char *text = NULL;
    size_t size;
    FILE *out;

    cycle->attempted = false;
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

static const struct agree_front front = {
    .looked = cycle_looked,
    .start = cycle_start,
    .allow = cycle_allow,
    .making = cycle_making,
    .made = cycle_made,
    .told = cycle_told,
    .warn = cycle_warn,
};

void cycle_init(struct cycle *cycle)
{
    *cycle = (struct cycle){ .go_on_at = RETRY_NEVER };
    journal_init(&cycle->journal);
    retry_init(&cycle->retry);
    record_init(&cycle->record);
    telling_init(&cycle->telling);
    conditions_init(&cycle->conditions);
    moves_init(&cycle->moves);
}

void cycle_dispose(struct cycle *cycle)
{
    agree_dispose(&cycle->agree);
    moves_dispose(&cycle->moves);
    conditions_dispose(&cycle->conditions);
    telling_dispose(&cycle->telling);
    record_dispose(&cycle->record);
    retry_dispose(&cycle->retry);
    journal_dispose(&cycle->journal);
    cycle_init(cycle);
}

void cycle_begin(struct cycle *cycle)
{
    agree_init(&cycle->agree, cycle->options.backend, cycle->options.source,
               &front, cycle);
    cycle->agree.clock = cycle->options.clock;
    /* Signals and the watchdog do not wait: it is tried again. */
    cycle->agree.lock_wait = 0;
}

/* Look again after a pause that doubles from failure to failure. */
static void look_failed(struct cycle *cycle)
{
    cycle->look_failures++;
    cycle->go_on_at =
        cycle->now + retry_pause(cycle->retry.first, cycle->retry.most,
                                 cycle->look_failures);
}

static void calls_refused(struct cycle *cycle, int rc)
{
    char error[96];

    conditions_set(&cycle->conditions, CONDITION_CALLS,
                   report_error(rc, error, sizeof(error)),
                   "the hypervisor takes no calls about PCI devices from "
                   "here; the daemon has to run as root in the hardware "
                   "domain");
    look_failed(cycle);
}

void cycle_run(struct cycle *cycle, bool everything, uint64_t now)
{
    struct agree *agree = &cycle->agree;
    struct xpci_message message;
    int rc;

    cycle->now = now;
    cycle->go_on_at = RETRY_NEVER;
    agree->repair = cycle_repair(cycle);
    agree->ask_owners =
        cycle->options.conf->ask_owners ? OWNERS_NEEDED : OWNERS_NEVER;
    everything =
        everything && may_report(cycle) && agree->repair == PLAN_REPAIR_ALL;
    agree->everything = everything;
    agree->returned = may_report(cycle) ? &cycle->journal.pending : NULL;
    rc = agree_run(agree, &message);
    if ( rc == -EPERM || rc == -ENOSYS )
    {
        calls_refused(cycle, rc);
        return;
    }
    if ( rc )
    {
        cycle->counts.looks++;
        conditions_set(&cycle->conditions, CONDITION_LOOK, message.text,
                       "it is tried again by itself");
        look_failed(cycle);
        return;
    }
    conditions_clear(&cycle->conditions, CONDITION_CALLS);
    cycle->look_failures = 0;
    if ( everything )
        log_info("every device of dom0 was reported once more");
    if ( due_steps(cycle) )
        cycle->go_on_at = now + CYCLE_GO_ON;
}
