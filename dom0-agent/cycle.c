/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "agree/report.h"
#include "cycle.h"
#include "fault.h"
#include "log.h"
#include "message.h"

static void warn(void *data, const char *text)
{
    (void)data;
    log_warning("%s", text);
}

static int open_space(struct daemon *daemon, struct xpci_message *message)
{
    struct config_space *fresh;
    int rc;

    /* What is odd about the machine is said once, not at every look. */
    rc = view_open_space(&fresh, daemon->options.source,
                         daemon->space ? NULL : warn, NULL, message);
    if ( rc )
        return rc;
    daemon->guard.backend.ops->set_space(&daemon->guard.backend, fresh);
    config_space_close(daemon->space);
    daemon->space = fresh;

    return 0;
}

int cycle_look(struct daemon *daemon, struct agree_look *look,
               enum plan_repair repair, struct xpci_message *message)
{
    int rc;

    agree_look_init(look);
    fault_point("look");
    daemon->counts.looks++;
    rc = open_space(daemon, message);
    if ( rc )
        return rc;

    return agree_look_take(look, daemon->space, daemon->options.source,
                           &daemon->guard.backend, repair, message);
}

/*
 * The hypervisor does not have it (any more): that is its confirmation.
 * Where nobody is to repair anything, what dom0 has again is no removal.
 */
static void confirm_removals(struct daemon *daemon)
{
    const struct agree_look *look = &daemon->look;
    bool may_report =
        daemon_repair(daemon) != PLAN_REPAIR_NONE &&
        daemon->guard.backend.ops->is_module(&daemon->guard.backend);
    size_t i;

    for ( i = daemon->journal.count; i--; )
    {
        uint32_t sbdf = daemon->journal.pending[i];
        bool back = xpci_snapshot_device(&look->dom0.snapshot, sbdf);

        if ( !xpci_snapshot_device(&look->hypervisor, sbdf) ||
             (back && !may_report) )
            journal_done(&daemon->journal, sbdf);
    }
}

/* A new look replaces the old one, and shows what moved. */
static int take_look(struct daemon *daemon)
{
    struct xpci_message message;
    struct agree_look look;
    int rc = cycle_look(daemon, &look, daemon_repair(daemon), &message);

    if ( rc )
    {
        agree_look_dispose(&look);
        conditions_set(&daemon->conditions, CONDITION_LOOK, message.text,
                       "it is tried again by itself");
        return rc;
    }
    conditions_clear(&daemon->conditions, CONDITION_LOOK);
    if ( daemon->has_look &&
         moves_find(&daemon->moves, &daemon->look.dom0.snapshot,
                    &look.dom0.snapshot, time(NULL)) )
        log_error("no memory to see which devices moved");
    agree_look_dispose(&daemon->look);
    daemon->look = look;
    daemon->has_look = true;
    daemon->looked_at = time(NULL);
    record_look(&daemon->record, &look.dom0.snapshot, &look.hypervisor);
    confirm_removals(daemon);
    retry_keep(&daemon->retry, &look.plan);

    return 0;
}

