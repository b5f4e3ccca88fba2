/* SPDX-License-Identifier: GPL-2.0-only */
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

void report_outcome(void *data, const struct plan_step *step,
                    const struct apply_result *result)
{
    char because[XPCI_SBDF_LENGTH], error[96];
    FILE *out = data;

    print_step(out, step);
    switch ( result->outcome )
    {
    case APPLY_DONE:
        fputs(": done\n", out);
        break;
    case APPLY_FAILED:
        fprintf(out, ": failed: %s\n",
                report_error(result->rc, error, sizeof(error)));
        break;
    case APPLY_SKIPPED:
        fprintf(out, ": skipped, as the step for %s was not done\n",
                xpci_sbdf_format(because, result->because));
        break;
    case APPLY_PENDING:
    case APPLY_STOPPED:
        fputs(": not tried, as the hypervisor takes no such calls\n", out);
        break;
    }
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

void report_state(FILE *out, const struct plan *plan,
                  const struct xpci_snapshot *hypervisor)
{
    size_t differences = plan->step_count + plan->left_count;

    if ( !differences )
        print_agreement(out, hypervisor);
    else
        fprintf(out,
                "needs attention: dom0 and the hypervisor (%s) differ in "
                "%zu place%s\n",
                xpci_source_name(hypervisor->source), differences,
                differences == 1 ? "" : "s");
}
