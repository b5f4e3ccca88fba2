/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How things stand: problems, state and text, and what is wrong with the
 * daemon's surroundings.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "agree/report.h"
#include "array.h"
#include "log.h"
#include "ownership.h"
#include "status.h"

/* A step that failed so often needs somebody. */
#define TRIES_TO_ATTENTION 3U

static const char *const state_names[] = {
    [STATUS_AGREEMENT] = "in agreement",
    [STATUS_REPAIRING] = "repairing",
    [STATUS_ATTENTION] = "needs attention",
};

const char *status_state_name(enum status_state state)
{
    return state_names[state];
}

static const char *const owner_names[] = {
    [STATUS_OWNER_DOM0] = "dom0",
    [STATUS_OWNER_GUEST] = "guest",
    [STATUS_OWNER_QUARANTINE] = "quarantine",
    [STATUS_OWNER_XEN] = "xen",
    [STATUS_OWNER_UNKNOWN] = "unknown",
};

const char *status_owner_name(enum status_owner owner)
{
    return owner_names[owner];
}

static void count_owners(struct status_owners *owners,
                         const struct xpci_snapshot *snapshot)
{
    size_t i;

    for ( i = 0; i < snapshot->device_count; i++ )
    {
        uint16_t owner = snapshot->devices[i].owner;

        owners->count[owner == XPCI_OWNER_DOM0         ? STATUS_OWNER_DOM0
                      : owner == XPCI_OWNER_QUARANTINE ? STATUS_OWNER_QUARANTINE
                      : owner == XPCI_OWNER_XEN        ? STATUS_OWNER_XEN
                      : ownership_is_guest(owner)      ? STATUS_OWNER_GUEST
                                                  : STATUS_OWNER_UNKNOWN]++;
    }
}

void status_init(struct status *status)
{
    *status = (struct status){ .state = STATUS_AGREEMENT };
}

void status_dispose(struct status *status)
{
    size_t i;

    for ( i = 0; i < status->problem_count; i++ )
        free(status->problems[i]);
    free(status->problems);
    status_init(status);
}

int status_add(struct status *status, const char *format, ...)
{
    va_list arguments;
    char *text;
    int length;

    va_start(arguments, format);
    length = vasprintf(&text, format, arguments);
    va_end(arguments);

    if ( length < 0 )
        return -ENOMEM;
    if ( ARRAY_APPEND(status->problems, status->problem_count, text) )
        return 0;
    free(text);

    return -ENOMEM;
}

static void worsen(struct status *status, enum status_state state)
{
    if ( status->state < state )
        status->state = state;
}

static int add_left(struct status *status, const struct plan *plan)
{
    char sbdf[XPCI_SBDF_LENGTH], shrunken[REPORT_SHRUNKEN_LENGTH];
    size_t i;
    int rc = 0;

    if ( plan->shrunken )
        rc = status_add(status, "%s (xen-pcid --once --force)",
                        report_shrunken(shrunken, plan));
    for ( i = 0; !rc && i < plan->left_count; i++ )
        rc = status_add(status, "%s: %s",
                        xpci_sbdf_format(sbdf, plan->left[i].sbdf),
                        plan->left[i].why);
    if ( plan->left_count )
        worsen(status, STATUS_ATTENTION);

    return rc;
}

static int add_failed(struct status *status, const struct retry *retry)
{
    char sbdf[XPCI_SBDF_LENGTH], error[96];
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < retry->count; i++ )
    {
        const struct retry_item *item = &retry->items[i];

        xpci_sbdf_format(sbdf, item->sbdf);
        report_error(item->rc, error, sizeof(error));
        if ( retry_is_refused(item) )
        {
            rc = status_add(status,
                            "%s: its removal is refused with %s: it is a "
                            "guest's, or it answers and its interrupts are in "
                            "use; nothing is forced: shut the guest down, or "
                            "let dom0 find it again with \"echo 1 "
                            ">/sys/bus/pci/rescan\"",
                            sbdf, error);
            worsen(status, STATUS_ATTENTION);
            continue;
        }
        rc = status_add(status,
                        "%s: %s failed %u time%s, last with %s; it is tried "
                        "again by itself until it succeeds or the device is "
                        "gone: see the hypervisor's log (xl dmesg) for why",
                        sbdf, plan_action_name(item->action), item->tries,
                        item->tries == 1 ? "" : "s", error);
        worsen(status, item->tries < TRIES_TO_ATTENTION ? STATUS_REPAIRING
                                                        : STATUS_ATTENTION);
    }

    return rc;
}

/* Those that no step is about: a failed one has been told of already. */
static int add_pending(struct status *status)
{
    const struct journal *journal = status->journal;
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < journal->pending.count; i++ )
    {
        if ( retry_find(status->retry, journal->pending.sbdf[i]) )
            continue;
        rc = status_add(status,
                        "%s: its removal was seen and the hypervisor has not "
                        "confirmed it yet",
                        xpci_sbdf_format(sbdf, journal->pending.sbdf[i]));
        worsen(status, STATUS_REPAIRING);
    }

    return rc;
}

