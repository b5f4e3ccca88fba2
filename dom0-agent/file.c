/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whole files: reading with a bound, replacing at once.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"
#include "file.h"
#include "message.h"

static int failed(struct xpci_message *message, const char *what,
                  const char *path)
{
    int rc = -errno;

    message_set(message, "cannot %s %s: %s", what, path, strerror(-rc));

    return rc;
}

static int read_all(int fd, char *bytes, size_t size, size_t *got)
{
    for ( *got = 0; *got < size; )
    {
        ssize_t count = read(fd, bytes + *got, size - *got);

        if ( count < 0 && errno == EINTR )
            continue;
        if ( count < 0 )
            return -1;
        if ( !count )
            break;
        *got += count;
    }

    return 0;
}

int file_read(const char *path, size_t most, char **bytes, size_t *size,
              struct xpci_message *message)
{
    struct stat status;
    int rc, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    *bytes = NULL;
    if ( fd < 0 )
        return failed(message, "open", path);
    if ( fstat(fd, &status) )
    {
        rc = failed(message, "read", path);
        goto out;
    }
    rc = !S_ISREG(status.st_mode)        ? -EINVAL
         : (size_t)status.st_size > most ? -EFBIG
                                         : 0;
    if ( rc )
    {
        message_set(message, "cannot read %s: %s", path,
                    rc == -EINVAL ? "no regular file" : strerror(-rc));
        goto out;
    }
    *bytes = malloc(status.st_size + 1);
    if ( !*bytes )
    {
        errno = ENOMEM;
        rc = failed(message, "read", path);
        goto out;
    }
    if ( read_all(fd, *bytes, status.st_size, size) )
    {
        rc = failed(message, "read", path);
        free(*bytes);
        *bytes = NULL;
        goto out;
    }
    (*bytes)[*size] = '\0';

out:
    close(fd);

    return rc;
}

static int write_all(int fd, const char *bytes, size_t size)
{
    while ( size )
    {
        ssize_t count = write(fd, bytes, size);

        if ( count < 0 && errno == EINTR )
            continue;
        if ( count < 0 )
            return -1;
        bytes += count;
        size -= count;
    }

    return 0;
}

static void directory_of(char *directory, size_t size, const char *path)
{
    const char *slash = strrchr(path, '/');

    if ( slash )
        snprintf(directory, size, "%.*s",
                 (int)(slash == path ? 1 : slash - path), path);
    else
        snprintf(directory, size, ".");
}

int file_make_directory(const char *path, struct xpci_message *message)
{
    char directory[PATH_MAX];

    directory_of(directory, sizeof(directory), path);
    if ( mkdir(directory, 0700) && errno != EEXIST )
        return failed(message, "make the directory", directory);

    return 0;
}

/* The new name of a file is on disk when its directory is. */
static int sync_directory(const char *path)
{
    char directory[PATH_MAX];
    int fd, rc;

    directory_of(directory, sizeof(directory), path);
    fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if ( fd < 0 )
        return -1;
    rc = fsync(fd);
    close(fd);

    return rc;
}

int file_replace(const char *path, const char *bytes, size_t size, mode_t mode,
                 bool sync, struct xpci_message *message)
{
    char fresh[PATH_MAX];
    int fd, rc;

    if ( snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh) )
    {
        errno = ENAMETOOLONG;
        return failed(message, "write", path);
    }
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
              mode);
    if ( fd < 0 )
        return failed(message, "create", fresh);
    /* Whatever the umask is: others have to read some of them. */
    rc = fchmod(fd, mode) || write_all(fd, bytes, size) || (sync && fsync(fd))
             ? failed(message, "write", fresh)
             : 0;
    if ( close(fd) && !rc )
        rc = failed(message, "write", fresh);
    if ( rc )
        goto out;
    fault_point("file-rename");
    if ( rename(fresh, path) )
        rc = failed(message, "replace", path);
    else if ( sync && sync_directory(path) )
        return failed(message, "write the directory of", path);

out:
    if ( rc )
        (void)unlink(fresh);

    return rc;
}
