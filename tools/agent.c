/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0 and the hypervisor, opened by the options that audit, plan and repair
 * share.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent.h"
#include "ownership.h"
#include "text.h"
#include "source.h"

void agent_init(struct agent *agent)
{
    *agent = (struct agent){ .source = { VIEW_LIVE, NULL } };
}

void agent_dispose(struct agent *agent)
{
    backend_close(agent->backend);
    agree_dispose(&agent->agree);
    agent_init(agent);
}

enum tool_exit agent_refused(const struct xpci_message *message, int rc,
                             const char *advice)
{
    tool_error("%s%s", *message->text ? message->text : strerror(-rc), advice);
    return TOOL_REFUSED;
}

void agent_warn(void *data, const char *text)
{
    (void)data;
    tool_warning("%s", text);
}

const struct agree_front agent_looks = { .warn = agent_warn };

static int open_backend(struct agent *agent, const struct invocation *call,
                        struct config_space **space, bool xen,
                        struct xpci_message *message)
{
    struct view_source boot;

    if ( xen )
        return backend_xen_open(&agent->backend, message);
    if ( call->boot )
        boot = view_source_of(call->boot);
    return agree_open_embedded(&agent->backend, space, &agent->source,
                               call->boot ? &boot : NULL, agent_warn, NULL,
                               message);
}

static enum tool_exit choose_policy(struct agent *agent,
                                    const struct invocation *call)
{
    agent->agree.repair = agree_default_repair(agent->backend);
    if ( !call->repair ||
         !plan_repair_parse(call->repair, &agent->agree.repair) )
        return TOOL_DONE;
    tool_error("%s: unknown policy '%s'; --repair takes none, safe or all",
               call->command->name, call->repair);
    return TOOL_USAGE;
}

enum tool_exit agent_open(struct agent *agent, const struct invocation *call,
                          const struct agree_front *front, void *data)
{
    struct xpci_message message = { .text = "" };
    struct config_space *space = NULL;
    char advice[80] = "";
    bool xen;
    int rc;

    agent->source = topology_named_source(call);
    /* Without Xen there is no agreement: the embedded one is for trials. */
    xen = agent->source.kind == VIEW_LIVE && !call->embedded && !call->boot;
    progress_begin("reading %s",
                   agent->source.path ? agent->source.path : "this machine");
    rc = open_backend(agent, call, &space, xen, &message);
    progress_end();
    if ( rc )
    {
        config_space_close(space);
        if ( xen )
            snprintf(advice, sizeof(advice),
                     "; `xl-pci %s --embedded` does without Xen",
                     call->command->name);
        agent_refused(&message, rc, advice);
        return (agent->source.kind == VIEW_LIVE && !call->boot) || rc == -ENOMEM
                   ? TOOL_REFUSED
                   : TOOL_USAGE;
    }
    agree_init(&agent->agree, agent->backend, &agent->source, front, data);
    agent->agree.space = space;
    agent->agree.ask_owners = true;
    agent->agree.force = call->force;
    return choose_policy(agent, call);
}

enum tool_exit agent_look(struct agent *agent)
{
    struct xpci_message message = { .text = "" };
    int rc;

    progress_begin("comparing dom0 and the hypervisor");
    rc = agree_look(&agent->agree, &message);
    progress_end();
    return rc ? agent_refused(&message, rc, "") : TOOL_DONE;
}

/* What the hypervisor has there; null where nobody knows. */
static void json_owner(struct json_writer *json, uint16_t owner)
{
    char text[OWNERSHIP_LENGTH];

    json_text(json, "owner", ownership_format(text, owner));
}

void agent_json_step(struct json_writer *json, const struct plan_step *step)
{
    json_open(json, NULL, '{');
    json_text(json, "action", plan_action_name(step->action));
    json_sbdf(json, "sbdf", &step->sbdf);
    json_text(json, "why", step->why);
    json_owner(json, step->owner);
}

void agent_json_end(struct json_writer *json, const struct plan *plan)
{
    size_t i;

    json_open(json, "left", '[');
    for ( i = 0; i < plan->left_count; i++ )
    {
        json_open(json, NULL, '{');
        json_sbdf(json, "sbdf", &plan->left[i].sbdf);
        json_text(json, "why", plan->left[i].why);
        json_owner(json, plan->left[i].owner);
        json_close(json);
    }
    json_close(json);
    json_boolean(json, "agreement", plan_is_agreement(plan));
}
