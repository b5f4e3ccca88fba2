/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Config space from a text that lspci printed.
 *
 * libpci reads the text, and it is what takes long.  So it is first given what
 * nearly everybody needs (DUMP_ROWS_THAT_MATTER); who reads anything else has
 * it read the whole of the text.
 */
#include <fcntl.h>
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
    const struct device_entry *recent; /* read last; NULL: none */
    char *name;
    int text;    /* the text, to be read again; < 0: all of it was read */
    off_t begin; /* where it begins in there */
    struct warning_sink sink;
};

static void forget_text(struct dump_space *dump)
{
    if ( dump->text >= 0 )
        close(dump->text);
    dump->text = -1;
}

static int no_room(const char *name, struct xpci_message *message)
{
    int rc = errno ? -errno : -EIO;

    message_set(message, "%s: no room for a copy: %s", name, strerror(-rc));

    return rc;
}

/*
 * A checked copy of the text from `fd` on, as an anonymous file: its
 * descriptor, or < 0.
 */
static int checked_copy(int fd, const char *name, enum dump_rows rows,
                        struct dump_devices *devices,
                        const struct warning_sink *sink,
                        struct xpci_message *message)
{
    int rc, copy = memfd_create("xen-pci-dump", MFD_CLOEXEC), kept = -1;
    FILE *out = copy < 0 ? NULL : fdopen(copy, "w");
    int again = dup(fd);
    FILE *in = again < 0 ? NULL : fdopen(again, "r");

    if ( !out || !in )
    {
        rc = no_room(name, message);
        goto out;
    }
    rc = dump_text_check(in, name, out, rows, devices, sink, message);
    /* The stream goes, the file stays. */
    if ( !rc && (fflush(out) || (kept = dup(copy)) < 0) )
        rc = no_room(name, message);

out:
    if ( out )
        fclose(out);
    else if ( copy >= 0 )
        close(copy);
    if ( in )
        fclose(in);
    else if ( again >= 0 )
        close(again);

    return rc ? rc : kept;
}

/* libpci's reading of what is at `fd`. */
static int open_access(struct pci_access **access, int fd,
                       struct xpci_message *message)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);

    return libpci_open(access, PCI_ACCESS_DUMP, "dump.name", path, message);
}

static uint32_t sbdf_of(const struct pci_dev *dev)
{
    return XPCI_SBDF(dev->domain, dev->bus,
                     ((unsigned int)dev->dev << 3) | dev->func);
}

/* The same devices from the whole text. */
static int read_whole(struct dump_space *dump, struct xpci_message *message)
{
    const struct warning_sink nobody = { NULL, NULL };
    struct pci_access *whole = NULL;
    struct dump_devices devices;
    struct pci_dev *dev;
    int rc, fd = -1;
    size_t found = 0;

    dump_devices_init(&devices);
    rc = lseek(dump->text, dump->begin, SEEK_SET) < 0
             ? no_room(dump->name, message)
             : 0;
    if ( !rc )
        rc = fd = checked_copy(dump->text, dump->name, DUMP_ROWS_ALL, &devices,
                               &nobody, message);
    if ( fd >= 0 )
    {
        rc = open_access(&whole, fd, message);
        close(fd);
    }
    for ( dev = whole ? whole->devices : NULL; dev; dev = dev->next )
        found += device_list_find(&dump->list, sbdf_of(dev)) != NULL;
    if ( !rc && found != dump->list.count )
    {
        message_set(message, "%s: found other devices than before", dump->name);
        rc = -EINVAL;
    }
    if ( rc )
        libpci_close(whole);
    else
    {
        for ( dev = whole->devices; dev; dev = dev->next )
        {
            struct device_entry *entry =
                device_list_find(&dump->list, sbdf_of(dev));

            if ( entry )
                entry->dev = dev;
        }
        libpci_close(dump->access);
        dump->access = whole;
    }
    dump_devices_dispose(&devices);

    return rc;
}

/* Did libpci get this dword, which it reads as `dword`? */
static bool is_known(const struct device_entry *entry, unsigned int offset,
                     uint32_t dword)
{
    switch ( dump_rows_knowledge(offset) )
    {
    case DUMP_KNOWN:
        return true;
    case DUMP_PERHAPS:
        return dword != 0xffffffffU || (entry->facts.bridge && offset == 0x18);
    default:
        return false;
    }
}

static const struct device_entry *find_entry(struct dump_space *dump,
                                             uint32_t sbdf)
{
    /* One function is read many times in a row. */
    if ( !dump->recent || dump->recent->sbdf != sbdf )
        dump->recent = device_list_find(&dump->list, sbdf);

    return dump->recent;
}

