/* SPDX-License-Identifier: GPL-2.0-only */
/* Correcting xl guest configs: the text, and the file. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guests.h"

#define BACKUPS_MOST 100U

/* "0000:03:00.0" or "03:00.0" where an entry begins, or behind "bdf=". */
static void find_bdf(const struct guest_entry *entry, const char *text,
                     size_t *begin, size_t *end)
{
    static const char key[] = "bdf=";
    const char *at = text + entry->begin;
    const char *stop = text + entry->end;
    const char *found = memmem(at, (size_t)(stop - at), key, strlen(key));

    if ( found )
        at = found + strlen(key);
    while ( at < stop && isspace((unsigned char)*at) )
        at++;
    *begin = (size_t)(at - text);
    while ( at < stop && (isxdigit((unsigned char)*at) || *at == ':') )
        at++;
    /* The function can be "*", for all of them: that stays. */
    *end = (size_t)(at - text);
}

/* The new place in the form of the old one: with its segment or without. */
static void print_place(FILE *out, const char *old, size_t length, uint32_t now)
{
    bool had_segment = memchr(old, ':', length) != memrchr(old, ':', length);

    if ( had_segment || XPCI_SEGMENT(now) )
        fprintf(out, "%04x:", XPCI_SEGMENT(now));
    fprintf(out, "%02x:%02x", XPCI_BUS(now), (unsigned int)XPCI_DEV(now));
}

static void print_corrected(FILE *out, const struct guests *guests,
                            size_t number)
{
    const struct guest_config *config = &guests->configs[number];
    size_t at = 0, i, begin, end;

    for ( i = 0; i < guests->count; i++ )
    {
        const struct guest_entry *entry = &guests->entries[i];

        if ( entry->config != number || !entry->line ||
             !(entry->problems & GUEST_MOVED) )
            continue;
        find_bdf(entry, config->text, &begin, &end);
        fwrite(config->text + at, 1, begin - at, out);
        print_place(out, config->text + begin, end - begin, entry->now);
        at = end;
        /* The function moves along, unless it stands for all of them. */
        if ( config->text[at] == '.' &&
             isxdigit((unsigned char)config->text[at + 1]) )
        {
            fprintf(out, ".%x", (unsigned int)XPCI_FUNC(entry->now));
            at += 2;
        }
    }
    fwrite(config->text + at, 1, config->size - at, out);
}

/* xl must read from the new text what was meant. */
static bool is_as_meant(const struct guests *guests, size_t number,
                        const char *text)
{
    struct guests again;
    struct guest_config config = guests->configs[number];
    size_t i, j = 0;
    bool same;

    guests_init(&again);
    config.text = strdup(text);
    config.size = strlen(text);
    again.configs = malloc(sizeof(config));
    if ( !config.text || !again.configs )
    {
        free(config.text);
        free(again.configs);
        return false;
    }
    again.configs[0] = config;
    again.config_count = 1;
    same = !guests_parse(&again);
    for ( i = 0; same && i < guests->count; i++ )
    {
        const struct guest_entry *entry = &guests->entries[i];

        if ( entry->config != number )
            continue;
        same = j < again.count &&
               again.entries[j].has_sbdf == entry->has_sbdf &&
               again.entries[j].sbdf ==
                   (entry->problems & GUEST_MOVED && entry->line ? entry->now
                                                                 : entry->sbdf);
        j++;
    }
    same = same && j == again.count;
    guests_dispose(&again);
    return same;
}

int guests_correct(const struct guests *guests, size_t config, char **text)
{
    size_t i, size;
    FILE *out;

    *text = NULL;
    for ( i = 0; i < guests->count; i++ )
        if ( guests->entries[i].config == config && guests->entries[i].line &&
             (guests->entries[i].problems & GUEST_MOVED) )
            break;
    if ( i == guests->count )
        return 0;
    out = open_memstream(text, &size);
    if ( !out )
        return -ENOMEM;
    print_corrected(out, guests, config);
    if ( fclose(out) )
    {
        free(*text);
        *text = NULL;
        return -ENOMEM;
    }
    if ( is_as_meant(guests, config, *text) )
        return 0;
    free(*text);
    *text = NULL;
    return -EINVAL;
}

/* Beside `path`, with its mode and owner, and on disk. */
static int write_beside(const char *path, const char *fresh, const char *text)
{
    struct stat status;
    size_t size = strlen(text);
    int rc = 0, fd;

    if ( stat(path, &status) )
        return -errno;
    fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if ( fd < 0 )
        return -errno;
    while ( !rc && size )
    {
        ssize_t written = write(fd, text, size);

        if ( written < 0 )
            rc = -errno;
        else
        {
            text += written;
            size -= (size_t)written;
        }
    }
    if ( !rc && (fchown(fd, status.st_uid, status.st_gid) ||
                 fchmod(fd, status.st_mode & 07777) || fsync(fd)) )
        rc = -errno;
    if ( close(fd) && !rc )
        rc = -errno;
    if ( rc )
        unlink(fresh);
    return rc;
}

/* Give the file at `path` a second name that is not taken. */
static int keep(const char *path, char **backup)
{
    unsigned int i;

    for ( i = 0; i < BACKUPS_MOST; i++ )
    {
        char number[16] = "";

        if ( i )
            snprintf(number, sizeof(number), "%u~", i);
        if ( asprintf(backup, "%s~%s", path, number) < 0 )
        {
            *backup = NULL;
            return -ENOMEM;
        }
        if ( !link(path, *backup) )
            return 0;
        free(*backup);
        *backup = NULL;
        if ( errno != EEXIST )
            return -errno;
    }
    return -EEXIST;
}

int guests_replace(const struct guest_config *config, const char *text,
                   char **backup)
{
    /* A name in /etc/xen/auto is a link to the config. */
    char *path = realpath(config->path, NULL), *fresh = NULL;
    int rc;

    *backup = NULL;
    if ( !path )
        return -errno;
    if ( asprintf(&fresh, "%s.new", path) < 0 )
    {
        free(path);
        return -ENOMEM;
    }
    rc = write_beside(path, fresh, text);
    if ( !rc )
    {
        rc = keep(path, backup);
        if ( !rc && rename(fresh, path) )
        {
            rc = -errno;
            unlink(*backup);
            free(*backup);
            *backup = NULL;
        }
        if ( rc )
            unlink(fresh);
    }
    free(fresh);
    free(path);
    return rc;
}
