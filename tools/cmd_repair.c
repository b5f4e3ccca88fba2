/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xl-pci repair: the one cycle with somebody to ask.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agree/report.h"
#include "agent.h"
#include "text.h"

/* What a step returns that somebody did not want. */
#define DECLINED (-ECANCELED)

/* The front end of the cycle: each step is asked about first. */
struct asking {
    struct agree_front front;
    struct agent agent;
    bool no; /* to all */
    bool as_json;
    struct json_writer json;
};

/* The end of the input is a no to all. */
static int ask(void *data, const struct plan_step *step)
{
    struct asking *asking = data;
    char place[XPCI_SBDF_LENGTH], line[64];

    while ( asking->front.asks && !asking->no )
    {
        printf("%s %s: %s\nDo it? [y]es, [n]o, [a]ll, [q]uit: ",
               plan_action_name(step->action),
               xpci_sbdf_format(place, step->sbdf), step->why);
        fflush(stdout);
        if ( !fgets(line, sizeof(line), stdin) )
        {
            putchar('\n');
            asking->no = true;
            break;
        }
        if ( strchr("yY", *line) && *line )
            return 0;
        if ( strchr("nN", *line) && *line )
            return DECLINED;
        asking->front.asks = *line != 'a' && *line != 'A';
        asking->no = *line == 'q' || *line == 'Q';
    }
    return asking->no ? DECLINED : 0;
}

/* A step that failed, or that nobody wanted, would only be tried again. */
static bool start(void *data)
{
    const struct asking *asking = data;

    return !asking->agent.agree.undone;
}

static const char *outcome_name(const struct agree_result *result)
{
    switch ( result->outcome )
    {
    case AGREE_DONE:
        return "done";
    case AGREE_FAILED:
        return "failed";
    case AGREE_SKIPPED:
        return "skipped";
    case AGREE_HELD:
        return "declined";
    case AGREE_STALE:
        return "look-again";
    default:
        return "stopped";
    }
}

static void json_outcome(struct json_writer *json, const struct plan_step *step,
                         const struct agree_result *result)
{
    bool failed = result->outcome == AGREE_FAILED;
    char error[96];

    agent_json_step(json, step);
    json_text(json, "outcome", outcome_name(result));
    json_text(json, "error",
              failed ? report_error(result->rc, error, sizeof(error)) : NULL);
    json_sbdf(json, "because",
              result->outcome == AGREE_SKIPPED ? &result->because : NULL);
    json_close(json);
}

static void tell(void *data, const struct plan_step *step,
                 const struct agree_result *result)
{
    struct asking *asking = data;
    char sbdf[XPCI_SBDF_LENGTH];

    if ( asking->as_json )
        json_outcome(&asking->json, step, result);
    else if ( result->outcome == AGREE_HELD )
        printf("%-6s %s  not done, as you said\n",
               plan_action_name(step->action),
               xpci_sbdf_format(sbdf, step->sbdf));
    else
        report_outcome(stdout, step, result);
}

static enum tool_exit carry_out(struct asking *asking)
{
    struct agree *agree = &asking->agent.agree;
    struct xpci_message message = { .text = "" };
    int rc = agree_run(agree, &message);

    if ( rc )
        return agent_refused(
            &message, rc,
            rc == -EPERM || rc == -ENOSYS ? "; it takes root in dom0" : "");
    return plan_is_agreement(&agree->look.plan) ? TOOL_DONE : TOOL_WRONG;
}

static enum tool_exit repair_text(struct asking *asking)
{
    const struct agree_look *look = &asking->agent.agree.look;
    enum tool_exit result = carry_out(asking);

    if ( result != TOOL_DONE && result != TOOL_WRONG )
        return result;
    report_left(stdout, &look->plan);
    report_state(stdout, &look->plan, &look->hypervisor);
    return result;
}

static enum tool_exit repair_json(struct asking *asking)
{
    struct json_writer *json = &asking->json;
    enum tool_exit result;

    asking->as_json = true;
    json_begin(json, stdout);
    json_open(json, NULL, '{');
    json_open(json, "steps", '[');
    result = carry_out(asking);
    json_close(json);
    agent_json_end(json, &asking->agent.agree.look.plan);
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
    struct asking asking = { .front = { .start = start,
                                        .allow = ask,
                                        .told = tell,
                                        .waits = agent_warn,
                                        .warn = agent_warn,
                                        .asks = !call->yes } };
    enum tool_exit result = TOOL_USAGE;

    agent_init(&asking.agent);
    if ( !check_asking(call) )
        goto out;
    result = agent_open(&asking.agent, call, &asking.front, &asking);
    if ( result == TOOL_DONE )
        result = call->json ? repair_json(&asking) : repair_text(&asking);

out:
    agent_dispose(&asking.agent);
    return result;
}

const struct command command_repair = {
    .name = "repair",
    .options = AGENT_OPTIONS "ROyj",
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
