/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the topology comes from. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "hypervisor/backend.h"
#include "input.h"
#include "source.h"

void topology_init(struct topology *topology)
{
    xpci_snapshot_init(&topology->snapshot);
    topology->space = NULL;
}

void topology_dispose(struct topology *topology)
{
    xpci_snapshot_dispose(&topology->snapshot);
    config_space_close(topology->space);
    topology->space = NULL;
}

void topology_warn(void *data, const char *text)
{
    (void)data;
    tool_warning("%s", text);
}

struct view_source topology_named_source(const struct invocation *call)
{
    if ( call->dump )
        return (struct view_source){ VIEW_DUMP, call->dump };
    if ( call->sysfs )
        return (struct view_source){ VIEW_SYSFS, call->sysfs };
    return (struct view_source){ VIEW_LIVE, NULL };
}

/* Boot an embedded hypervisor on `space` and ask it. */
static int read_embedded(struct xpci_snapshot *snapshot,
                         struct config_space *space)
{
    struct embedded hypervisor = { 0 };
    int rc;

    rc = embedded_init(&hypervisor, space);
    if ( rc )
        goto out;
    rc = embedded_boot(&hypervisor);
    if ( rc )
        goto out;
    rc = xpci_snapshot_take(snapshot, hypervisor.xpci, space->source);
    if ( !rc )
        snapshot_grade(snapshot, space);

out:
    embedded_dispose(&hypervisor);
    return rc;
}

/* What dom0's kernel has, with what it cannot describe left out. */
static int read_dom0(struct xpci_snapshot *snapshot, struct config_space *space,
                     const struct view_source *source,
                     struct xpci_message *message)
{
    struct view dom0;
    int rc;

    view_init(&dom0);
    rc = view_read(&dom0, space, source, message);
    if ( !rc )
    {
        *snapshot = dom0.snapshot;
        xpci_snapshot_init(&dom0.snapshot);
    }
    view_dispose(&dom0);
    return rc;
}

/* Ask the Xen that this machine runs on, whose dom0 sees `space`. */
static int read_xen(struct xpci_snapshot *snapshot, struct config_space *space,
                    const struct view_source *source,
                    struct xpci_message *message)
{
    struct backend *backend = NULL;
    struct xpci_snapshot dom0;
    int rc;

    xpci_snapshot_init(&dom0);
    rc = read_dom0(&dom0, space, source, message);
    if ( rc )
        goto out;
    rc = backend_xen_open(&backend, message);
    if ( rc )
        goto out;
    rc = backend->ops->snapshot(backend, &dom0, false, snapshot, message);

out:
    backend_close(backend);
    xpci_snapshot_dispose(&dom0);
    return rc;
}

enum reading {
    READ_EMBEDDED,
    READ_DOM0,
    READ_XEN
};

static enum tool_exit read_from(struct topology *topology,
                                const struct view_source *source,
                                enum reading reading, const char *command)
{
    struct xpci_message message = { .text = "" };
    int rc;

    progress_begin("reading %s", source->path ? source->path : "this machine");
    rc = view_open_space(&topology->space, source, topology_warn, NULL,
                         &message);
    if ( rc )
        goto out;
    switch ( reading )
    {
    case READ_EMBEDDED:
        rc = read_embedded(&topology->snapshot, topology->space);
        break;
    case READ_DOM0:
        rc = read_dom0(&topology->snapshot, topology->space, source, &message);
        break;
    case READ_XEN:
        rc = read_xen(&topology->snapshot, topology->space, source, &message);
        /* Its tables are what was recorded, and not what reads now. */
        config_space_close(topology->space);
        topology->space = NULL;
        break;
    }

out:
    progress_end();
    if ( !rc )
        return TOOL_DONE;
    if ( !*message.text )
        snprintf(message.text, sizeof(message.text), "%s", strerror(-rc));
    if ( command )
        tool_error("%s; `xl-pci %s --embedded` does without Xen", message.text,
                   command);
    else
        tool_error("%s", message.text);
    return source->kind == VIEW_LIVE || rc == -ENOMEM ? TOOL_REFUSED
                                                      : TOOL_USAGE;
}

/*
 * A JSON file begins with a brace.  What is read from a pipe can be looked at
 * only once: it is a dump.
 */
static bool is_json(const char *path)
{
    struct stat status;
    FILE *in;
    int c;

    if ( stat(path, &status) || !S_ISREG(status.st_mode) ||
         input_open(&in, path) )
        return false;
    do
        c = getc(in);
    while ( c == ' ' || c == '\n' || c == '\t' || c == '\r' );
    input_close(in);
    return c == '{';
}

