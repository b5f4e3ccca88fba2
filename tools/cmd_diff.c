/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci diff: what became of a topology. */
#include <string.h>

#include "agree/difference.h"
#include "source.h"

static enum colour colour_of(enum difference_kind kind)
{
    switch ( kind )
    {
    case DIFFERENCE_CAME:
        return COLOUR_GOOD;
    case DIFFERENCE_WENT:
        return COLOUR_BAD;
    default:
        return COLOUR_ODD;
    }
}

static void print_line(const struct difference *difference,
                       const struct xpci_snapshot *before,
                       const struct xpci_snapshot *after, struct names *names)
{
    const struct xpci_device_info *device =
        difference->after ? difference->after : difference->before;
    char from[XPCI_SBDF_LENGTH], to[XPCI_SBDF_LENGTH], name[NAME_LENGTH];
    char path[XPCI_PATH_LENGTH];
    bool moved = difference->after && difference->before &&
                 difference->before->sbdf != difference->after->sbdf;

    printf("%s%-8s%s ", colour(colour_of(difference->kind)),
           difference_kind_name(difference->kind), colour(COLOUR_PLAIN));
    if ( moved )
        printf("%s -> %s", xpci_sbdf_format(from, difference->before->sbdf),
               xpci_sbdf_format(to, difference->after->sbdf));
    else
        printf("%s", xpci_sbdf_format(to, device->sbdf));
    printf("  %s", xpci_path_format(path, difference->after ? after : before,
                                    device->sbdf));
    if ( names )
        printf("  %s", names_device(names, name, device, false));
    if ( difference->what )
        printf(": %s", difference->what);
    putchar('\n');
}

static void print_text(const struct differences *differences,
                       const struct xpci_snapshot *before,
                       const struct xpci_snapshot *after, struct names *names)
{
    size_t counts[DIFFERENCE_WENT + 1] = { 0 };
    enum difference_kind kind;
    size_t i;

    for ( i = 0; i < differences->count; i++ )
    {
        print_line(&differences->items[i], before, after, names);
        counts[differences->items[i].kind]++;
    }
    if ( !differences->count )
    {
        printf("No difference: %zu device%s.\n", after->device_count,
               PLURAL(after->device_count));
        return;
    }
    for ( kind = 0, i = 0; kind <= DIFFERENCE_WENT; kind++ )
        if ( counts[kind] )
            printf("%s%zu %s", i++ ? ", " : "", counts[kind],
                   difference_kind_name(kind));
    puts(".");
}

static void json_side(struct json_writer *json, const char *key,
                      const struct xpci_device_info *device)
{
    json_sbdf(json, key, device ? &device->sbdf : NULL);
}

static int print_json(const struct differences *differences,
                      const struct xpci_snapshot *before,
                      const struct xpci_snapshot *after, struct names *names)
{
    char path[XPCI_PATH_LENGTH], name[NAME_LENGTH];
    struct json_writer json;
    size_t i;

    json_begin(&json, stdout);
    json_open(&json, NULL, '[');
    for ( i = 0; i < differences->count; i++ )
    {
        const struct difference *difference = &differences->items[i];
        const struct xpci_device_info *device =
            difference->after ? difference->after : difference->before;

        json_open(&json, NULL, '{');
        json_text(&json, "kind", difference_kind_name(difference->kind));
        json_text(&json, "path",
                  xpci_path_format(path, difference->after ? after : before,
                                   device->sbdf));
        json_side(&json, "before", difference->before);
        json_side(&json, "after", difference->after);
        json_text(&json, "name",
                  names ? names_device(names, name, device, false) : NULL);
        json_text(&json, "what", difference->what);
        json_close(&json);
    }
    json_close(&json);
    return json_end(&json);
}

static enum tool_exit run(struct invocation *call)
{
    struct topology before, after;
    struct differences differences;
    struct difference_side old, now;
    struct names *names = NULL;
    enum tool_exit result;

    topology_init(&before);
    topology_init(&after);
    differences_init(&differences);
    if ( !strcmp(call->arguments[0], "-") && !strcmp(call->arguments[1], "-") )
    {
        tool_error("diff: only one of the two can be standard input");
        result = TOOL_USAGE;
        goto out;
    }
    result = topology_read_word(&before, call->arguments[0]);
    if ( result == TOOL_DONE )
        result = topology_read_word(&after, call->arguments[1]);
    if ( result == TOOL_DONE && !call->numeric )
        names = names_open(call->ids, false);
    if ( result == TOOL_DONE && !call->numeric && !names )
        result = TOOL_USAGE;
    if ( result != TOOL_DONE )
        goto out;
    old = (struct difference_side){ &before.snapshot, before.space };
    now = (struct difference_side){ &after.snapshot, after.space };
    if ( differences_find(&differences, &old, &now) )
    {
        tool_error("no memory to compare");
        result = TOOL_REFUSED;
        goto out;
    }
    result = differences.count ? TOOL_WRONG : TOOL_DONE;
    if ( !call->json )
        print_text(&differences, &before.snapshot, &after.snapshot, names);
    else if ( print_json(&differences, &before.snapshot, &after.snapshot,
                         names) )
        result = TOOL_REFUSED;

out:
    names_close(names);
    differences_dispose(&differences);
    topology_dispose(&before);
    topology_dispose(&after);
    return result;
}

const struct command command_diff = {
    .name = "diff",
    .options = "ijn",
    .arguments = "A B",
    .argument_count = 2,
    .summary = "what moved, came, went or changed from A to B",
    .about =
        "A and B: what lspci -x, -xxx or -xxxx printed, a directory laid out "
        "like /sys,\n"
        "what xl-pci dump -o json printed, or a word: live (this machine), "
        "hypervisor,\n"
        "dom0.  A device is known by its stable path, so a renumbering shows "
        "as moved.\n"
        "Status and presence bits never make a difference.  Exit code 1 when "
        "they differ.",
    .run = run,
};
