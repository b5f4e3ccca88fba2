/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xl-pci plan: the steps that the daemon would make now.
 */
#include "agree/report.h"
#include "agent.h"

static int print_json(const struct agent *agent)
{
    const struct plan *plan = &agent->agree.look.plan;
    struct json_writer json;
    size_t i;

    json_begin(&json, stdout);
    json_open(&json, NULL, '{');
    json_text(&json, "hypervisor",
              xpci_source_name(agent->agree.look.hypervisor.source));
    json_open(&json, "steps", '[');
    for ( i = 0; i < plan->step_count; i++ )
    {
        agent_json_step(&json, &plan->steps[i]);
        json_close(&json);
    }
    json_close(&json);
    agent_json_end(&json, plan);
    json_close(&json);
    return json_end(&json);
}

static void print_text(const struct agent *agent)
{
    report_plan(stdout, &agent->agree.look.plan);
    report_left(stdout, &agent->agree.look.plan);
    report_state(stdout, &agent->agree.look.plan,
                 &agent->agree.look.hypervisor);
    if ( agent->agree.look.plan.step_count )
        puts("Nothing was changed; `xl-pci repair` does it.");
}

static enum tool_exit run(struct invocation *call)
{
    enum tool_exit result;
    struct agent agent;

    agent_init(&agent);
    result = agent_open(&agent, call, &agent_looks, NULL);
    if ( result == TOOL_DONE )
        result = agent_look(&agent);
    if ( result != TOOL_DONE )
        goto out;
    result = plan_is_agreement(&agent.agree.look.plan) ? TOOL_DONE : TOOL_WRONG;
    if ( !call->json )
        print_text(&agent);
    else if ( print_json(&agent) )
        result = TOOL_REFUSED;

out:
    agent_dispose(&agent);
    return result;
}

const struct command command_plan = {
    .name = "plan",
    .options = AGENT_OPTIONS "ROj",
    .arguments = "",
    .summary = "what xen-pcid would do about it, step by step",
    .about =
        "The steps that make the hypervisor know what dom0 has, in the order "
        "in which\n"
        "xen-pcid would make them, and what stays different, each with the "
        "reason.\n"
        "Exit code 1 unless both agree.",
    .run = run,
};
