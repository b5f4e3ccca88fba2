/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/stat.h>

#include "view_listed.h"

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
    sbdf_set_init(&view->unreadable);
}

void view_dispose(struct view *view)
{
    xpci_snapshot_dispose(&view->snapshot);
    sbdf_set_dispose(&view->unreadable);
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
        rc = sbdf_set_add(&reading->view->unreadable, sbdf);

    return rc;
}

/*
 * What dom0 lists and the view does not have: its config space could not be
 * read at all.
 */
static int add_unreadable(struct view *view, const struct view_source *source)
{
    struct sbdf_set listed;
    size_t i;
    int rc;

    sbdf_set_init(&listed);
    rc = view_listed(&listed, source);
    for ( i = 0; !rc && i < listed.count; i++ )
    {
        if ( !xpci_snapshot_device(&view->snapshot, listed.sbdf[i]) )
            rc = sbdf_set_add(&view->unreadable, listed.sbdf[i]);
    }
    sbdf_set_dispose(&listed);
    sbdf_set_sort(&view->unreadable);

    return rc;
}

/*
 * dom0's devices, reported one after the other to tables of their own: these
 * are then what a hypervisor's tables must be, by the same rules.
 */
int view_read(struct view *view, struct config_space *space,
              const struct view_source *source, struct xpci_message *message)
{
    struct reading reading = { .view = view };
    int rc;

    rc = embedded_init(&reading.tables, space);
    if ( rc )
        goto out_message;
    rc = space->ops->list(space, report_device, &reading);
    if ( rc )
        goto out;
    rc =
        xpci_snapshot_take(&view->snapshot, reading.tables.xpci, space->source);
    if ( !rc )
        rc = add_unreadable(view, source);

out:
    embedded_dispose(&reading.tables);
out_message:
    if ( rc )
        snprintf(message->text, sizeof(message->text),
                 "cannot read dom0's view: %s", strerror(-rc));

    return rc;
}
