/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0's view: which devices its kernel lists, and what they are.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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
}

void view_dispose(struct view *view)
{
    xpci_snapshot_dispose(&view->snapshot);
    sbdf_set_dispose(&view->listed);
}

/*
 * The directory in which dom0's kernel lists its devices: `source` is laid out
 * like /sys, or has such a `sys`.
 */
static DIR *open_devices(const struct view_source *source)
{
    static const char *const places[] = { "", "/sys" };
    const char *root = source->kind == VIEW_LIVE ? "/sys" : source->path;
    DIR *devices = NULL;
    unsigned int i;
    char *path;

    for ( i = 0; !devices && i < ARRAY_SIZE(places); i++ )
    {
        if ( asprintf(&path, "%s%s/bus/pci/devices", root, places[i]) < 0 )
        {
            errno = ENOMEM;
            return NULL;
        }
        devices = opendir(path);
        free(path);
    }

    return devices;
}

/* The next device in the directory: 1 and `*sbdf`, 0: no more, or -errno. */
static int next_device(DIR *devices, uint32_t *sbdf)
{
    const struct dirent *entry;

    do
    {
        errno = 0;
        entry = readdir(devices);
        if ( !entry )
            return -errno;
    } while ( xpci_sbdf_parse(entry->d_name, sbdf) );

    return 1;
}

static int list_devices(struct sbdf_set *listed,
                        const struct view_source *source)
{
    DIR *devices = open_devices(source);
    uint32_t sbdf = 0;
    int rc;

    if ( !devices )
        return -errno;
    while ( (rc = next_device(devices, &sbdf)) > 0 )
    {
        rc = sbdf_set_add(listed, sbdf);
        if ( rc )
            break;
    }
    closedir(devices);

    return rc;
}

static void read_header(int devices, const char *name, uint8_t *header)
{
    char path[XPCI_SBDF_LENGTH + 8];
    int fd;

    snprintf(path, sizeof(path), "%s/config", name);
    fd = openat(devices, path, O_RDONLY | O_CLOEXEC);
    if ( fd < 0 || read(fd, header, VIEW_HEADER) != (ssize_t)VIEW_HEADER )
        memset(header, 0xff, VIEW_HEADER);
    if ( fd >= 0 )
        close(fd);
}

int view_ask(const struct view_source *source, uint32_t sbdf, uint8_t *header)
{
    DIR *devices = open_devices(source);
    char name[XPCI_SBDF_LENGTH];
    struct stat status;
    uint32_t other;
    int rc;

    if ( !devices )
        return -errno;
    if ( !fstatat(dirfd(devices), xpci_sbdf_format(name, sbdf), &status,
                  AT_SYMLINK_NOFOLLOW) )
    {
        read_header(dirfd(devices), name, header);
        rc = 1;
    }
    else if ( errno != ENOENT )
        rc = -errno;
    else
    {
        /* A machine without any device is a view that is broken. */
        rc = next_device(devices, &other);
        rc = rc > 0 ? 0 : rc ? rc : -ENODATA;
    }
    closedir(devices);

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

    if ( !rc || rc == -ENODEV || rc == -EINVAL )
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
        rc = list_devices(&view->listed, source);
    if ( !rc )
        rc = space->ops->list(space, report_device, &reading);
    if ( !rc )
        rc = xpci_snapshot_take(&view->snapshot, reading.tables.xpci,
                                space->source);
    if ( !rc )
        snapshot_grade(&view->snapshot, space);
    sbdf_set_sort(&view->listed);

out:
    embedded_dispose(&reading.tables);
    if ( rc )
        message_set(message, "cannot read dom0's view: %s", strerror(-rc));

    return rc;
}
