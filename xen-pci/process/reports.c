/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Collects what dom0 reports at boot.
 */
#include <stdlib.h>

#include "reports.h"

#define FIRST_ROOM 256U

void reports_init(struct reports *reports)
{
    memset(reports, 0, sizeof(*reports));
}

void reports_dispose(struct reports *reports)
{
    free(reports->entries);
    reports_init(reports);
}

static int append(void *data, uint32_t sbdf, const struct xpci_report *report)
{
    struct reports *reports = data;

    if ( reports->count == reports->room )
    {
        size_t room = reports->room ? 2 * reports->room : FIRST_ROOM;
        struct report_entry *entries =
            reallocarray(reports->entries, room, sizeof(*entries));

        if ( !entries )
            return -ENOMEM;
        reports->entries = entries;
        reports->room = room;
    }
    reports->entries[reports->count].sbdf = sbdf;
    reports->entries[reports->count].report = *report;
    reports->count++;

    return 0;
}

int reports_read(struct reports *reports, struct config_space *space)
{
    return space->ops->list(space, append, reports);
}
