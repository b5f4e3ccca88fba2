/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failing.h"

#define CALLS 64U /* names of calls, at most */

static struct {
    bool armed;
    unsigned int paused;
    unsigned int count;
    unsigned int number;
    bool onward;
    const char *name;
    const char *made[CALLS]; /* names of what was called while armed */
} failing = { .name = "" };

static void note(const char *name)
{
    unsigned int i;

    for ( i = 0; i < CALLS && failing.made[i]; i++ )
    {
        if ( !strcmp(failing.made[i], name) )
            return;
    }
    if ( i < CALLS )
        failing.made[i] = name;
}

bool failing_was_made(const char *name)
{
    unsigned int i;

    for ( i = 0; i < CALLS && failing.made[i]; i++ )
    {
        if ( !strcmp(failing.made[i], name) )
            return true;
    }

    return false;
}

void failing_arm(unsigned int number, bool onward)
{
    failing.armed = true;
    failing.count = 0;
    failing.number = number;
    failing.onward = onward;
    failing.name = "";
}

unsigned int failing_disarm(void)
{
    failing.armed = false;

    return failing.count;
}

void failing_pause(void)
{
    failing.paused++;
}

void failing_resume(void)
{
    failing.paused--;
}

const char *failing_name(void)
{
    return failing.name;
}

static bool fails(const char *name, int error)
{
    if ( !failing.armed || failing.paused )
        return false;
    note(name);
    failing.count++;
    if ( !failing.number || (failing.onward ? failing.count < failing.number
                                            : failing.count != failing.number) )
        return false;
    failing.name = name;
    errno = error;

    return true;
}

static struct {
    enum failing_spoil how;
    unsigned int number;
    unsigned int count;
} spoil;

void failing_spoil(enum failing_spoil how, unsigned int number)
{
    spoil.how = how;
    spoil.number = number;
    spoil.count = 0;
}

unsigned int failing_spoilt(void)
{
    return spoil.count;
}

/* `got` bytes were read: how many the caller sees, and which. */
static ssize_t spoilt(void *bytes, ssize_t got)
{
    unsigned char *byte = bytes;
    ssize_t i;

    if ( got <= 0 || !failing.armed || failing.paused || !spoil.how ||
         ++spoil.count != spoil.number )
        return got;
    if ( spoil.how == FAILING_SHORT )
        return got / 2;
    for ( i = 0; i < got; i++ )
        byte[i] = spoil.how == FAILING_ONES ? 0xff : byte[i] ^ 1;

    return got;
}

