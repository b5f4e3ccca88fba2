/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include <xenhypfs.h>

#include "xen_hypfs_lib.h"

static int lib_read(void *data, const char *path, char **text)
{
    struct xen_hypfs_lib *lib = data;

    if ( !lib->handle )
        return -ENOENT;
    errno = 0;
    *text = xenhypfs_read(lib->handle, path);
    if ( *text )
        return 0;

    return errno ? -errno : -EIO;
}

static int lib_list(void *data, const char *path, char **names)
{
    struct xen_hypfs_lib *lib = data;
    struct xenhypfs_dirent *entries;
    unsigned int count = 0, i;
    size_t length = 1;
    char *end;

    if ( !lib->handle )
        return -ENOENT;
    errno = 0;
    entries = xenhypfs_readdir(lib->handle, path, &count);
    if ( !entries )
    {
        if ( errno )
            return -errno;
        count = 0; /* an empty directory */
    }
    for ( i = 0; i < count; i++ )
        length += strlen(entries[i].name) + 1;
    *names = end = malloc(length);
    if ( *names )
    {
        for ( i = 0; i < count; i++ )
            end = stpcpy(stpcpy(end, entries[i].name), "\n");
        *end = '\0';
    }
    free(entries);

    return *names ? 0 : -ENOMEM;
}

int xen_hypfs_lib_open(struct xen_hypfs_lib *lib, struct xpci_message *message)
{
    int rc;

    *lib = (struct xen_hypfs_lib){
        .source = { .read = lib_read, .list = lib_list, .data = lib },
    };
    errno = 0;
    lib->handle = xenhypfs_open(NULL, 0);
    if ( lib->handle )
        return 0;
    rc = errno ? -errno : -EIO;
    if ( rc == -ENOSYS || rc == -EOPNOTSUPP )
        return 0;
    snprintf(message->text, sizeof(message->text), "cannot open hypfs: %s",
             strerror(-rc));

    return rc;
}

void xen_hypfs_lib_close(struct xen_hypfs_lib *lib)
{
    if ( lib->handle )
        xenhypfs_close(lib->handle);
    lib->handle = NULL;
}
