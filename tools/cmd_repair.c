/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci repair: the plan, carried out. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agree/apply.h"
#include "agree/report.h"
#include "agent.h"
#include "text.h"

/* What a step returns that somebody did not want. */
#define DECLINED (-ECANCELED)

/*
 * A backend in front of the backend: the steps of a plan pass here, and each
 * one is asked about first.
 */
struct asking {
    struct backend backend;
    struct backend *inner;
    bool yes; /* to all */
    bool no;  /* to all */
    const struct plan *plan;
    bool as_json;
    struct json_writer json;
};

static struct asking *asking_of(struct backend *backend)
{
    return (struct asking *)backend;
}

static const struct plan_step *step_at(const struct plan *plan, uint32_t sbdf,
                                       bool remove)
{
    size_t i;

    for ( i = 0; i < plan->step_count; i++ )
        if ( plan->steps[i].sbdf == sbdf &&
             (plan->steps[i].action == PLAN_REMOVE) == remove )
            return &plan->steps[i];
    return NULL;
}

/* The end of the input is a no to all. */
static bool ask(struct asking *asking, uint32_t sbdf, bool remove)
{
    const struct plan_step *step = step_at(asking->plan, sbdf, remove);
    char place[XPCI_SBDF_LENGTH], line[64];

    while ( !asking->yes && !asking->no )
    {
        printf("%s %s: %s\nDo it? [y]es, [n]o, [a]ll, [q]uit: ",
               step ? plan_action_name(step->action) : "change",
               xpci_sbdf_format(place, sbdf), step ? step->why : "");
        fflush(stdout);
        if ( !fgets(line, sizeof(line), stdin) )
        {
            putchar('\n');
            asking->no = true;
            break;
        }
        if ( strchr("yY", *line) && *line )
            return true;
        if ( strchr("nN", *line) && *line )
            return false;
        asking->yes = *line == 'a' || *line == 'A';
        asking->no = *line == 'q' || *line == 'Q';
    }
    return asking->yes;
}

static int asking_add(struct backend *backend, uint32_t sbdf,
                      const struct xpci_report *report)
{
    struct asking *asking = asking_of(backend);

    return ask(asking, sbdf, false)
               ? asking->inner->ops->add(asking->inner, sbdf, report)
               : DECLINED;
}

static int asking_remove(struct backend *backend, uint32_t sbdf)
{
    struct asking *asking = asking_of(backend);

    return ask(asking, sbdf, true)
               ? asking->inner->ops->remove(asking->inner, sbdf)
               : DECLINED;
}

/* The plan makes these two calls and no others. */
static const struct backend_ops asking_ops = {
    .name = "asking",
    .add = asking_add,
    .remove = asking_remove,
};

static const char *outcome_name(const struct apply_result *result)
{
    if ( result->outcome == APPLY_FAILED && result->rc == DECLINED )
        return "declined";
    switch ( result->outcome )
    {
    case APPLY_DONE:
        return "done";
    case APPLY_FAILED:
        return "failed";
    case APPLY_SKIPPED:
        return "skipped";
    default:
        return "stopped";
    }
}

static void json_outcome(struct json_writer *json, const struct plan_step *step,
                         const struct apply_result *result)
{
    bool failed = result->outcome == APPLY_FAILED;
    char error[96];

    agent_json_step(json, step);
    json_text(json, "outcome", outcome_name(result));
    json_text(json, "error",
              failed ? report_error(result->rc, error, sizeof(error)) : NULL);
    json_sbdf(json, "because",
              result->outcome == APPLY_SKIPPED ? &result->because : NULL);
    json_close(json);
}

static void tell(void *data, const struct plan_step *step,
                 const struct apply_result *result)
{
    struct asking *asking = data;
    char sbdf[XPCI_SBDF_LENGTH];

    if ( asking->as_json )
        json_outcome(&asking->json, step, result);
    else if ( result->rc == DECLINED )
        printf("%-6s %s  not done, as you said\n",
               plan_action_name(step->action),
               xpci_sbdf_format(sbdf, step->sbdf));
    else
        report_outcome(stdout, step, result);
}

/*
 * Look and carry out until nothing is left to do, or something could not be
 * done, which would only be tried again.
 */
static enum tool_exit carry_out(struct agent *agent, struct asking *asking,
                                enum plan_repair repair)
{
    enum tool_exit result = agent_look(agent, repair);
    unsigned int round;
    size_t undone = 0;
    int rc;

    for ( round = 0; result == TOOL_DONE && agent->look.plan.step_count &&
                     !undone && round < AGREE_ROUNDS;
          round++ )
    {
        asking->plan = &agent->look.plan;
        rc = apply_plan(&agent->look.plan, &asking->backend, tell, asking,
                        &undone);
        if ( rc )
        {
            tool_error("repair: the hypervisor takes no such calls from here: "
                       "%s; it takes root in dom0",
                       strerror(-rc));
            return TOOL_REFUSED;
        }
        result = agent_look(agent, repair);
    }
    if ( result == TOOL_DONE && !plan_is_agreement(&agent->look.plan) )
        result = TOOL_WRONG;
    return result;
}

static enum tool_exit repair_text(struct agent *agent, struct asking *asking,
                                  enum plan_repair repair)
{
    enum tool_exit result = carry_out(agent, asking, repair);

    if ( result != TOOL_DONE && result != TOOL_WRONG )
        return result;
    report_left(stdout, &agent->look.plan);
    report_state(stdout, &agent->look.plan, &agent->look.hypervisor);
    return result;
}

static enum tool_exit repair_json(struct agent *agent, struct asking *asking,
                                  enum plan_repair repair)
{
    struct json_writer *json = &asking->json;
    enum tool_exit result;

    asking->as_json = true;
    json_begin(json, stdout);
    json_open(json, NULL, '{');
    json_open(json, "steps", '[');
    result = carry_out(agent, asking, repair);
    json_close(json);
    agent_json_end(json, &agent->look.plan);
    json_close(json);
    return json_end(json) ? TOOL_REFUSED : result;
}

/* Nobody can be asked, and nobody said yes. */
static bool check_asking(const struct invocation *call)
{
    if ( call->yes )
        return true;
    if ( call->json )
        tool_error("repair: -j asks nothing, so it needs --yes");
    else if ( call->dump && !strcmp(call->dump, "-") )
        tool_error("repair: with -F - there is nobody to ask; --yes does "
                   "without");
    else
        return true;
    return false;
}

static enum tool_exit run(struct invocation *call)
{
    struct asking asking = { .backend = { &asking_ops }, .yes = call->yes };
    enum plan_repair repair;
    enum tool_exit result = TOOL_USAGE;
    struct agent agent;

    agent_init(&agent);
    if ( !check_asking(call) )
        goto out;
    result = agent_open(&agent, call);
    if ( result == TOOL_DONE )
        result = agent_policy(&agent, call, &repair);
    if ( result != TOOL_DONE )
        goto out;
    asking.inner = agent.backend;
    result = call->json ? repair_json(&agent, &asking, repair)
                        : repair_text(&agent, &asking, repair);

out:
    agent_dispose(&agent);
    return result;
}

const struct command command_repair = {
    .name = "repair",
    .options = AGENT_OPTIONS "Ryj",
    .arguments = "",
    .summary = "do that, step by step",
    .about =
        "Carry the plan out: asks before each step, unless --yes.  A step that "
        "fails\n"
        "takes along what hangs on it and nothing else.  With -F, --sysfs or\n"
        "--embedded it is a trial: the hypervisor is one inside of this "
        "process.\n"
        "Exit code 1 unless both agree in the end.",
    .run = run,
};
