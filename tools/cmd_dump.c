/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci dump: everything that is known. */
#include <stdio.h>
#include <string.h>

#include "dump.h"

static enum tool_exit print_text(const struct topology *topology,
                                 struct names *names)
{
    (void)names;
    return dump_text(topology);
}

static enum tool_exit print_json(const struct topology *topology,
                                 struct names *names)
{
    (void)names;
    if ( !snapshot_print_json(&topology->snapshot, stdout) )
        return TOOL_DONE;
    tool_error("dump: the JSON could not be written whole");
    return TOOL_REFUSED;
}

static enum tool_exit print_trace(const struct topology *topology,
                                  struct names *names)
{
    (void)names;
    return dump_trace(topology);
}

struct format {
    const char *name;
    bool has_names;
    enum tool_exit (*print)(const struct topology *topology,
                            struct names *names);
};

static const struct format formats[] = {
    { "text", false, print_text }, { "json", false, print_json },
    { "dot", true, dump_dot },     { "svg", true, dump_svg },
    { "lspci", true, dump_lspci }, { "trace", false, print_trace },
};

/* NULL after the error was said. */
static const struct format *find_format(const struct invocation *call)
{
    const char *name = call->output ? call->output : "text";
    size_t i;

    if ( call->json && call->output && strcmp(name, "json") )
    {
        tool_error("dump: -j and -o %s contradict each other", name);
        return NULL;
    }
    if ( call->json )
        name = "json";
    for ( i = 0; i < ARRAY_SIZE(formats); i++ )
        if ( !strcmp(name, formats[i].name) )
            return &formats[i];
    tool_error("dump: unknown format '%s'; it is text, json, dot, svg, lspci "
               "or trace",
               name);
    return NULL;
}

static enum tool_exit run(struct invocation *call)
{
    const struct format *format = find_format(call);
    struct topology topology;
    struct names *names = NULL;
    enum tool_exit result = TOOL_USAGE;

    topology_init(&topology);
    if ( !format )
        goto out;
    result = topology_read(&topology, call);
    if ( result != TOOL_DONE )
        goto out;
    if ( format->has_names )
        names = names_open(call->ids, call->numeric);
    result = format->has_names && !names ? TOOL_USAGE
                                         : format->print(&topology, names);

out:
    names_close(names);
    topology_dispose(&topology);
    return result;
}

const struct command command_dump = {
    .name = "dump",
    .options = SOURCE_OPTIONS "ijno",
    .arguments = "",
    .summary = "everything that is known: text, JSON, picture, trace",
    .about =
        "Every device with its stable path (which no renumbering changes), "
        "every bus\n"
        "that a bridge leads to, and every problem, a line each; or as JSON; "
        "as a picture\n"
        "(dot, svg); as lspci -xxxx prints it; or as a trace for xl-pci "
        "replay.",
    .run = run,
};
