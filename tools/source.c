/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the topology comes from. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../dom0-agent/backend.h"
#include "../dom0-agent/view.h"
#include "tool.h"

static void say_warning(void *data, const char *text)
{
    (void)data;
    tool_warning("%s", text);
}

static struct view_source named_source(const struct invocation *call)
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

out:
    embedded_dispose(&hypervisor);
    return rc;
}

/* Ask the Xen that this machine runs on, whose dom0 sees `space`. */
static int read_xen(struct xpci_snapshot *snapshot, struct config_space *space,
                    const struct view_source *source,
                    struct xpci_message *message)
{
    struct backend *backend = NULL;
    struct view dom0;
    int rc;

    view_init(&dom0);
    rc = view_read(&dom0, space, source, message);
    if ( rc )
        goto out;
    rc = backend_xen_open(&backend, message);
    if ( rc )
        goto out;
    rc = backend->ops->snapshot(backend, &dom0.snapshot, snapshot, NULL,
                                message);

out:
    backend_close(backend);
    view_dispose(&dom0);
    return rc;
}

enum tool_exit source_read(struct xpci_snapshot *snapshot,
                           const struct invocation *call)
{
    const struct view_source source = named_source(call);
    struct xpci_message message = { .text = "" };
    struct config_space *space = NULL;
    bool ask_xen = false;
    int rc;

    rc = view_open_space(&space, &source, say_warning, NULL, &message);
    if ( rc )
        goto out;
    ask_xen =
        source.kind == VIEW_LIVE && !call->embedded && backend_xen_is_here();
    rc = ask_xen ? read_xen(snapshot, space, &source, &message)
                 : read_embedded(snapshot, space);

out:
    if ( rc )
        tool_error("%s%s", *message.text ? message.text : strerror(-rc),
                   ask_xen ? "; --embedded does without Xen" : "");
    config_space_close(space);
    if ( !rc )
        return TOOL_DONE;
    return source.kind == VIEW_LIVE || rc == -ENOMEM ? TOOL_REFUSED
                                                     : TOOL_USAGE;
}