static enum tool_exit read_json(struct topology *topology, const char *path)
{
    struct xpci_message message = { .text = "" };
    FILE *in;
    int rc = input_open(&in, path);

    if ( rc )
    {
        tool_error("%s: cannot be opened: %s", path, strerror(-rc));
        return TOOL_USAGE;
    }
    progress_begin("reading %s", path);
    rc = snapshot_read_json(&topology->snapshot, in, path, &message);
    progress_end();
    input_close(in);
    if ( !rc )
        return TOOL_DONE;
    tool_error("%s", *message.text ? message.text : strerror(-rc));
    return rc == -ENOMEM ? TOOL_REFUSED : TOOL_USAGE;
}

enum tool_exit topology_read(struct topology *topology,
                             const struct invocation *call)
{
    const struct view_source source = topology_named_source(call);
    bool ask_xen =
        source.kind == VIEW_LIVE && !call->embedded && backend_xen_is_here();

    if ( source.kind == VIEW_DUMP && is_json(source.path) )
        return read_json(topology, source.path);
    return read_from(topology, &source, ask_xen ? READ_XEN : READ_EMBEDDED,
                     ask_xen && call->command ? call->command->name : NULL);
}

enum tool_exit topology_read_dom0(struct view *view,
                                  const struct invocation *call)
{
    const struct view_source source = topology_named_source(call);
    struct xpci_message message = { .text = "" };
    struct config_space *space = NULL;
    int rc;

    progress_begin("reading %s", source.path ? source.path : "this machine");
    rc = view_open_space(&space, &source, NULL, NULL, &message);
    if ( !rc )
        rc = view_read(view, space, &source, &message);
    progress_end();
    config_space_close(space);
    if ( !rc )
        return TOOL_DONE;
    tool_error("%s", *message.text ? message.text : strerror(-rc));
    return source.kind == VIEW_LIVE || rc == -ENOMEM ? TOOL_REFUSED
                                                     : TOOL_USAGE;
}

enum tool_exit topology_read_word(struct topology *topology, const char *word)
{
    const struct invocation live = { 0 };
    const struct view_source here = { VIEW_LIVE, NULL };
    struct view_source source;

    if ( !strcmp(word, "live") )
        return topology_read(topology, &live);
    if ( !strcmp(word, "dom0") )
        return read_from(topology, &here, READ_DOM0, NULL);
    if ( !strcmp(word, "hypervisor") )
        return read_from(topology, &here, READ_XEN, NULL);
    source = view_source_of(word);
    if ( source.kind == VIEW_DUMP && is_json(word) )
        return read_json(topology, word);
    return read_from(topology, &source, READ_EMBEDDED, NULL);
}

enum tool_exit source_read(struct xpci_snapshot *snapshot,
                           const struct invocation *call)
{
    struct topology topology;
    enum tool_exit result;

    topology_init(&topology);
    result = topology_read(&topology, call);
    if ( result == TOOL_DONE )
    {
        *snapshot = topology.snapshot;
        xpci_snapshot_init(&topology.snapshot);
    }
    topology_dispose(&topology);
    return result;
}

static bool parse_sbdf(const struct invocation *call, uint32_t *sbdf)
{
    const char *name = call->command->name, *text = call->arguments[0];
    int rc = xpci_sbdf_parse(text, sbdf);

    if ( rc == -ERANGE )
        tool_error("%s: segment of '%s' is above ffff; Xen's hypercalls cannot "
                   "express it, so Xen does not know such devices",
                   name, text);
    else if ( rc )
        tool_error("%s: '%s' is not an SBDF; expected SSSS:BB:DD.F such as "
                   "0000:03:00.1, or BB:DD.F",
                   name, text);
    return !rc;
}

bool argument_check(const struct invocation *call)
{
    uint32_t sbdf;

    return !call->argument_count || parse_sbdf(call, &sbdf);
}

enum tool_exit argument_device(const struct xpci_device_info **device,
                               const struct xpci_snapshot *snapshot,
                               const struct invocation *call)
{
    uint32_t sbdf;

    if ( !parse_sbdf(call, &sbdf) )
        return TOOL_USAGE;
    *device = xpci_snapshot_device(snapshot, sbdf);
    if ( *device && !((*device)->flags & XPCI_BRIDGE_ONLY) )
        return TOOL_DONE;
    tool_error("%s: there is no device %s; `xl-pci list` shows those that "
               "there are",
               call->command->name, call->arguments[0]);
    return TOOL_REFUSED;
}