/* Its own pause is over, and nothing that it hangs on waits. */
static bool is_due(const struct daemon *daemon, const struct plan_step *step,
                   const bool *due, size_t index)
{
    const struct retry_item *item = retry_find(&daemon->retry, step->sbdf);
    unsigned int i;

    if ( item && item->next > daemon->guard.now )
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
    const struct plan *plan = &daemon->look.plan;
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

/* All removals of a plan with one write to disk. */
static void journal_plan(struct daemon *daemon)
{
    const struct plan *plan = &daemon->look.plan;
    uint32_t *removals = calloc(plan->step_count, sizeof(*removals));
    struct xpci_message message;
    size_t i, count = 0;

    if ( !removals )
        return; /* each is journalled when its turn comes */
    for ( i = 0; i < plan->step_count; i++ )
    {
        if ( plan->steps[i].action == PLAN_REMOVE )
            removals[count++] = plan->steps[i].sbdf;
    }
    if ( journal_pend(&daemon->journal, removals, count, &message) )
        log_warning("removals are carried out though the journal cannot be "
                    "written: %s",
                    message.text);
    free(removals);
}

/* apply_told: one line for a hypercall, none for a step that waits. */
static void log_step(void *data, const struct plan_step *step,
                     const struct apply_result *result)
{
    struct daemon *daemon = data;
    enum log_level level = LOG_LEVEL_DEBUG;
    char *text = NULL;
    size_t size;
    FILE *out;

    if ( daemon->guard.attempted )
        level = result->outcome == APPLY_DONE ? LOG_LEVEL_NOTICE
                                              : LOG_LEVEL_WARNING;
    daemon->guard.attempted = false;
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

/* True: something was done, so look again. */
static bool carry_out(struct daemon *daemon)
{
    const struct plan *plan = &daemon->look.plan;
    char error[96];
    int rc;

    daemon->counts.plans++;
    store_report_state(&daemon->report, status_state_name(STATUS_REPAIRING),
                       "repairing: a plan is being carried out",
                       daemon->guard.now);
    journal_plan(daemon);
    fault_point("plan");
    daemon->guard.done = 0;
    daemon->guard.look_again = false;
    daemon->guard.attempted = false;
    rc = apply_plan(plan, &daemon->guard.backend, log_step, daemon, NULL);
    fault_point("planned");
    if ( rc )
        conditions_set(&daemon->conditions, CONDITION_CALLS,
                       report_error(rc, error, sizeof(error)),
                       "the hypervisor takes no calls about PCI devices from "
                       "here; the daemon has to run as root in the hardware "
                       "domain");
    else if ( daemon->guard.done )
        conditions_clear(&daemon->conditions, CONDITION_CALLS);

    return !rc && (daemon->guard.done || daemon->guard.look_again);
}

/*
 * A removal that was seen, and dom0 has a device there again, which the
 * hypervisor has on record: whether that record is the old device's or the
 * new one's, a report makes it the new one's, and ends the removal.
 */
static void end_by_report(struct daemon *daemon)
{
    const struct agree_look *look = &daemon->look;
    size_t i;

    for ( i = daemon->journal.count; i--; )
    {
        uint32_t sbdf = daemon->journal.pending[i];
        const struct xpci_device_info *device =
            xpci_snapshot_device(&look->dom0.snapshot, sbdf);
        struct xpci_report report;

        if ( !device || !xpci_snapshot_device(&look->hypervisor, sbdf) )
            continue;
        report = (struct xpci_report){
            .is_virtfn = device->flags & XPCI_VIRTFN,
            .is_extfn = device->flags & XPCI_EXTFN,
            .physfn_bus = XPCI_BUS(device->physfn),
            .physfn_devfn = XPCI_DEVFN(device->physfn),
            .node = device->node,
        };
        if ( !report.is_virtfn )
            report.physfn_bus = report.physfn_devfn = 0;
        /* Where it fails it is pending still, and tried at the next cycle. */
        (void)!daemon->guard.backend.ops->add(&daemon->guard.backend, sbdf,
                                              &report);
    }
}

static int report_one(void *data, uint32_t sbdf,
                      const struct xpci_report *report)
{
    struct daemon *daemon = data;
    int rc =
        daemon->guard.backend.ops->add(&daemon->guard.backend, sbdf, report);

    return rc == GUARD_STOPPING ? rc : 0;
}

static void report_everything(struct daemon *daemon)
{
    if ( daemon_repair(daemon) != PLAN_REPAIR_ALL ||
         !daemon->guard.backend.ops->is_module(&daemon->guard.backend) )
        return;
    if ( !daemon->space->ops->list(daemon->space, report_one, daemon) )
        log_info("every device of dom0 was reported once more");
}

static void look_failed(struct daemon *daemon, uint64_t now)
{
    daemon->look_failures++;
    daemon->go_on_at =
        now + retry_pause(daemon->retry.first, daemon->retry.most,
                          daemon->look_failures);
}

void cycle_run(struct daemon *daemon, bool everything, uint64_t now)
{
    unsigned int round;
    bool again = true;

    daemon->guard.now = now;
    daemon->go_on_at = RETRY_NEVER;
    for ( round = 0; again; round++ )
    {
        if ( take_look(daemon) )
        {
            look_failed(daemon, now);
            return;
        }
        again = false;
        if ( round == AGREE_ROUNDS )
        {
            if ( due_steps(daemon) )
                daemon->go_on_at = now + DAEMON_GO_ON;
            break;
        }
        if ( !round && everything )
        {
            report_everything(daemon);
            again = true;
        }
        else if ( due_steps(daemon) )
            again = carry_out(daemon);
    }
    if ( !daemon->look.plan.step_count )
        conditions_clear(&daemon->conditions, CONDITION_CALLS);
    if ( daemon->conditions.text[CONDITION_CALLS] )
        look_failed(daemon, now);
    else
        daemon->look_failures = 0;
    end_by_report(daemon);
}
