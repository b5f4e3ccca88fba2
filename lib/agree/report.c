/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plans, outcomes and the state, in words.
 */
#include "report.h"

/* A step as it stands at the beginning of a line. */
static void print_step(FILE *out, const struct plan_step *step)
{
    char sbdf[XPCI_SBDF_LENGTH];

    fprintf(out, "%-6s %s  %s", plan_action_name(step->action),
            xpci_sbdf_format(sbdf, step->sbdf), step->why);
}

void report_plan(FILE *out, const struct plan *plan)
{
    size_t i;

    for ( i = 0; i < plan->step_count; i++ )
    {
        print_step(out, &plan->steps[i]);
        fputc('\n', out);
    }
}

void report_left(FILE *out, const struct plan *plan)
{
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i;

    for ( i = 0; i < plan->left_count; i++ )
        fprintf(out, "leave  %s  %s\n",
                xpci_sbdf_format(sbdf, plan->left[i].sbdf), plan->left[i].why);
}

const char *report_error(int rc, char *text, size_t size)
{
    const char *name = strerrorname_np(-rc);

    snprintf(text, size, "-%s (%s)", name ? name : "E?", strerror(-rc));

    return text;
}

/* A refusal that is no failure: nobody is to force it. */
static const char *why_refused(const struct plan_step *step, int rc)
{
    if ( rc == -EBUSY && step->action == PLAN_REMOVE )
        return "; the device is a guest's, or it answers and its interrupts "
               "are in use: nothing is forced";
    if ( rc == -EAGAIN )
        return "; what it read changed meanwhile: it is tried again";

    return "";
}

void report_outcome(FILE *out, const struct plan_step *step,
                    const struct agree_result *result)
{
    char because[XPCI_SBDF_LENGTH], error[96];

    print_step(out, step);
    switch ( result->outcome )
    {
    case AGREE_DONE:
        fputs(": done\n", out);
        break;
    case AGREE_FAILED:
        fprintf(out, ": failed: %s%s\n",
                report_error(result->rc, error, sizeof(error)),
                why_refused(step, result->rc));
        break;
    case AGREE_SKIPPED:
        fprintf(out, ": skipped, as the step for %s was not done\n",
                xpci_sbdf_format(because, result->because));
        break;
    case AGREE_HELD:
        fprintf(out, ": not now: %s\n",
                report_error(result->rc, error, sizeof(error)));
        break;
    case AGREE_STALE:
        fputs(": look again: this changed after the plan was made; "
              "the step was not made\n",
              out);
        break;
    case AGREE_PENDING:
    case AGREE_STOPPED:
        fputs(": not tried\n", out);
        break;
    }
}

void report_silent(FILE *out, const struct view *dom0)
{
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i;

    for ( i = 0; i < dom0->silent_count; i++ )
        fprintf(out, "note: unreadable: %s: %s\n",
                xpci_sbdf_format(sbdf, dom0->silent[i].sbdf),
                device_silence_text(dom0->silent[i].why));
}

void report_problems(FILE *out, const struct xpci_snapshot *snapshot)
{
    size_t i;

    for ( i = 0; i < snapshot->problem_count; i++ )
    {
        /* Both sides do not agree about this one: it is among what is left. */
        if ( snapshot->problems[i].kind == XPCI_PROBLEM_MISSING )
            continue;
        fprintf(out, "note: %s: %s\n",
                xpci_problem_name(snapshot->problems[i].kind),
                snapshot->problems[i].text);
    }
}

static void print_agreement(FILE *out, const struct xpci_snapshot *hypervisor)
{
    fprintf(out,
            "in agreement: dom0 and the hypervisor (%s) know the same "
            "%zu device%s",
            xpci_source_name(hypervisor->source), hypervisor->device_count,
            hypervisor->device_count == 1 ? "" : "s");
    if ( hypervisor->source == XPCI_SOURCE_XEN_STOCK )
        fprintf(out, "; what a stock Xen takes them for cannot be seen\n");
    else
        fprintf(out, " and %zu bus%s\n", hypervisor->bus_count,
                hypervisor->bus_count == 1 ? "" : "es");
}

const char *report_shrunken(char *text, const struct plan *plan)
{
    snprintf(text, REPORT_SHRUNKEN_LENGTH,
             "dom0 lists %zu device%s and the hypervisor knows %zu: so many do "
             "not go at once, so dom0's view is taken for broken, and nothing "
             "is changed; --force if they are gone",
             plan->present, plan->present == 1 ? "" : "s", plan->known);

    return text;
}

void report_state(FILE *out, const struct plan *plan,
                  const struct xpci_snapshot *hypervisor)
{
    size_t differences = plan->step_count + plan->left_count;
    char shrunken[REPORT_SHRUNKEN_LENGTH];

    if ( plan->shrunken )
        fprintf(out, "note: %s\n", report_shrunken(shrunken, plan));
    if ( !differences )
        print_agreement(out, hypervisor);
    else
        fprintf(out,
                "needs attention: dom0 and the hypervisor (%s) differ in "
                "%zu place%s\n",
                xpci_source_name(hypervisor->source), differences,
                differences == 1 ? "" : "s");
}
