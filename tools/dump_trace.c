/* SPDX-License-Identifier: GPL-2.0-only */
/* A topology as a trace that makes it. */
#include <stdio.h>
#include <stdlib.h>

#include "agree/sbdf_set.h"
#include "trace/trace_write.h"
#include "dump.h"

/* The order in which dom0 reports: bridges, what else there is, VFs. */
enum turn {
    TURN_BRIDGE,
    TURN_OTHER,
    TURN_VIRTFN,
    TURNS
};

static enum turn turn_of(const struct xpci_device_info *info)
{
    if ( info->flags & XPCI_VIRTFN )
        return TURN_VIRTFN;
    return info->flags & XPCI_BRIDGE ? TURN_BRIDGE : TURN_OTHER;
}

static int collect_pfs(struct sbdf_set *pfs,
                       const struct xpci_snapshot *snapshot)
{
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < snapshot->device_count; i++ )
        if ( snapshot->devices[i].flags & XPCI_VIRTFN )
            rc = sbdf_set_add(pfs, snapshot->devices[i].physfn);
    sbdf_set_sort(pfs);
    return rc;
}

static void print_adds(const struct xpci_snapshot *snapshot)
{
    enum turn turn;
    size_t i;

    for ( turn = 0; turn < TURNS; turn++ )
        for ( i = 0; i < snapshot->device_count; i++ )
            if ( turn_of(&snapshot->devices[i]) == turn )
            {
                trace_write_add(stdout, &snapshot->devices[i]);
                puts(" = 0");
            }
}

/* What the replay must come to: the alias of each bus, and the problems. */
static void print_expectations(const struct xpci_snapshot *snapshot)
{
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i;

    for ( i = 0; i < snapshot->bus_count; i++ )
    {
        const struct xpci_bus_info *bus = &snapshot->buses[i];

        printf("alias %04x:%02x:00.0 = %s\n", bus->segment, bus->bus,
               bus->has_upstream ? xpci_sbdf_format(sbdf, bus->upstream)
                                 : "none");
    }
    printf("check = %zu\n", snapshot->problem_count);
}

/* A trace states what each device is: the first that was not read, or NULL. */
static const struct xpci_device_info *find_unread(
    const struct xpci_snapshot *snapshot)
{
    size_t i;

    for ( i = 0; i < snapshot->device_count; i++ )
        if ( snapshot->devices[i].type == XPCI_TYPE_UNKNOWN )
            return &snapshot->devices[i];
    return NULL;
}

enum tool_exit dump_trace(const struct topology *topology)
{
    const struct xpci_snapshot *snapshot = &topology->snapshot;
    enum tool_exit result = TOOL_DONE;
    struct sbdf_set pfs;
    size_t i;
    const struct xpci_device_info *unread = find_unread(snapshot);
    char sbdf[XPCI_SBDF_LENGTH];

    sbdf_set_init(&pfs);
    if ( unread && snapshot->source != XPCI_SOURCE_XEN_STOCK )
    {
        tool_error("dump: -o trace states what each device is, and the type of "
                   "%s was not read; read it as root, or from lspci -xxx",
                   xpci_sbdf_format(sbdf, unread->sbdf));
        result = TOOL_USAGE;
        goto out;
    }
    if ( collect_pfs(&pfs, snapshot) )
    {
        tool_error("dump: no memory");
        result = TOOL_REFUSED;
        goto out;
    }
    trace_write_header(stdout);
    for ( i = 0; i < snapshot->device_count; i++ )
        trace_write_config(stdout, &snapshot->devices[i],
                           sbdf_set_has(&pfs, snapshot->devices[i].sbdf));
    print_adds(snapshot);
    /* A stock Xen's tables are not what the module makes of the same. */
    if ( snapshot->source != XPCI_SOURCE_XEN_STOCK )
        print_expectations(snapshot);

out:
    sbdf_set_dispose(&pfs);
    return result;
}
