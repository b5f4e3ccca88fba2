/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Config space from a text that lspci printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dump_text.h"
#include "libpci.h"

struct dump_space {
    struct config_space space;
    struct pci_access *access; /* owns the handles in the list */
    struct device_list list;
};

static uint32_t dump_read(struct config_space *space, uint32_t sbdf,
                          unsigned int offset)
{
    const struct device_entry *entry =
        device_list_find(&((struct dump_space *)space)->list, sbdf);

    return entry ? libpci_read_dword(entry->dev, offset) : 0xffffffffU;
}

static int dump_list(struct config_space *space, config_space_each *each,
                     void *data)
{
    return device_list_report(&((struct dump_space *)space)->list, each, data);
}

static void dump_close(struct config_space *space)
{
    struct dump_space *dump = (struct dump_space *)space;

    device_list_dispose(&dump->list);
    libpci_close(dump->access);
    free(dump);
}

/* A checked copy of the dump as an anonymous file: its descriptor, or < 0. */
static int checked_copy(FILE *in, const char *name,
                        const struct warning_sink *sink,
                        struct xpci_message *message)
{
    int rc, fd = memfd_create("xen-pci-dump", MFD_CLOEXEC);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

    if ( !out )
    {
        rc = -errno;
        message_set(message, "%s: no room for a copy: %s", name, strerror(-rc));
        if ( fd >= 0 )
            close(fd);
        return rc;
    }

    rc = dump_text_check(in, name, out, sink, message);
    /* The stream goes, the file stays. */
    if ( !rc && (fflush(out) || (fd = dup(fd)) < 0) )
    {
        rc = -errno;
        message_set(message, "%s: no room for a copy: %s", name, strerror(-rc));
    }
    if ( fclose(out) && !rc )
    {
        rc = -errno;
        close(fd);
        message_set(message, "%s: no room for a copy: %s", name, strerror(-rc));
    }

    return rc ? rc : fd;
}

static int take_devices(struct dump_space *dump)
{
    struct pci_dev *dev;
    int rc = 0;

    for ( dev = dump->access->devices; !rc && dev; dev = dev->next )
    {
        struct device_entry entry = {
            .sbdf = XPCI_SBDF(dev->domain, dev->bus,
                              ((unsigned int)dev->dev << 3) | dev->func),
            .node = XPCI_NO_NODE,
            .dev = dev,
        };

        if ( !libpci_facts(dev, &entry.facts) )
            rc = device_list_add(&dump->list, &entry);
    }

    return rc;
}

static int read_copy(struct dump_space *dump, int fd, const char *name,
                     const struct warning_sink *sink,
                     struct xpci_message *message)
{
    char path[64];
    int rc;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    rc =
        libpci_open(&dump->access, PCI_ACCESS_DUMP, "dump.name", path, message);
    if ( rc )
        return rc;
    rc = take_devices(dump);
    if ( !rc && !dump->list.count )
    {
        message_set(message,
                    "%s: found nothing but devices that read all "
                    "ones, expected devices that are there",
                    name);
        return -EINVAL;
    }
    if ( rc )
    {
        message_set(message, "%s: %s", name, strerror(-rc));
        return rc;
    }

    device_list_sort(&dump->list);
    device_list_link_vfs(&dump->list);
    device_list_finish(&dump->list, sink);

    return 0;
}

static int open_copy(struct config_space **space, int fd, const char *name,
                     const struct warning_sink *sink,
                     struct xpci_message *message)
{
    static const struct config_space_ops ops = {
        .read = dump_read,
        .list = dump_list,
        .close = dump_close,
    };
    struct dump_space *dump = calloc(1, sizeof(*dump));
    int rc;

    if ( !dump )
    {
        message_set(message, "%s: no memory", name);
        return -ENOMEM;
    }
    dump->space.ops = &ops;
    dump->space.source = XPCI_SOURCE_FILE;
    device_list_init(&dump->list);

    rc = read_copy(dump, fd, name, sink, message);
    if ( rc )
        dump_close(&dump->space);
    else
        *space = &dump->space;

    return rc;
}

int config_space_open_dump(struct config_space **space, const char *path,
                           config_space_warn *warn, void *data,
                           struct xpci_message *message)
{
    const struct warning_sink sink = { warn, data };
    bool is_stdin = !strcmp(path, "-");
    const char *name = is_stdin ? "stdin" : path;
    FILE *in = is_stdin ? stdin : fopen(path, "re");
    int rc, fd;

    if ( !in )
    {
        rc = -errno;
        message_set(message, "%s: cannot be opened: %s", path, strerror(-rc));
        return rc;
    }
    fd = checked_copy(in, name, &sink, message);
    if ( !is_stdin )
        fclose(in);
    if ( fd < 0 )
        return fd;

    rc = open_copy(space, fd, name, &sink, message);
    close(fd);

    return rc;
}