/* A call that returns `wrong` when it fails. */
#define FAILING(type, name, parameters, arguments, wrong, error)        \
    type __real_##name parameters;                                      \
    type __wrap_##name parameters;                                      \
    type __wrap_##name parameters                                       \
    {                                                                   \
        return fails(#name, error) ? (wrong) : __real_##name arguments; \
    }

FAILING(void *, malloc, (size_t size), (size), NULL, ENOMEM)
FAILING(void *, calloc, (size_t count, size_t size), (count, size), NULL,
        ENOMEM)
FAILING(void *, realloc, (void *memory, size_t size), (memory, size), NULL,
        ENOMEM)
FAILING(void *, reallocarray, (void *memory, size_t count, size_t size),
        (memory, count, size), NULL, ENOMEM)
FAILING(char *, strdup, (const char *text), (text), NULL, ENOMEM)
FAILING(FILE *, open_memstream, (char **text, size_t *size), (text, size), NULL,
        ENOMEM)
FAILING(ssize_t, write, (int fd, const void *bytes, size_t size),
        (fd, bytes, size), -1, ENOSPC)
FAILING(int, fdatasync, (int fd), (fd), -1, EIO)
FAILING(int, fsync, (int fd), (fd), -1, EIO)
FAILING(int, fstat64, (int fd, struct stat *status), (fd, status), -1, EIO)
FAILING(int, fchmod, (int fd, mode_t mode), (fd, mode), -1, EPERM)
FAILING(int, rename, (const char *from, const char *to), (from, to), -1, EACCES)
FAILING(int, link, (const char *from, const char *to), (from, to), -1, EPERM)
FAILING(int, mkdir, (const char *path, mode_t mode), (path, mode), -1, EROFS)
FAILING(int, access, (const char *path, int mode), (path, mode), -1, EACCES)
FAILING(FILE *, fopen64, (const char *path, const char *mode), (path, mode),
        NULL, EMFILE)
FAILING(FILE *, fdopen, (int fd, const char *mode), (fd, mode), NULL, ENOMEM)
FAILING(int, fflush, (FILE * file), (file), EOF, EIO)
FAILING(off_t, ftello64, (FILE * file), (file), -1, ESPIPE)
FAILING(DIR *, fdopendir, (int fd), (fd), NULL, ENOMEM)
FAILING(int, fstatat64,
        (int directory, const char *path, struct stat *status, int flags),
        (directory, path, status, flags), -1, EACCES)
FAILING(struct dirent *, readdir64, (DIR * directory), (directory), NULL, EIO)
FAILING(char *, realpath, (const char *path, char *resolved), (path, resolved),
        NULL, ENOMEM)
FAILING(ssize_t, readlink, (const char *path, char *target, size_t size),
        (path, target, size), -1, EIO)
FAILING(int, memfd_create, (const char *name, unsigned int flags),
        (name, flags), -1, EMFILE)
FAILING(int, dup, (int fd), (fd), -1, EMFILE)

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);

    return fails("open64", EMFILE) ? -1 : __real_open64(path, flags, mode);
}

ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
    return fails("read", EIO) ? -1
                              : spoilt(bytes, __real_read(fd, bytes, size));
}

ssize_t __real_pread64(int fd, void *bytes, size_t size, off_t offset);
ssize_t __wrap_pread64(int fd, void *bytes, size_t size, off_t offset);
ssize_t __wrap_pread64(int fd, void *bytes, size_t size, off_t offset)
{
    return fails("pread64", EIO)
               ? -1
               : spoilt(bytes, __real_pread64(fd, bytes, size, offset));
}

ssize_t __real_readlinkat(int directory, const char *path, char *target,
                          size_t size);
ssize_t __wrap_readlinkat(int directory, const char *path, char *target,
                          size_t size);
ssize_t __wrap_readlinkat(int directory, const char *path, char *target,
                          size_t size)
{
    return fails("readlinkat", EIO)
               ? -1
               : spoilt(target,
                        __real_readlinkat(directory, path, target, size));
}

int __real_openat64(int directory, const char *path, int flags, ...);
int __wrap_openat64(int directory, const char *path, int flags, ...);
int __wrap_openat64(int directory, const char *path, int flags, ...)
{
    return fails("openat64", EMFILE) ? -1
                                     : __real_openat64(directory, path, flags);
}

int __real_vasprintf(char **text, const char *format, va_list arguments);
int __wrap_vasprintf(char **text, const char *format, va_list arguments);
int __wrap_vasprintf(char **text, const char *format, va_list arguments)
{
    return fails("vasprintf", ENOMEM)
               ? -1
               : __real_vasprintf(text, format, arguments);
}

int __wrap_asprintf(char **text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int __wrap_asprintf(char **text, const char *format, ...)
{
    va_list arguments;
    int length;

    if ( fails("asprintf", ENOMEM) )
        return -1;
    va_start(arguments, format);
    length = __real_vasprintf(text, format, arguments);
    va_end(arguments);

    return length;
}

/* Closed all the same, as Linux does it. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    int rc = __real_close(fd);

    return fails("close", EIO) ? -1 : rc;
}

int __real_fclose(FILE *file);
int __wrap_fclose(FILE *file);
int __wrap_fclose(FILE *file)
{
    int rc = __real_fclose(file);

    return fails("fclose", ENOSPC) ? EOF : rc;
}
