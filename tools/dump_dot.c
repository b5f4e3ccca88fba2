/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A topology as a picture: a table for each bus, with a row for each device
 * or run of devices that are alike; bridges lead to the tables of their
 * buses.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "group.h"
#include "dump.h"

/* Longer names go on in a second line, and are cut there. */
#define NAME_SHOWN 56U

/*
 * Letters of these are equally wide in each of them, and so in every viewer:
 * what fits where dot measures it fits everywhere.
 */
#define FONT "DejaVu Sans Mono,Menlo,Liberation Mono,Courier New,monospace"
#define COLOUR_BUS "#dfe3ea"
#define COLOUR_BRIDGE "#d4e6fb"
#define COLOUR_ALIASING "#ffd8a0"
#define COLOUR_VIRTFN "#ececec"
#define COLOUR_DEVICE "#ffffff"
#define COLOUR_PROBLEM "#ff9d94"
#define COLOUR_UNREAD "#c8c8c8"

struct picture {
    FILE *out;
    const struct xpci_snapshot *snapshot;
    const struct groups *groups;
    struct names *names;
    /* How many buses each table on the way stands for. */
    size_t copies[TREE_DEPTH + 1];
    bool in_segment;
    uint16_t segment;
};

/* Text inside of an HTML-like label, cut after `most` characters. */
static void print_escaped(FILE *out, const char *text, size_t most)
{
    for ( ; *text && most; text++, most-- )
    {
        switch ( *text )
        {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
            break;
        }
        /* A character of several bytes counts once, and stays whole. */
        while ( (text[1] & 0xc0) == 0x80 )
            fputc(*++text, out);
    }
    if ( *text )
        fputs("&#8230;", out);
}

static enum xpci_problem problem_of(const struct picture *picture,
                                    const struct xpci_device_info *device)
{
    const struct xpci_snapshot *snapshot = picture->snapshot;
    size_t i;

    for ( i = 0; i < snapshot->problem_count; i++ )
        if ( snapshot->problems[i].has_sbdf &&
             snapshot->problems[i].sbdf == device->sbdf )
            return snapshot->problems[i].kind;
    return XPCI_PROBLEM_NONE;
}

/* Whether its requester ID is on what passes it is not known. */
static bool is_unread_bridge(const struct xpci_device_info *device)
{
    return (device->flags & XPCI_BRIDGE) && device->type == XPCI_TYPE_UNKNOWN;
}

static const char *row_colour(const struct picture *picture,
                              const struct xpci_device_info *device)
{
    if ( problem_of(picture, device) )
        return COLOUR_PROBLEM;
    if ( xpci_type_aliases(device->type) )
        return COLOUR_ALIASING;
    if ( is_unread_bridge(device) )
        return COLOUR_UNREAD;
    if ( device->flags & XPCI_BRIDGE )
        return COLOUR_BRIDGE;
    return device->flags & XPCI_VIRTFN ? COLOUR_VIRTFN : COLOUR_DEVICE;
}

static void print_place(const struct picture *picture, size_t index,
                        size_t count)
{
    const struct xpci_device_info *first = &picture->snapshot->devices[index];
    const struct xpci_device_info *last = first + count - 1;

    fprintf(picture->out, "%02x.%x", XPCI_DEV(first->sbdf),
            XPCI_FUNC(first->sbdf));
    if ( count > 1 )
        fprintf(picture->out, " - %02x.%x (%zu)", XPCI_DEV(last->sbdf),
                XPCI_FUNC(last->sbdf), count);
}

/* Broken at a space: what names differ in often stands at their end. */
static void print_long(FILE *out, char *name, bool is_last)
{
    size_t length = strlen(name), at = length > NAME_SHOWN ? NAME_SHOWN : 0;

    while ( at && name[at] != ' ' )
        at--;
    if ( at )
    {
        name[at] = '\0';
        print_escaped(out, name, NAME_SHOWN);
        fputs("<BR ALIGN=\"LEFT\"/>", out);
        name += at + 1;
    }
    print_escaped(out, name, NAME_SHOWN);
    if ( at && is_last )
        fputs("<BR ALIGN=\"LEFT\"/>", out);
}

