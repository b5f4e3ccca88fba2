/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>

#include "agent.h"
#include "text.h"
#include "source.h"

void agent_init(struct agent *agent)
{
    agent->source = (struct view_source){ VIEW_LIVE, NULL };
    agent->space = NULL;
    agent->backend = NULL;
    agree_look_init(&agent->look);
}

void agent_dispose(struct agent *agent)
{
    agree_look_dispose(&agent->look);
    backend_close(agent->backend);
    config_space_close(agent->space);
    agent_init(agent);
}

static enum tool_exit refused(const struct xpci_message *message, int rc,
                              const char *advice)
{
    tool_error("%s%s", *message->text ? message->text : strerror(-rc), advice);
    return TOOL_REFUSED;
}

static int open_embedded(struct agent *agent, const char *boot_from,
                         struct xpci_message *message)
{
    struct config_space *boot = NULL;
    int rc;

    if ( boot_from )
    {
        const struct view_source source = view_source_of(boot_from);

        rc = view_open_space(&boot, &source, topology_warn, NULL, message);
        if ( rc )
            return rc;
    }
    rc = backend_embedded_open(&agent->backend, boot ? boot : agent->space,
                               agent->space, message);
    config_space_close(boot);
    return rc;
}

enum tool_exit agent_open(struct agent *agent, const struct invocation *call)
{
    struct xpci_message message = { .text = "" };
    bool ask_xen;
    int rc;

    agent->source = topology_named_source(call);
    ask_xen = agent->source.kind == VIEW_LIVE && !call->embedded &&
              !call->boot && backend_xen_is_here();
    progress_begin("reading %s",
                   agent->source.path ? agent->source.path : "this machine");
    rc = view_open_space(&agent->space, &agent->source, topology_warn, NULL,
                         &message);
    if ( rc )
        goto out;
    rc = ask_xen ? backend_xen_open(&agent->backend, &message)
                 : open_embedded(agent, call->boot, &message);

out:
    progress_end();
    if ( !rc )
        return TOOL_DONE;
    refused(&message, rc, ask_xen ? "; --embedded does without Xen" : "");
    return (agent->source.kind == VIEW_LIVE && !call->boot) || rc == -ENOMEM
               ? TOOL_REFUSED
               : TOOL_USAGE;
}

enum tool_exit agent_policy(const struct agent *agent,
                            const struct invocation *call,
                            enum plan_repair *repair)
{
    *repair = agent->backend->ops->is_module(agent->backend) ? PLAN_REPAIR_ALL
                                                             : PLAN_REPAIR_NONE;
    if ( !call->repair || !plan_repair_parse(call->repair, repair) )
        return TOOL_DONE;
    tool_error("%s: unknown policy '%s'; --repair takes none, safe or all",
               call->command->name, call->repair);
    return TOOL_USAGE;
}

/* A dump does not change, and standard input can be read only once. */
static int open_again(struct agent *agent, struct xpci_message *message)
{
    struct config_space *fresh;
    int rc;

    if ( agent->source.kind == VIEW_DUMP )
        return 0;
    rc = view_open_space(&fresh, &agent->source, NULL, NULL, message);
    if ( rc )
        return rc;
    if ( agent->backend->ops->set_space )
        agent->backend->ops->set_space(agent->backend, fresh);
    config_space_close(agent->space);
    agent->space = fresh;
    return 0;
}

enum tool_exit agent_look(struct agent *agent, enum plan_repair repair)
{
    struct xpci_message message = { .text = "" };
    int rc;

    agree_look_dispose(&agent->look);
    agree_look_init(&agent->look);
    agent->look.ask_owners = true;
    progress_begin("comparing dom0 and the hypervisor");
    rc = open_again(agent, &message);
    if ( !rc )
        rc = agree_look_take(&agent->look, agent->space, &agent->source,
                             agent->backend, repair, &message);
    progress_end();
    return rc ? refused(&message, rc, "") : TOOL_DONE;
}

void agent_json_step(struct json_writer *json, const struct plan_step *step)
{
    json_open(json, NULL, '{');
    json_text(json, "action", plan_action_name(step->action));
    json_sbdf(json, "sbdf", &step->sbdf);
    json_text(json, "why", step->why);
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
        json_close(json);
    }
    json_close(json);
    json_boolean(json, "agreement", plan_is_agreement(plan));
}
