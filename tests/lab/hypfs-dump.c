/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hypfs-dump DIRECTORY NAME...: every entry below a directory of hypfs whose
 * last part is one of the names, in one process (dom0 is slow in the lab):
 * a line "== PATH" with the path below the directory, then what it reads as.
 *
 * Exit code: 0 done, 1 hypfs could not be read, 2 usage.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenhypfs.h>

/* Deeper than any directory of hypfs. */
#define DEPTH_MOST 8u
#define PATH_MOST 256u

struct dump {
    xenhypfs_handle *hypfs;
    char **names;
    int name_count;
    size_t top; /* length of the directory's own path, with its slash */
};

static int wanted(const struct dump *dump, const char *name)
{
    int i;

    for ( i = 0; i < dump->name_count; i++ )
    {
        if ( !strcmp(dump->names[i], name) )
            return 1;
    }

    return 0;
}

static int print_entry(const struct dump *dump, const char *path)
{
    char *text = xenhypfs_read(dump->hypfs, path);

    if ( !text )
    {
        fprintf(stderr, "hypfs-dump: %s: %s\n", path, strerror(errno));
        return 1;
    }
    printf("== %s\n%s\n", path + dump->top, text);
    free(text);

    return 0;
}

static int dump_directory(const struct dump *dump, const char *path,
                          unsigned int depth)
{
    struct xenhypfs_dirent *entries;
    unsigned int i, count = 0;
    char below[PATH_MOST];
    int rc = 0;

    errno = 0;
    entries = xenhypfs_readdir(dump->hypfs, path, &count);
    if ( !entries && !errno )
        return 0; /* it is empty */
    if ( !entries )
    {
        fprintf(stderr, "hypfs-dump: %s: %s\n", path, strerror(errno));
        return 1;
    }
    for ( i = 0; !rc && i < count; i++ )
    {
        if ( snprintf(below, sizeof(below), "%s/%s", path, entries[i].name) >=
             (int)sizeof(below) )
            rc = 1;
        else if ( entries[i].type != xenhypfs_type_dir )
            rc = wanted(dump, entries[i].name) ? print_entry(dump, below) : 0;
        else if ( depth < DEPTH_MOST )
            rc = dump_directory(dump, below, depth + 1);
    }
    free(entries);

    return rc;
}

int main(int argc, char **argv)
{
    struct dump dump = { .names = argv + 2, .name_count = argc - 2 };
    int rc;

    if ( argc < 3 )
    {
        fputs("usage: hypfs-dump DIRECTORY NAME...\n", stderr);
        return 2;
    }
    dump.top = strlen(argv[1]) + 1;
    dump.hypfs = xenhypfs_open(NULL, 0);
    if ( !dump.hypfs )
    {
        perror("hypfs-dump: no access to hypfs");
        return 1;
    }
    rc = dump_directory(&dump, argv[1], 0);
    xenhypfs_close(dump.hypfs);

    return rc;
}
