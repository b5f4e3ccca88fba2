/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trees like /sys with a few devices, whose names, ways, files and links have
 * any bytes, and a boot on each.
 */
#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot.h"
#include "bytes.h"

#define DEVICES_MOST 6U
#define DEVICES_FOLDER "sys/bus/pci/devices"

static const char *const usual_names[] = {
    "0000:00:00.0", "0000:00:01.0",  "0000:00:1c.0", "0000:01:00.0",
    "0000:01:00.1", "10000:00:02.0", "0000:02:00.0", "ffff:ff:1f.7",
};

static int forget(const char *path, const struct stat *status, int type,
                  struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;

    return remove(path);
}

/* A name that makes one level of a path. */
static void read_name(struct bytes *bytes, char *name, size_t size)
{
    unsigned int which = bytes_choice(bytes, 12);
    char *at;

    if ( which < sizeof(usual_names) / sizeof(usual_names[0]) )
    {
        (void)snprintf(name, size, "%s", usual_names[which]);
        return;
    }
    bytes_text(bytes, name, size);
    for ( at = name; *at; at++ )
        if ( *at == '/' )
            *at = '_';
    if ( !*name || !strcmp(name, ".") || !strcmp(name, "..") )
        (void)snprintf(name, size, "x");
}

/* What cannot be made is not there, which is an input as well. */
static void make_file(int folder, const char *name, const void *bytes,
                      size_t size)
{
    int fd =
        openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if ( fd < 0 )
        return;
    if ( write(fd, bytes, size) != (ssize_t)size )
        err(2, "%s", name);
    (void)close(fd);
}

static void make_config(struct bytes *bytes, int folder)
{
    static const uint8_t sizes[] = { 0, 1, 4, 63, 64, 255 };
    uint8_t config[256] = { 0x86, 0x80, 0x4e, 0x24 };
    size_t size = sizes[bytes_choice(bytes, sizeof(sizes))] + 1U;
    unsigned int changes = bytes_choice(bytes, 16);

    config[0x0a] = 0x04;
    config[0x0b] = 0x06;
    config[0x0e] = 1;
    while ( changes-- )
    {
        uint8_t at = bytes_u8(bytes);

        config[at] = bytes_u8(bytes);
    }
    make_file(folder, "config", config, size);
}

static void make_device(struct bytes *bytes, int root)
{
    char name[80], way[200] = "sys/devices", above[80], text[256];
    unsigned int levels = bytes_choice(bytes, 4);
    int folder;

    read_name(bytes, name, sizeof(name));
    while ( levels-- )
    {
        read_name(bytes, above, sizeof(above));
        if ( strlen(way) + strlen(above) + 1 < sizeof(way) - sizeof(name) )
            (void)snprintf(way + strlen(way), sizeof(way) - strlen(way), "/%s",
                           above);
        (void)mkdirat(root, way, 0700);
    }
    (void)snprintf(way + strlen(way), sizeof(way) - strlen(way), "/%s", name);
    (void)mkdirat(root, way, 0700);
    folder = openat(root, way, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if ( folder < 0 )
        return;

    make_config(bytes, folder);
    bytes_text(bytes, text, sizeof(text));
    make_file(folder, "numa_node", text, strlen(text));
    bytes_text(bytes, text, sizeof(text));
    if ( *text )
        (void)symlinkat(text, folder, "physfn");
    (void)close(folder);

    (void)snprintf(text, sizeof(text), "../../../%s", way + strlen("sys/"));
    (void)snprintf(way, sizeof(way), DEVICES_FOLDER "/%s", name);
    (void)symlinkat(text, root, way);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = { data, size < FUZZ_MOST ? size : FUZZ_MOST };
    char folder[] = "/dev/shm/xen-pci-fuzz.XXXXXX";
    struct xpci_message message = { "" };
    struct config_space *space = NULL;
    unsigned int devices;
    int root, rc;

    if ( !mkdtemp(folder) )
        err(2, "%s", folder);
    root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if ( root < 0 || mkdirat(root, "sys", 0700) ||
         mkdirat(root, "sys/devices", 0700) || mkdirat(root, "sys/bus", 0700) ||
         mkdirat(root, "sys/bus/pci", 0700) ||
         mkdirat(root, DEVICES_FOLDER, 0700) )
        err(2, "%s", folder);
    for ( devices = 0; bytes.left && devices < DEVICES_MOST; devices++ )
        make_device(&bytes, root);

    rc = config_space_open_sysfs(&space, folder, NULL, NULL, &message);
    if ( rc > 0 || (rc && !message.text[0]) )
        fuzz_found("open returned %d, and says '%s'", rc, message.text);
    if ( !rc )
        fuzz_boot(space);
    (void)close(root);
    if ( nftw(folder, forget, 8, FTW_DEPTH | FTW_PHYS) )
        err(2, "%s", folder);

    return 0;
}
