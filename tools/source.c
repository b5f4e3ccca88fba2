/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the topology comes from. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

static void say_warning(void *data, const char *text)
{
    (void)data;
    tool_warning("%s", text);
}

static int open_space(struct config_space **space,
                      const struct invocation *call,
                      struct xpci_message *message)
{
    if ( call->dump )
        return config_space_open_dump(space, call->dump, say_warning, NULL,
                                      message);
    if ( call->sysfs )
        return config_space_open_sysfs(space, call->sysfs, say_warning, NULL,
                                       message);
    return config_space_open_live(space, say_warning, NULL, message);
}

/* Boot an embedded hypervisor on `space` and ask it. */
static enum tool_exit read_embedded(struct xpci_snapshot *snapshot,
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
    if ( rc )
        tool_error("the embedded hypervisor cannot take this machine: %s",
                   strerror(-rc));
    return rc ? TOOL_REFUSED : TOOL_DONE;
}

enum tool_exit source_read(struct xpci_snapshot *snapshot,
                           const struct invocation *call)
{
    struct xpci_message message = { .text = "" };
    struct config_space *space = NULL;
    enum tool_exit result;
    int rc;

    rc = open_space(&space, call, &message);
    if ( rc )
    {
        bool is_input = (call->dump || call->sysfs) && rc != -ENOMEM;

        tool_error("%s", *message.text ? message.text : strerror(-rc));
        return is_input ? TOOL_USAGE : TOOL_REFUSED;
    }
    result = read_embedded(snapshot, space);
    config_space_close(space);
    return result;
}
