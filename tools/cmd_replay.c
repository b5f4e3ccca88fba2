/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci replay: the events of a trace, on our tables or on stock Xen's. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

static bool parse_model(const char *text, enum trace_model *model)
{
    if ( !text || !strcmp(text, "module") )
        *model = TRACE_MODEL_MODULE;
    else if ( !strcmp(text, "stock") )
        *model = TRACE_MODEL_STOCK;
    else
    {
        tool_error("replay: unknown model '%s'; it is module or stock", text);
        return false;
    }
    return true;
}

static enum tool_exit run(struct invocation *call)
{
    struct xpci_message message = { .text = "" };
    enum trace_model model;
    int rc;

    if ( !parse_model(call->model, &model) )
        return TOOL_USAGE;
    if ( call->json )
        rc = trace_replay_json(call->arguments[0], model, stdout, &message);
    else
        rc = trace_replay(call->arguments[0], model, call->verbose, stdout,
                          &message);
    if ( rc >= 0 )
        return rc ? TOOL_WRONG : TOOL_DONE;
    if ( *message.text )
        tool_error("%s", message.text);
    else
        tool_error("%s: %s", call->arguments[0], strerror(-rc));
    return rc == -ENOMEM ? TOOL_REFUSED : TOOL_USAGE;
}

const struct command command_replay = {
    .name = "replay",
    .options = "Mvj",
    .arguments = "FILE",
    .argument_count = 1,
    .summary = "play a trace of events on the module, or on stock Xen",
    .about =
        "Play what FILE has: config space as a hypervisor sees it change, and "
        "dom0's\n"
        "hypercalls.  `stock` is a model of what a Xen without this module does "
        "with the\n"
        "same events.  Exit code 1 where an outcome differs from what FILE "
        "expects.",
    .run = run,
};
