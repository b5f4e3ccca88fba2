/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0's view: which devices its kernel lists, and what they are.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "array.h"
#include "config_space/config_space_sysfs.h"
#include "message.h"
#include "view.h"

struct view_source view_source_of(const char *path)
{
    struct stat status;
    bool directory = !stat(path, &status) && S_ISDIR(status.st_mode);

    return (struct view_source){ directory ? VIEW_SYSFS : VIEW_DUMP, path };
}

int view_open_space(struct config_space **space,
                    const struct view_source *source, config_space_warn *warn,
                    void *data, struct xpci_message *message)
{
    switch ( source->kind )
    {
    case VIEW_SYSFS:
        return config_space_open_sysfs(space, source->path, warn, data,
                                       message);
    case VIEW_DUMP:
        return config_space_open_dump(space, source->path, warn, data, message);
    case VIEW_LIVE:
        break;
    }

    return config_space_open_live(space, warn, data, message);
}

void view_init(struct view *view)
{
    xpci_snapshot_init(&view->snapshot);
    sbdf_set_init(&view->listed);
    view->silent = NULL;
    view->silent_count = 0;
}

void view_dispose(struct view *view)
{
    xpci_snapshot_dispose(&view->snapshot);
    sbdf_set_dispose(&view->listed);
    free(view->silent);
    view->silent = NULL;
    view->silent_count = 0;
}

static int add_silent(struct view *view, uint32_t sbdf, enum device_silence why)
{
    const struct device_silent silent = { sbdf, why };

    if ( !ARRAY_APPEND(view->silent, view->silent_count, silent) )
        return -ENOMEM;

    return sbdf_set_add(&view->listed, sbdf);
}

/* All that the directory of devices had when `space` was opened. */
static int list_devices(struct view *view, const struct config_space *space)
{
    const struct device_list *list = sysfs_space_list(space);
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < list->count; i++ )
        rc = sbdf_set_add(&view->listed, list->entries[i].sbdf);
    for ( i = 0; !rc && i < list->silent_count; i++ )
        rc = add_silent(view, list->silent[i].sbdf, list->silent[i].why);

    return rc;
}

struct reading {
    struct embedded tables;
    struct view *view;
};

/*
 * A device whose config space (or whose PF's) reads as nothing is listed and
 * cannot be described: the view says so and goes on.
 */
static int report_device(void *data, uint32_t sbdf,
                         const struct xpci_report *report)
{
    struct reading *reading = data;
    int rc = embedded_add(&reading->tables, sbdf, report);

    if ( rc == -ENODEV || rc == -EINVAL )
        return add_silent(reading->view, sbdf, SILENCE_ORPHAN);
    if ( !rc )
        rc = sbdf_set_add(&reading->view->listed, sbdf);

    return rc;
}

/*
 * dom0's devices are reported one after the other to tables of their own:
 * these are then what a hypervisor's tables must be, by the same rules.
 */
int view_read(struct view *view, struct config_space *space,
              const struct view_source *source, struct xpci_message *message)
{
    struct reading reading = { .view = view };
    int rc;

    rc = embedded_init(&reading.tables, space);
    if ( rc )
        goto out;
    if ( source->kind != VIEW_DUMP )
        rc = list_devices(view, space);
    if ( !rc )
        rc = space->ops->list(space, report_device, &reading);
    if ( !rc )
        rc = xpci_snapshot_take(&view->snapshot, reading.tables.xpci,
                                space->source);
    if ( !rc )
        snapshot_grade(&view->snapshot, space);
    sbdf_set_sort(&view->listed);
    if ( view->silent_count )
        qsort(view->silent, view->silent_count, sizeof(*view->silent),
              sorted_compare);

out:
    embedded_dispose(&reading.tables);
    if ( rc )
        message_set(message, "cannot read dom0's view: %s", strerror(-rc));

    return rc;
}

int view_confirm(const struct view_source *source,
                 const struct config_space *space, uint32_t sbdf)
{
    return source->kind == VIEW_DUMP ? 1 : sysfs_space_confirm(space, sbdf);
}
