/* SPDX-License-Identifier: GPL-2.0-only */
#include "control.h"
#include "log.h"

/* "verb" or "verb token": the token comes back with the answer. */
static bool is_verb(const char *request, const char *verb)
{
    size_t length = strlen(verb);

    return !strncmp(request, verb, length) &&
           (!request[length] || request[length] == ' ');
}

static void resync(struct daemon *daemon, uint64_t now)
{
    const struct plan *plan = &daemon->agree.look.plan;

    daemon_resync(daemon, now);
    if ( daemon->conditions.text[CONDITION_LOOK] )
        store_report_answer(&daemon->report, "%s: failed: %s",
                            daemon->report.request,
                            daemon->conditions.text[CONDITION_LOOK]);
    else if ( plan_is_agreement(plan) )
        store_report_answer(&daemon->report, "%s: done: in agreement",
                            daemon->report.request);
    else
        store_report_answer(&daemon->report, "%s: done: %zu differences stay",
                            daemon->report.request,
                            plan->step_count + plan->left_count);
}

static void audit(struct daemon *daemon)
{
    struct xpci_message message;
    int differences = daemon_audit(daemon, &message);

    if ( differences < 0 )
        store_report_answer(&daemon->report, "%s: failed: %s",
                            daemon->report.request, message.text);
    else if ( differences )
        store_report_answer(&daemon->report, "%s: done: %d differences",
                            daemon->report.request, differences);
    else
        store_report_answer(&daemon->report, "%s: done: in agreement",
                            daemon->report.request);
}

void control_work(struct daemon *daemon, control_reload *reload, void *data,
                  uint64_t now)
{
    const char *request = daemon->report.request;
    struct xpci_message message;

    if ( !store_report_take_request(&daemon->report, now) )
        return;
    log_info("request from xenstore: %s", request);
    if ( is_verb(request, "resync") )
        resync(daemon, now);
    else if ( is_verb(request, "audit") )
        audit(daemon);
    else if ( !is_verb(request, "reload") )
        store_report_answer(&daemon->report,
                            "%s: refused: it takes resync, audit and reload",
                            request);
    else if ( reload(data, &message) )
        store_report_answer(&daemon->report, "%s: failed: %s", request,
                            message.text);
    else
        store_report_answer(&daemon->report, "%s: done", request);
    daemon_report(daemon, now);
}
