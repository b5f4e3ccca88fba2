/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SBDFs that devices had before buses were renumbered.
 */
#include <errno.h>
#include <string.h>

#include "agree/difference.h"
#include "history.h"

void history_init(struct history *history)
{
    topology_init(&history->now);
    topology_init(&history->before);
    history->has_before = false;
    renumbering_init(&history->renumbering);
}

void history_dispose(struct history *history)
{
    topology_dispose(&history->now);
    topology_dispose(&history->before);
    renumbering_dispose(&history->renumbering);
    history->has_before = false;
}

/* Where there is no xenstore there is no daemon either: nothing is known. */
static enum tool_exit ask_daemon(struct history *history, const char *path)
{
    struct xs_handle *handle = xenstore_open();
    int rc;

    if ( !handle )
    {
        if ( !path )
            return TOOL_DONE;
        tool_error("xenstore: %s; there is one on a Xen host only",
                   strerror(errno));
        return TOOL_REFUSED;
    }
    rc = renumbering_read(&history->renumbering, handle,
                          path ? path : XENSTORE_REPORT);
    xenstore_close(handle);
    if ( !rc )
        return TOOL_DONE;
    tool_error("xenstore: the report of xen-pcid cannot be read: %s",
               strerror(-rc));
    return TOOL_REFUSED;
}

enum tool_exit history_read(struct history *history,
                            const struct invocation *call)
{
    bool is_live = !call->dump && !call->sysfs && !call->embedded;
    enum tool_exit result = topology_read(&history->now, call);

    if ( result != TOOL_DONE )
        return result;
    if ( call->from )
    {
        history->has_before = true;
        return topology_read_word(&history->before, call->from);
    }
    return is_live || call->store ? ask_daemon(history, call->store)
                                  : TOOL_DONE;
}

const struct xpci_device_info *topology_at_path(
    const struct xpci_snapshot *snapshot, const char *path)
{
    char candidate[XPCI_PATH_LENGTH];
    size_t i;

    for ( i = 0; i < snapshot->device_count; i++ )
        if ( !strcmp(xpci_path_format(candidate, snapshot,
                                      snapshot->devices[i].sbdf),
                     path) )
            return &snapshot->devices[i];
    return NULL;
}

/* By the older topology: the device at the same path. */
static enum fate fate_by_path(const struct history *history, uint32_t from,
                              uint32_t *to)
{
    const struct xpci_device_info *was =
        xpci_snapshot_device(&history->before.snapshot, from);
    const struct xpci_device_info *is;
    char path[XPCI_PATH_LENGTH];

    if ( !was )
        return FATE_UNKNOWN;
    xpci_path_format(path, &history->before.snapshot, from);
    is = topology_at_path(&history->now.snapshot, path);
    if ( !is )
        return FATE_GONE;
    *to = is->sbdf;
    if ( !difference_same_device(was, is) )
        return FATE_REPLACED;
    return is->sbdf == from ? FATE_SAME : FATE_MOVED;
}

enum fate history_fate(const struct history *history, uint32_t from,
                       uint32_t *to)
{
    uint32_t back;

    *to = from;
    if ( history->has_before )
        return fate_by_path(history, from, to);
    if ( renumbering_to(&history->renumbering, from, to) )
        return FATE_MOVED;
    *to = from;
    /* What is there now came from elsewhere: nobody says what was there. */
    if ( renumbering_from(&history->renumbering, from, &back) )
        return FATE_UNKNOWN;
    return xpci_snapshot_device(&history->now.snapshot, from) ? FATE_SAME
                                                              : FATE_UNKNOWN;
}

bool history_from(const struct history *history, uint32_t to, uint32_t *from)
{
    const struct xpci_device_info *was;
    char path[XPCI_PATH_LENGTH];

    if ( !history->has_before )
        return renumbering_from(&history->renumbering, to, from);
    xpci_path_format(path, &history->now.snapshot, to);
    was = topology_at_path(&history->before.snapshot, path);
    if ( !was || was->sbdf == to )
        return false;
    *from = was->sbdf;
    return true;
}
