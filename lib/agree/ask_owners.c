/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asking a stock Xen for owners as seldom as they are needed.
 */
#include <stdlib.h>

#include "message.h"
#include "ask_owners.h"

void ask_owners_dispose(struct owners_memory *memory)
{
    free(memory->answers);
    *memory = (struct owners_memory){ NULL, 0, false };
}

static struct owners_answer *find(const struct owners_memory *memory,
                                  uint32_t sbdf)
{
    return sorted_find(memory->answers, memory->count, sizeof(*memory->answers),
                       sbdf);
}

/* Give them the owners that are remembered; false: that is not enough. */
static bool recall(const struct owners_memory *memory, const struct view *dom0,
                   struct xpci_snapshot *snapshot)
{
    bool all = true;
    size_t i;

    for ( i = 0; i < snapshot->device_count; i++ )
    {
        struct xpci_device_info *device = &snapshot->devices[i];
        const struct owners_answer *answer;

        if ( view_lists(dom0, device->sbdf) )
            continue;
        answer = find(memory, device->sbdf);
        if ( answer )
            device->owner = answer->owner;
        all = all && answer;
    }

    return all;
}

/* Keep in mind those that dom0 does not list, and no others. */
static int remember(struct owners_memory *memory, const struct view *dom0,
                    const struct xpci_snapshot *snapshot)
{
    size_t i;

    ask_owners_dispose(memory);
    for ( i = 0; i < snapshot->device_count; i++ )
    {
        const struct xpci_device_info *device = &snapshot->devices[i];
        struct owners_answer *moved;

        if ( view_lists(dom0, device->sbdf) )
            continue;
        moved = sorted_insert(memory->answers, &memory->count,
                              sizeof(*memory->answers), device->sbdf);
        if ( !moved )
            return -ENOMEM;
        memory->answers = moved;
        find(memory, device->sbdf)->owner = device->owner;
    }

    return 0;
}

int ask_owners_snapshot(struct owners_memory *memory, enum owners_asked asked,
                        bool anew, struct backend *backend,
                        const struct view *dom0, struct xpci_snapshot *snapshot,
                        struct xpci_message *message)
{
    bool sparing = asked == OWNERS_NEEDED && !backend->ops->is_module(backend);
    int rc = backend->ops->snapshot(backend, &dom0->snapshot,
                                    asked == OWNERS_ALWAYS, snapshot, message);

    if ( rc || !sparing )
        return rc;
    memory->recalled = !anew && recall(memory, dom0, snapshot);
    if ( memory->recalled )
        return 0;
    xpci_snapshot_dispose(snapshot);
    xpci_snapshot_init(snapshot);
    rc = backend->ops->snapshot(backend, &dom0->snapshot, true, snapshot,
                                message);
    if ( !rc )
    {
        rc = remember(memory, dom0, snapshot);
        if ( rc )
            message_set(message, "no memory for owners");
    }

    return rc;
}