/* Odd on both sides alike: worth a word, but there is agreement about it. */
static int add_machine(struct status *status,
                       const struct xpci_snapshot *snapshot)
{
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < snapshot->problem_count; i++ )
        rc = status_add(status, "%s", snapshot->problems[i].text);

    return rc;
}

/* A device that is asleep is no difference: it is said, and counted. */
static int add_silent(struct status *status, const struct view *dom0)
{
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < dom0->silent_count; i++ )
    {
        enum device_silence why = dom0->silent[i].why;

        status->silent[why]++;
        /* Where the hypervisor does not know it either, the plan says so. */
        if ( !xpci_snapshot_device(&status->look->hypervisor,
                                   dom0->silent[i].sbdf) )
            continue;
        rc = status_add(status,
                        "%s: unreadable: %s; nothing is done about it until "
                        "it reads again or is gone",
                        xpci_sbdf_format(sbdf, dom0->silent[i].sbdf),
                        device_silence_text(why));
    }

    return rc;
}

static void say_text(struct status *status)
{
    const struct agree_look *look = status->look;
    size_t differences =
        look ? look->plan.step_count + look->plan.left_count : 0;

    if ( !look )
        snprintf(status->text, sizeof(status->text),
                 "needs attention: dom0 and the hypervisor were not compared");
    else if ( status->state == STATUS_AGREEMENT )
        snprintf(status->text, sizeof(status->text),
                 "in agreement: dom0 and the hypervisor (%s) know the same %zu "
                 "device%s and %zu bus%s",
                 status->hypervisor, look->hypervisor.device_count,
                 look->hypervisor.device_count == 1 ? "" : "s",
                 look->hypervisor.bus_count,
                 look->hypervisor.bus_count == 1 ? "" : "es");
    else
        snprintf(status->text, sizeof(status->text),
                 "%s: %zu difference%s between dom0 and the hypervisor (%s), "
                 "%zu removal%s pending, %zu problem%s",
                 status_state_name(status->state), differences,
                 differences == 1 ? "" : "s", status->hypervisor,
                 status->journal->pending.count,
                 status->journal->pending.count == 1 ? "" : "s",
                 status->problem_count, status->problem_count == 1 ? "" : "s");
}

int status_conclude(struct status *status)
{
    int rc;

    /* What was added before: conditions of the daemon itself. */
    if ( status->problem_count )
        worsen(status, STATUS_ATTENTION);
    if ( status->look )
    {
        count_owners(&status->owners, &status->look->hypervisor);
        if ( status->look->plan.step_count )
            worsen(status, STATUS_REPAIRING);
        rc = add_left(status, &status->look->plan);
        if ( rc )
            return rc;
    }
    rc = add_failed(status, status->retry);
    if ( !rc )
        rc = add_pending(status);
    if ( !rc && status->look )
        rc = add_silent(status, &status->look->dom0);
    if ( !rc && status->look )
        rc = add_machine(status, &status->look->hypervisor);
    if ( !status->look )
        worsen(status, STATUS_ATTENTION);
    say_text(status);

    return rc;
}

/* What is said when one of them ends. */
static const char *const ended[] = {
    [CONDITION_CONFIG] = "the configuration is in order again",
    [CONDITION_EVENTS] = "the kernel's events can be read again",
    [CONDITION_LOOK] = "dom0 and the hypervisor can be compared again",
    [CONDITION_CALLS] = "the hypervisor takes calls again",
    [CONDITION_JOURNAL] = "the journal can be written again",
    [CONDITION_DAMAGE] = "the journal is in order",
    [CONDITION_RECORD] = "the record is written again",
    [CONDITION_METRICS] = "the metrics can be written again",
    [CONDITION_XENSTORE] = "the report stands in xenstore again",
};

void conditions_init(struct conditions *conditions)
{
    *conditions = (struct conditions){ { NULL } };
}

void conditions_dispose(struct conditions *conditions)
{
    unsigned int i;

    for ( i = 0; i < CONDITIONS; i++ )
        free(conditions->text[i]);
    conditions_init(conditions);
}

void conditions_set(struct conditions *conditions, enum condition which,
                    const char *text, const char *todo)
{
    char *whole;

    if ( asprintf(&whole, "%s: %s", text, todo) < 0 )
    {
        log_error("%s", text);
        return;
    }
    if ( conditions->text[which] && !strcmp(conditions->text[which], whole) )
    {
        free(whole);
        return;
    }
    log_warning("%s", whole);
    free(conditions->text[which]);
    conditions->text[which] = whole;
}

void conditions_clear(struct conditions *conditions, enum condition which)
{
    if ( !conditions->text[which] )
        return;
    log_notice("%s", ended[which]);
    free(conditions->text[which]);
    conditions->text[which] = NULL;
}

int conditions_report(const struct conditions *conditions,
                      struct status *status)
{
    unsigned int i;
    int rc = 0;

    for ( i = 0; !rc && i < CONDITIONS; i++ )
    {
        if ( conditions->text[i] && i != CONDITION_XENSTORE )
            rc = status_add(status, "%s", conditions->text[i]);
    }

    return rc;
}
