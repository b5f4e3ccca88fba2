/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci check: what is wrong, and what to do about it. */
#include <stdio.h>

#include "ownership.h"
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

static bool has_problem(const struct xpci_snapshot *snapshot, uint32_t sbdf)
{
    size_t i;

    for ( i = 0; i < snapshot->problem_count; i++ )
        if ( snapshot->problems[i].has_sbdf &&
             snapshot->problems[i].sbdf == sbdf )
            return true;
    return false;
}

/* dom0's kernel lists it, and it does not answer. */
static int add_silent(struct xpci_snapshot *snapshot, uint32_t sbdf)
{
    const struct xpci_device_info *known = xpci_snapshot_device(snapshot, sbdf);
    char place[XPCI_SBDF_LENGTH], owner[OWNERSHIP_LENGTH];

    xpci_sbdf_format(place, sbdf);
    if ( known && ownership_is_guest(known->owner) )
        return xpci_snapshot_add_problem(
            snapshot, XPCI_PROBLEM_STALE, &sbdf, -1, -1,
            "its config space reads as nothing, and it is %s's: xl-pci guests; "
            "shut the guest down (xl shutdown %u), then echo 1 "
            ">/sys/bus/pci/devices/%s/remove; echo 1 >/sys/bus/pci/rescan",
            ownership_format(owner, known->owner), known->owner, place);
    return xpci_snapshot_add_problem(
        snapshot, known ? XPCI_PROBLEM_STALE : XPCI_PROBLEM_MISSING, &sbdf, -1,
        -1,
        "dom0 lists it, and its config space reads as nothing; echo 1 "
        ">/sys/bus/pci/devices/%s/remove; echo 1 >/sys/bus/pci/rescan",
        place);
}

/* What does not answer is a problem, whatever is on record of it. */
static enum tool_exit find_silent(struct xpci_snapshot *snapshot,
                                  const struct invocation *call)
{
    enum tool_exit result;
    struct view dom0;
    int rc = 0;
    size_t i;

    view_init(&dom0);
    result = topology_read_dom0(&dom0, call);
    for ( i = 0; !rc && i < dom0.listed.count; i++ )
        if ( !xpci_snapshot_device(&dom0.snapshot, dom0.listed.sbdf[i]) &&
             !has_problem(snapshot, dom0.listed.sbdf[i]) )
            rc = add_silent(snapshot, dom0.listed.sbdf[i]);
    xpci_snapshot_sort(snapshot);
    view_dispose(&dom0);
    if ( rc )
    {
        tool_error("check: no memory to say what is wrong");
        result = TOOL_REFUSED;
    }
    return result;
}

static enum tool_exit run(struct invocation *call)
{
    struct xpci_snapshot snapshot;
    enum tool_exit result;

    xpci_snapshot_init(&snapshot);
    result = source_read(&snapshot, call);
    if ( result == TOOL_DONE && !call->dump )
        result = find_silent(&snapshot, call);
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
        "  stale         a device or a bridge is no longer what was reported\n"
        "  cycle         the way up from a bus goes round\n"
        "  conflict      two bridges claim the same buses\n"
        "  unconfigured  a bridge has bus numbers that cannot be\n"
        "  missing       a device is there and is not known\n"
        "  mismatch      a device is known as something else than it is\n"
        "  orphan        a VF without its PF",
    .run = run,
};