static uint32_t dump_read(struct config_space *space, uint32_t sbdf,
                          unsigned int offset)
{
    struct dump_space *dump = (struct dump_space *)space;
    const struct device_entry *entry = find_entry(dump, sbdf);
    struct xpci_message message = { "" };
    uint32_t dword;

    if ( !entry || offset + 4 > entry->config_size )
        return 0xffffffffU;
    dword = libpci_read_dword(entry->dev, offset);
    if ( dump->text < 0 || is_known(entry, offset, dword) )
        return dword;
    if ( read_whole(dump, &message) )
        warning_say(&dump->sink,
                    "%s; what was not read at first reads as all ones",
                    message.text);
    forget_text(dump);

    return libpci_read_dword(entry->dev, offset);
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
    forget_text(dump);
    free(dump->name);
    free(dump);
}

static int take_devices(struct dump_space *dump,
                        const struct dump_devices *devices)
{
    struct pci_dev *dev;
    int rc = 0;

    for ( dev = dump->access->devices; !rc && dev; dev = dev->next )
    {
        struct device_entry entry = {
            .sbdf = sbdf_of(dev),
            .node = XPCI_NO_NODE,
            .dev = dev,
        };
        const struct dump_device *device =
            dump_devices_find(devices, entry.sbdf);

        if ( !device || libpci_facts(dev, &entry.facts) )
            continue;
        entry.config_size = device->size;
        rc = device_list_add(&dump->list, &entry);
    }

    return rc;
}

static int read_text(struct dump_space *dump, struct xpci_message *message)
{
    struct dump_devices devices;
    int rc, fd;

    dump_devices_init(&devices);
    rc = fd = checked_copy(dump->text, dump->name, DUMP_ROWS_THAT_MATTER,
                           &devices, &dump->sink, message);
    if ( fd < 0 )
        goto out;
    rc = open_access(&dump->access, fd, message);
    close(fd);
    if ( rc )
        goto out;
    rc = take_devices(dump, &devices);
    if ( rc )
        message_set(message, "%s: %s", dump->name, strerror(-rc));
    else if ( !dump->list.count )
    {
        message_set(message,
                    "%s: found nothing but devices that read all "
                    "ones, expected devices that are there",
                    dump->name);
        rc = -EINVAL;
    }

out:
    dump_devices_dispose(&devices);

    return rc;
}

/* What can be read only once is copied first: its descriptor, or < 0. */
static int keep_text(int fd, const char *name, struct xpci_message *message)
{
    char buffer[65536];
    ssize_t got = 1, put = 0;
    int copy;

    if ( lseek(fd, 0, SEEK_CUR) >= 0 )
        return fd;
    copy = memfd_create("xen-pci-text", MFD_CLOEXEC);
    while ( copy >= 0 && got > 0 && put >= 0 )
    {
        ssize_t done;

        got = read(fd, buffer, sizeof(buffer));
        for ( done = 0; done < got && put >= 0; done += put )
            put = write(copy, buffer + done, (size_t)(got - done));
    }
    if ( copy < 0 || got < 0 || put < 0 || lseek(copy, 0, SEEK_SET) < 0 )
    {
        int rc = no_room(name, message);

        if ( copy >= 0 )
            close(copy);
        close(fd);
        return rc;
    }
    close(fd);

    return copy;
}

static int open_text(const char *path, const char *name,
                     struct xpci_message *message)
{
    int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC)
                               : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);

    if ( fd >= 0 )
        return keep_text(fd, name, message);
    fd = -errno;
    message_set(message, "%s: cannot be opened: %s", name, strerror(-fd));

    return fd;
}

int config_space_open_dump(struct config_space **space, const char *path,
                           config_space_warn *warn, void *data,
                           struct xpci_message *message)
{
    static const struct config_space_ops ops = {
        .read = dump_read,
        .list = dump_list,
        .close = dump_close,
    };
    const char *name = strcmp(path, "-") ? path : "stdin";
    struct dump_space *dump = calloc(1, sizeof(*dump));
    int rc;

    if ( !dump )
    {
        message_set(message, "%s: no memory", name);
        return -ENOMEM;
    }
    dump->space.ops = &ops;
    dump->space.source = XPCI_SOURCE_FILE;
    dump->sink = (struct warning_sink){ warn, data };
    device_list_init(&dump->list);
    dump->name = strdup(name);
    rc = dump->text = dump->name ? open_text(path, name, message) : -ENOMEM;
    if ( rc >= 0 )
    {
        dump->begin = lseek(dump->text, 0, SEEK_CUR);
        rc = read_text(dump, message);
    }
    if ( rc < 0 )
    {
        dump_close(&dump->space);
        return rc;
    }

    device_list_sort(&dump->list);
    device_list_link_vfs(&dump->list);
    device_list_finish(&dump->list, &dump->sink);
    *space = &dump->space;

    return 0;
}
