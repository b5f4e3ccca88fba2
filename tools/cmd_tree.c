/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci tree: what is behind what, in the form of lspci -t. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"
#include "tree.h"

/* What one level adds to a line at most: "+-[0000:00]-" and a bus's note. */
#define LEVEL_WIDTH 48

/* A line in the making, and where the items of each level begin in it. */
struct drawing {
    char line[TREE_DEPTH * LEVEL_WIDTH];
    size_t length;
    size_t column[TREE_DEPTH + 1];
    struct names *names; /* NULL: none wanted */
};

static void draw(struct drawing *drawing, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void draw(struct drawing *drawing, const char *format, ...)
{
    size_t room = sizeof(drawing->line) - drawing->length;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length =
        vsnprintf(drawing->line + drawing->length, room, format, arguments);
    va_end(arguments);
    if ( length > 0 && (size_t)length < room )
        drawing->length += (size_t)length;
}

/* Print the line; what goes on below it stays as its upright strokes. */
static void draw_end(struct drawing *drawing, const char *text)
{
    size_t i;

    printf("%.*s%s%s\n", (int)drawing->length, drawing->line, *text ? "  " : "",
           text);
    for ( i = 0; i < drawing->length; i++ )
    {
        char *at = &drawing->line[i];

        *at = *at == '+' || *at == '|' ? '|' : ' ';
    }
}

static void draw_bus(struct drawing *drawing, const struct tree_step *step)
{
    const struct tree_bus *bus = step->bus;

    if ( !step->only )
        draw(drawing, step->last ? "\\-" : "+-");
    if ( !step->only || !step->depth )
        draw(drawing, "[%04x:%02x]-", bus->segment, bus->bus);
    if ( drawing->names && bus->note )
        draw(drawing, "(%s)-", bus->note);
    if ( !step->children )
        draw_end(drawing, "");
}

/* A bridge's bus numbers, and what is the matter with them. */
static void draw_range(struct drawing *drawing,
                       const struct xpci_device_info *bridge)
{
    enum xpci_problem problem = xpci_device_problem(bridge);

    if ( bridge->secondary == bridge->subordinate && bridge->secondary )
        draw(drawing, "-[%02x", bridge->secondary);
    else if ( bridge->secondary )
        draw(drawing, "-[%02x-%02x", bridge->secondary, bridge->subordinate);
    else if ( drawing->names && problem )
        draw(drawing, "-[");
    else
    {
        draw(drawing, "-");
        return;
    }
    if ( drawing->names && problem )
        draw(drawing, "%s%s", bridge->secondary ? " " : "",
             xpci_problem_name(problem));
    draw(drawing, "]-");
}

static void draw_device(struct drawing *drawing, const struct tree_step *step)
{
    const struct xpci_device_info *device = step->device;
    char name[NAME_LENGTH] = "";

    if ( step->only )
        draw(drawing, "--");
    else
        draw(drawing, step->last ? "\\-" : "+-");
    draw(drawing, "%02x.%x", XPCI_DEV(device->sbdf), XPCI_FUNC(device->sbdf));
    if ( device->flags & XPCI_BRIDGE )
    {
        draw_range(drawing, device);
        draw(drawing, "-");
    }
    else if ( drawing->names )
        names_device(drawing->names, name, device, false);
    if ( !step->children )
        draw_end(drawing, name);
}

static void print_text(struct tree *tree, struct names *names)
{
    struct drawing *drawing = calloc(1, sizeof(*drawing));
    struct tree_step step;

    if ( !drawing )
    {
        tool_error("no memory");
        exit(TOOL_REFUSED);
    }
    drawing->names = names;
    draw(drawing, "-");
    drawing->column[0] = drawing->length;
    for ( tree_next(tree, &step); step.event != TREE_END;
          tree_next(tree, &step) )
    {
        if ( step.event != TREE_BUS && step.event != TREE_DEVICE )
            continue;
        drawing->length = drawing->column[step.depth];
        if ( step.event == TREE_BUS )
            draw_bus(drawing, &step);
        else
            draw_device(drawing, &step);
        drawing->column[step.depth + 1] = drawing->length;
    }
    free(drawing);
}

static void json_bridge(struct json_writer *json,
                        const struct xpci_device_info *device)
{
    bool is_bridge = device->flags & XPCI_BRIDGE;
    enum xpci_problem problem = xpci_device_problem(device);

    json_bus(json, "secondary", is_bridge, device->secondary);
    json_bus(json, "subordinate", is_bridge, device->subordinate);
    json_text(json, "problem",
              is_bridge && problem ? xpci_problem_name(problem) : NULL);
}

static void open_device(struct json_writer *json, struct names *names,
                        const struct xpci_device_info *device)
{
    char sbdf[XPCI_SBDF_LENGTH];
    char name[NAME_LENGTH];

    json_open(json, NULL, '{');
    json_text(json, "sbdf", xpci_sbdf_format(sbdf, device->sbdf));
    json_text(json, "type", type_value(device));
    json_text(json, "name",
              names ? names_device(names, name, device, false) : NULL);
    json_bridge(json, device);
    json_open(json, "buses", '[');
}

static void open_bus(struct json_writer *json, const struct tree_bus *bus)
{
    json_open(json, NULL, '{');
    json_format(json, "segment", "%04x", bus->segment);
    json_bus(json, "bus", true, bus->bus);
    json_text(json, "note", bus->note);
    json_open(json, "devices", '[');
}

static int print_json(struct tree *tree, struct names *names)
{
    struct json_writer json;
    struct tree_step step;

    json_begin(&json, stdout);
    json_open(&json, NULL, '{');
    json_open(&json, "buses", '[');
    for ( tree_next(tree, &step); step.event != TREE_END;
          tree_next(tree, &step) )
    {
        switch ( step.event )
        {
        case TREE_BUS:
            open_bus(&json, step.bus);
            break;
        case TREE_DEVICE:
            open_device(&json, names, step.device);
            break;
        default: /* the array of children, then the object */
            json_close(&json);
            json_close(&json);
            break;
        }
    }
    json_close(&json);
    json_close(&json);
    return json_end(&json);
}

/* The tree, or what is behind the device that an argument names. */
static enum tool_exit open_tree(struct tree **tree,
                                const struct xpci_snapshot *snapshot,
                                const struct invocation *call)
{
    const struct xpci_device_info *device = NULL;
    enum tool_exit result = TOOL_DONE;

    if ( call->argument_count )
        result = argument_device(&device, snapshot, call);
    if ( result != TOOL_DONE )
        return result;
    *tree = tree_open(snapshot);
    if ( !*tree )
    {
        tool_error("no memory for the tree");
        return TOOL_REFUSED;
    }
    if ( device )
        tree_only(*tree, (size_t)(device - snapshot->devices));
    return TOOL_DONE;
}

static enum tool_exit run(struct invocation *call)
{
    struct xpci_snapshot snapshot;
    struct names *names = NULL;
    struct tree *tree = NULL;
    enum tool_exit result = TOOL_USAGE;

    xpci_snapshot_init(&snapshot);
    if ( !argument_check(call) )
        goto out;
    result = source_read(&snapshot, call);
    if ( result == TOOL_DONE )
        result = open_tree(&tree, &snapshot, call);
    if ( result != TOOL_DONE )
        goto out;
    if ( !call->quiet )
        names = names_open(call->ids, call->numeric);
    if ( !call->quiet && !names )
    {
        result = TOOL_USAGE;
        goto out;
    }
    if ( call->json )
        result = print_json(tree, names) ? TOOL_REFUSED : TOOL_DONE;
    else if ( !snapshot.device_count )
        puts("No PCI devices.");
    else
        print_text(tree, names);
    if ( !call->json && !call->quiet && snapshot.problem_count )
        tool_warning("%zu problem%s; `xl-pci check` explains",
                     snapshot.problem_count, PLURAL(snapshot.problem_count));

out:
    names_close(names);
    tree_close(tree);
    xpci_snapshot_dispose(&snapshot);
    return result;
}

const struct command command_tree = {
    .name = "tree",
    .options = SOURCE_OPTIONS "ijnq",
    .arguments = "[SBDF]",
    .one_more_argument = true,
    .summary = "what is behind what, as lspci -t draws it",
    .about =
        "Segments, root buses, bridges with [secondary-subordinate] bus, and "
        "what is\n"
        "behind them, drawn as lspci -t does, with names.  A bridge in trouble "
        "has it in\n"
        "its brackets, such as [06-08 conflict]; `xl-pci check` explains.  With "
        "an SBDF,\n"
        "only this device and what is behind it.",
    .run = run,
};