/* What a row is about: type and name; of VFs, whose they are. */
static void print_name(const struct picture *picture,
                       const struct xpci_device_info *device, size_t count)
{
    char name[NAME_LENGTH], sbdf[XPCI_SBDF_LENGTH];
    FILE *out = picture->out;

    if ( device->flags & XPCI_VIRTFN )
        fprintf(out, "VF%s of %s", PLURAL(count),
                xpci_sbdf_format(sbdf, device->physfn));
    else
    {
        names_short(picture->names, name, device);
        print_long(out, name, !(device->flags & XPCI_BRIDGE));
    }
    if ( device->flags & XPCI_BRIDGE )
        fprintf(out, "<BR ALIGN=\"LEFT\"/>%s<BR ALIGN=\"LEFT\"/>",
                type_word(device));
}

/* The bus numbers of a bridge, or from the first to the last of a run. */
static void print_range(const struct picture *picture,
                        const struct xpci_device_info *device, size_t count)
{
    const struct xpci_device_info *last = device + count - 1;
    enum xpci_problem problem = problem_of(picture, device);
    char range[RANGE_LENGTH];

    if ( !(device->flags & XPCI_BRIDGE) )
        range[0] = '\0';
    else
        range_format(range, device);
    fputs(range, picture->out);
    if ( count > 1 && *range )
        fprintf(picture->out, " ... %s", range_format(range, last));
    if ( problem )
        fprintf(picture->out, "%s<B>%s</B>", *range ? "<BR/>" : "",
                xpci_problem_name(problem));
}

static void print_row(const struct picture *picture, size_t index, size_t count)
{
    const struct xpci_device_info *device = &picture->snapshot->devices[index];
    bool has_range =
        (device->flags & XPCI_BRIDGE) || problem_of(picture, device);
    const char *fill = row_colour(picture, device);
    FILE *out = picture->out;

    fprintf(out, "<TR><TD ALIGN=\"LEFT\" BGCOLOR=\"%s\">", fill);
    print_place(picture, index, count);
    fprintf(out,
            "</TD><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\" COLSPAN=\"%d\" "
            "BGCOLOR=\"%s\">",
            has_range ? 1 : 2, fill);
    print_name(picture, device, count);
    if ( has_range )
    {
        fprintf(out, "</TD><TD PORT=\"p%02x\" BGCOLOR=\"%s\">",
                XPCI_DEVFN(device->sbdf), fill);
        print_range(picture, device, count);
    }
    fputs("</TD></TR>\n", out);
}

static void node_name(FILE *out, uint16_t segment, uint8_t bus)
{
    fprintf(out, "\"%04x:%02x\"", segment, bus);
}

static void print_edge(const struct picture *picture,
                       const struct tree_bus *bus)
{
    const struct xpci_device_info *bridge =
        &picture->snapshot->devices[bus->parent];
    bool conflict = problem_of(picture, bridge);

    node_name(picture->out, XPCI_SEGMENT(bridge->sbdf), XPCI_BUS(bridge->sbdf));
    fprintf(picture->out, ":p%02x:e -> ", XPCI_DEVFN(bridge->sbdf));
    node_name(picture->out, bus->segment, bus->bus);
    fprintf(picture->out, ":bus:w [color=\"%s\"%s];\n",
            conflict                          ? "#c22015"
            : xpci_type_aliases(bridge->type) ? "#c77700"
            : is_unread_bridge(bridge)        ? "#9a9a9a"
                                              : "#56697d",
            bridge->secondary == bus->bus ? "" : ", style=dashed");
}

