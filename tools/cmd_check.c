/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci check: what is wrong, and what to do about it. */
#include <stdio.h>

#include "source.h"

/* An xpci_problem_told. */
static void print_problem(void *data,
                          const struct xpci_snapshot_problem *problem,
                          uint8_t last, const char *text)
{
    char sbdf[XPCI_SBDF_LENGTH];

    (void)data;
    printf("%s%s%s", colour(COLOUR_BAD), xpci_problem_name(problem->kind),
           colour(COLOUR_PLAIN));
    if ( problem->has_sbdf )
        printf(" %s", xpci_sbdf_format(sbdf, problem->sbdf));
    else if ( problem->has_bus && problem->bus == last )
        printf(" bus %04x:%02x", problem->segment, problem->bus);
    else if ( problem->has_bus )
        printf(" buses %04x:%02x-%02x", problem->segment, problem->bus, last);
    printf(": %s\n", text);
}

struct counts {
    size_t bridges;
    size_t segments;
};

static struct counts count(const struct xpci_snapshot *snapshot)
{
    struct counts counts = { 0, 0 };
    size_t i;

    for ( i = 0; i < snapshot->device_count; i++ )
    {
        const struct xpci_device_info *device = &snapshot->devices[i];

        if ( device->flags & XPCI_BRIDGE )
            counts.bridges++;
        if ( !i || XPCI_SEGMENT(device[-1].sbdf) != XPCI_SEGMENT(device->sbdf) )
            counts.segments++;
    }
    return counts;
}

static enum tool_exit print_text(const struct xpci_snapshot *snapshot)
{
    struct counts counts = count(snapshot);

    if ( xpci_snapshot_tell_problems(snapshot, print_problem, NULL) )
    {
        tool_error("check: no memory to say what is wrong");
        return TOOL_REFUSED;
    }
    if ( !snapshot->device_count && !snapshot->problem_count )
    {
        puts("No PCI devices, and no problems.");
        return TOOL_DONE;
    }
    printf("%zu device%s, %zu of them bridges, in %zu segment%s: ",
           snapshot->device_count, PLURAL(snapshot->device_count),
           counts.bridges, counts.segments, PLURAL(counts.segments));
    if ( snapshot->problem_count )
        printf("%zu problem%s.\n", snapshot->problem_count,
               PLURAL(snapshot->problem_count));
    else
        puts("no problems.");
    return snapshot->problem_count ? TOOL_WRONG : TOOL_DONE;
}

static int print_json(const struct xpci_snapshot *snapshot)
{
    struct counts counts = count(snapshot);
    struct json_writer json;
    size_t i;

    json_begin(&json, stdout);
    json_open(&json, NULL, '{');
    json_text(&json, "source", xpci_source_name(snapshot->source));
    json_number(&json, "devices", (int64_t)snapshot->device_count);
    json_number(&json, "bridges", (int64_t)counts.bridges);
    json_number(&json, "segments", (int64_t)counts.segments);
    json_open(&json, "problems", '[');
    for ( i = 0; i < snapshot->problem_count; i++ )
    {
        const struct xpci_snapshot_problem *problem = &snapshot->problems[i];

        json_open(&json, NULL, '{');
        json_text(&json, "kind", xpci_problem_name(problem->kind));
        json_sbdf(&json, "sbdf", problem->has_sbdf ? &problem->sbdf : NULL);
        json_bus(&json, "bus", problem->has_bus, problem->bus);
        json_text(&json, "text", problem->text);
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
    return json_end(&json);
}

static enum tool_exit run(struct invocation *call)
{
    struct xpci_snapshot snapshot;
    enum tool_exit result;

    xpci_snapshot_init(&snapshot);
    result = source_read(&snapshot, call);
    if ( result != TOOL_DONE )
        goto out;
    result = snapshot.problem_count ? TOOL_WRONG : TOOL_DONE;
    if ( !call->json )
        result = print_text(&snapshot);
    else if ( print_json(&snapshot) )
        result = TOOL_REFUSED;

out:
    xpci_snapshot_dispose(&snapshot);
    return result;
}

const struct command command_check = {
    .name = "check",
    .options = SOURCE_OPTIONS "j",
    .arguments = "",
    .summary = "what is wrong, and what to do about it",
    .about =
        "A line for each problem: its kind, where, what it is and what to do.\n"
        "Exit code 1 if there is any.\n"
        "\n"
        "  stale         a bridge is no longer what was reported\n"
        "  cycle         the way up from a bus goes round\n"
        "  conflict      two bridges claim the same buses\n"
        "  unconfigured  a bridge has bus numbers that cannot be\n"
        "  missing       a device is there and is not known\n"
        "  mismatch      a device is known as something else than it is\n"
        "  orphan        a VF without its PF",
    .run = run,
};
