/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"

#define PATH_ROOM 512
#define CONFIG_MOST 4096

static void refused(const char *what)
{
    perror(what);
    exit(2);
}

static void format_path(char *path, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void format_path(char *path, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(path, PATH_ROOM, format, arguments);
    va_end(arguments);
    if ( length < 0 || length >= PATH_ROOM )
    {
        errno = ENAMETOOLONG;
        refused("path");
    }
}

/* `path` and what is above it. */
static void make_directories(char *path)
{
    char *slash;

    for ( slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/') )
    {
        *slash = '\0';
        if ( mkdir(path, 0777) && errno != EEXIST )
            refused(path);
        *slash = '/';
    }
    if ( mkdir(path, 0777) && errno != EEXIST )
        refused(path);
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "w");

    if ( !file || fwrite(bytes, 1, size, file) != size || fclose(file) )
        refused(path);
}

void tree_init(struct tree *tree)
{
    char path[PATH_ROOM];

    snprintf(tree->root, sizeof(tree->root), "/tmp/xen-pci-tree-XXXXXX");
    if ( !mkdtemp(tree->root) )
        refused(tree->root);
    format_path(path, "%s/sys/bus/pci/devices", tree->root);
    make_directories(path);
}

static int remove_entry(const char *path, const struct stat *status, int kind,
                        struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;

    return remove(path);
}

void tree_dispose(struct tree *tree)
{
    if ( nftw(tree->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS) )
        refused(tree->root);
}

static void write_config(const char *path, const struct tree_function *function)
{
    uint8_t config[CONFIG_MOST] = { 0 };

    memcpy(config, &function->id, sizeof(function->id));
    config[0x09] = (uint8_t)function->class_code;
    config[0x0a] = (uint8_t)(function->class_code >> 8);
    config[0x0b] = (uint8_t)(function->class_code >> 16);
    if ( function->secondary )
    {
        config[0x0e] = 1;
        config[0x19] = function->secondary;
        config[0x1a] = function->subordinate;
    }
    if ( function->capability )
    {
        config[0x06] = 0x10;
        config[0x34] = function->capability;
    }
    write_file(path, config, function->size);
}

void tree_add(const struct tree *tree, const struct tree_function *function)
{
    const char *name = strrchr(function->place, '/') + 1;
    char path[PATH_ROOM];

    format_path(path, "%s/sys/devices/%s", tree->root, function->place);
    make_directories(path);
    if ( function->size )
    {
        format_path(path, "%s/sys/devices/%s/config", tree->root,
                    function->place);
        write_config(path, function);
    }
    if ( function->node )
    {
        format_path(path, "%s/sys/devices/%s/numa_node", tree->root,
                    function->place);
        write_file(path, function->node, strlen(function->node));
    }
    if ( function->physfn )
    {
        format_path(path, "%s/sys/devices/%s/physfn", tree->root,
                    function->place);
        if ( symlink(function->physfn, path) )
            refused(path);
    }
    tree_link(tree, name, function->place);
}

void tree_link(const struct tree *tree, const char *name, const char *place)
{
    char path[PATH_ROOM], target[PATH_ROOM];

    format_path(path, "%s/sys/bus/pci/devices/%s", tree->root, name);
    format_path(target, "../../../devices/%s", place);
    if ( symlink(target, path) )
        refused(path);
}