static void print_bus(const struct picture *picture,
                      const struct tree_step *step)
{
    const struct tree_bus *bus = step->bus;
    size_t copies = picture->copies[step->depth], i, count;
    FILE *out = picture->out;

    node_name(out, bus->segment, bus->bus);
    fprintf(out,
            " [label=<<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" "
            "CELLPADDING=\"3\" COLOR=\"#8a94a3\">\n"
            "<TR><TD PORT=\"bus\" COLSPAN=\"3\" ALIGN=\"LEFT\" "
            "BGCOLOR=\"%s\"><B>bus %02x</B>",
            bus->note ? COLOUR_PROBLEM : COLOUR_BUS, bus->bus);
    if ( copies > 1 )
        fprintf(out, " and %zu alike", copies - 1);
    if ( bus->note )
        fprintf(out, ": %s", bus->note);
    fputs("</TD></TR>\n", out);
    if ( bus->first == bus->end )
        fputs("<TR><TD COLSPAN=\"3\" ALIGN=\"LEFT\"><I>empty</I></TD></TR>\n",
              out);
    for ( i = bus->first; i < bus->end; i += count )
    {
        count = groups_count(picture->groups, i, bus->end);
        print_row(picture, i, count);
    }
    fputs("</TABLE>>];\n", out);
    if ( bus->parent != TREE_ROOT )
        print_edge(picture, bus);
}

/* A box around each segment. */
static void enter_segment(struct picture *picture, uint16_t segment)
{
    if ( picture->in_segment && picture->segment == segment )
        return;
    if ( picture->in_segment )
        fputs("}\n", picture->out);
    picture->in_segment = true;
    picture->segment = segment;
    fprintf(picture->out,
            "subgraph \"cluster_%04x\" {\nlabel=\"segment %04x\"; "
            "labeljust=l; color=\"#8a94a3\"; style=rounded;\n",
            segment, segment);
}

/* A root bus without devices is there in lspci's trees only. */
static bool is_bare(const struct tree_bus *bus)
{
    return bus->parent == TREE_ROOT && bus->first == bus->end;
}

/*
 * The first of a run of devices that are alike stands for all of them; what
 * is behind the others is left out.  A bus is its devices' parent, so the
 * runs are those of the bus that the walk entered last on this level.
 */
static void print_buses(struct picture *picture, struct tree *tree)
{
    size_t run_end[TREE_DEPTH + 1] = { 0 };
    size_t bus_end[TREE_DEPTH + 1] = { 0 };
    unsigned int skip = TREE_DEPTH + 1; /* deeper levels are left out */
    struct tree_step step;

    picture->copies[0] = 1;
    for ( tree_next(tree, &step); step.event != TREE_END;
          tree_next(tree, &step) )
    {
        if ( step.depth > skip )
            continue;
        skip = TREE_DEPTH + 1;
        if ( step.event == TREE_BUS )
        {
            if ( !is_bare(step.bus) )
            {
                enter_segment(picture, step.bus->segment);
                print_bus(picture, &step);
            }
            picture->copies[step.depth + 1] = picture->copies[step.depth];
            run_end[step.depth + 1] = step.bus->first;
            bus_end[step.depth + 1] = step.bus->end;
        }
        if ( step.event == TREE_DEVICE )
        {
            size_t index = (size_t)(step.device - picture->snapshot->devices);
            size_t count =
                groups_count(picture->groups, index, bus_end[step.depth]);

            if ( index < run_end[step.depth] )
            {
                skip = step.depth;
                continue;
            }
            run_end[step.depth] = index + count;
            picture->copies[step.depth + 1] =
                picture->copies[step.depth] * count;
        }
    }
    if ( picture->in_segment )
        fputs("}\n", picture->out);
}

static bool has_aliasing(const struct xpci_snapshot *snapshot)
{
    size_t i;

    for ( i = 0; i < snapshot->device_count; i++ )
        if ( xpci_type_aliases(snapshot->devices[i].type) )
            return true;
    return false;
}

static bool has_unread(const struct xpci_snapshot *snapshot)
{
    size_t i;

    for ( i = 0; i < snapshot->device_count; i++ )
        if ( is_unread_bridge(&snapshot->devices[i]) )
            return true;
    return false;
}

/*
 * dot puts what hangs together nowhere in any order: a node that is not drawn
 * leads to all root buses, and its edges are in their order.
 */
static void print_roots(const struct picture *picture, struct tree *tree)
{
    FILE *out = picture->out;
    struct tree_step step;

    fputs("\"\" [shape=point, width=0, style=invis];\n", out);
    for ( tree_next(tree, &step); step.event != TREE_END;
          tree_next(tree, &step) )
    {
        if ( step.event != TREE_BUS || step.depth || is_bare(step.bus) )
            continue;
        fputs("\"\" -> ", out);
        node_name(out, step.bus->segment, step.bus->bus);
        fputs(" [style=invis];\n", out);
    }
}

/* The title, and what colours mean where there are some. */
static void print_title(const struct picture *picture)
{
    const struct xpci_snapshot *snapshot = picture->snapshot;
    FILE *out = picture->out;

    fprintf(out,
            "label=<<TABLE BORDER=\"0\" CELLSPACING=\"4\"><TR>"
            "<TD>%zu device%s, %zu bus%s behind bridges</TD>",
            snapshot->device_count, PLURAL(snapshot->device_count),
            snapshot->bus_count, snapshot->bus_count == 1 ? "" : "es");
    fprintf(out, "<TD BGCOLOR=\"" COLOUR_BRIDGE "\">bridge</TD>");
    if ( has_aliasing(snapshot) )
        fprintf(out, "<TD BGCOLOR=\"" COLOUR_ALIASING
                     "\">puts its own requester ID on DMA</TD>");
    if ( has_unread(snapshot) )
        fprintf(out,
                "<TD BGCOLOR=\"" COLOUR_UNREAD "\">bridge, type not read</TD>");
    if ( snapshot->problem_count )
        fprintf(out, "<TD BGCOLOR=\"" COLOUR_PROBLEM "\">%zu problem%s</TD>",
                snapshot->problem_count, PLURAL(snapshot->problem_count));
    fputs("</TR></TABLE>>; labelloc=t; labeljust=l;\n", out);
}

static enum tool_exit print_picture(FILE *out, const struct topology *topology,
                                    struct names *names)
{
    struct picture picture = { .out = out,
                               .snapshot = &topology->snapshot,
                               .names = names };
    struct groups *groups = groups_open(&topology->snapshot);
    struct tree *tree = tree_open(&topology->snapshot);
    struct tree *roots = tree_open(&topology->snapshot);
    enum tool_exit result = TOOL_REFUSED;

    if ( !groups || !tree || !roots )
    {
        tool_error("dump: no memory for the picture");
        goto out;
    }
    picture.groups = groups;
    fputs(
        "digraph \"xl-pci\" {\nrankdir=LR; ranksep=0.6; nodesep=0.12; ordering=out;\n"
        "graph [fontname=\"" FONT "\", fontsize=11];\n"
        "node [shape=plain, fontname=\"" FONT "\", fontsize=10];\n"
        "edge [arrowhead=none, penwidth=1.4];\n",
        out);
    print_title(&picture);
    print_roots(&picture, roots);
    print_buses(&picture, tree);
    fputs("}\n", out);
    result = TOOL_DONE;

out:
    tree_close(roots);
    tree_close(tree);
    groups_close(groups);
    return result;
}

enum tool_exit dump_dot(const struct topology *topology, struct names *names)
{
    return print_picture(stdout, topology, names);
}

/* The shell's exit code for a program that is not there. */
#define NOT_FOUND 127

enum tool_exit dump_svg(const struct topology *topology, struct names *names)
{
    enum tool_exit result;
    FILE *dot;
    int status;

    fflush(stdout);
    /* Where dot is not there, what is written to it goes nowhere. */
    signal(SIGPIPE, SIG_IGN);
    dot = popen("command -v dot >/dev/null || exit 127; exec dot -Tsvg", "we");
    if ( !dot )
    {
        tool_error("dump: dot cannot be started: %s", strerror(errno));
        return TOOL_REFUSED;
    }
    result = print_picture(dot, topology, names);
    status = pclose(dot);
    signal(SIGPIPE, SIG_DFL);
    if ( status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) )
    {
        bool missing = status != -1 && WIFEXITED(status) &&
                       WEXITSTATUS(status) == NOT_FOUND;

        tool_error(missing ? "dump: -o svg needs the program dot: install "
                             "graphviz, or draw what -o dot prints elsewhere"
                           : "dump: dot could not draw the picture");
        return TOOL_REFUSED;
    }
    return result;
}
