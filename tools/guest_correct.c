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

#include "edits.h"
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

/* The entry names where its device is now, in the form in which it did. */
static int correct_entry(struct edits *edits, const struct guest_config *config,
                         const struct guest_entry *entry)
{
    char *text = NULL;
    size_t begin, end, size;
    FILE *out = open_memstream(&text, &size);

    if ( !out )
        return -ENOMEM;
    find_bdf(entry, config->text, &begin, &end);
    print_place(out, config->text + begin, end - begin, entry->now);
    /* The function moves along, unless it stands for all of them. */
    if ( config->text[end] == '.' &&
         isxdigit((unsigned char)config->text[end + 1]) )
    {
        fprintf(out, ".%x", (unsigned int)XPCI_FUNC(entry->now));
        end += 2;
    }
    if ( fclose(out) )
    {
        free(text);
        return -ENOMEM;
    }
    return edits_add(edits, begin, end, text);
}

/*
 * Which device the entry means: its stable name and its description, or NULL
 * where that cannot be said.
 */
static const struct xpci_device_info *meaning(const struct history *history,
                                              const struct guest_entry *entry,
                                              char *name)
{
    const struct xpci_snapshot *snapshot = &history->now.snapshot;
    const struct xpci_device_info *device;

    if ( entry->note )
    {
        snprintf(name, STABLE_LENGTH, "%s", entry->note->name);
        return &entry->note->device;
    }
    if ( entry->problems &
         (GUEST_NEVER | GUEST_UNSURE | GUEST_STALE | GUEST_UNKNOWN |
          GUEST_DISPLACED | GUEST_SILENT | GUEST_CHANGED) )
        return NULL;
    if ( entry->problems & (GUEST_GONE | GUEST_REPLACED) )
        snapshot = &history->before.snapshot;
    device = xpci_snapshot_device(snapshot, guests_meant(entry));
    if ( device )
        stable_format(name, snapshot, device);
    return device;
}

/*
 * The notes of the entries of one statement, SIZE_MAX: of all, each with
 * `before` before it and a newline behind it; to be freed.  NULL: no memory.
 */
static char *print_notes(const struct guests *guests,
                         const struct history *history, size_t number,
                         size_t statement, const char *before, bool corrected)
{
    const struct xpci_device_info *device;
    char *text = NULL, name[STABLE_LENGTH];
    size_t size, i;
    FILE *out = open_memstream(&text, &size);

    if ( !out )
        return NULL;
    for ( i = 0; i < guests->count; i++ )
    {
        const struct guest_entry *entry = &guests->entries[i];

        if ( entry->config != number || !entry->line || !entry->has_sbdf ||
             (statement != SIZE_MAX && entry->statement != statement) )
            continue;
        device = meaning(history, entry, name);
        if ( !device )
            continue;
        fputs(before, out);
        guest_note_print(out, corrected ? guests_meant(entry) : entry->sbdf,
                         entry->all_functions, name, device);
        putc('\n', out);
    }
    if ( !fclose(out) )
        return text;
    free(text);
    return NULL;
}

static int note_xml(struct edits *edits, const struct guests *guests,
                    const struct history *history, size_t number,
                    bool corrected)
{
    char *notes = print_notes(guests, history, number, SIZE_MAX, "", corrected);
    int rc = notes ? guest_libvirt_note(edits, &guests->configs[number], notes)
                   : -ENOMEM;

    free(notes);
    return rc;
}

/* All notes anew, above their statements: they are in the entries' order. */
static int note_all(struct edits *edits, const struct guests *guests,
                    const struct history *history, size_t number,
                    bool corrected)
{
    const struct guest_config *config = &guests->configs[number];
    size_t last = SIZE_MAX, i;
    int rc = 0;

    if ( config->is_xml )
        return note_xml(edits, guests, history, number, corrected);
    for ( i = 0; !rc && i < config->note_count; i++ )
        rc = edits_add(edits, config->notes[i].span.begin,
                       config->notes[i].span.end, strdup(""));
    for ( i = 0; !rc && i < guests->count; i++ )
    {
        const struct guest_entry *entry = &guests->entries[i];

        if ( entry->config != number || !entry->line ||
             entry->statement == last )
            continue;
        last = entry->statement;
        rc = edits_add(edits, last, last,
                       print_notes(guests, history, number, last, GUEST_NOTE_XL,
                                   corrected));
    }
    return rc;
}

/* xl, and this program, must read from the new text what was meant. */
static bool is_as_meant(const struct guests *guests, size_t number,
                        const char *text, unsigned int what)
{
    struct guests again;
    struct guest_config config = { .path = guests->configs[number].path };
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
               again.entries[j].sbdf == ((what & GUEST_CORRECT) && entry->line
                                             ? guests_meant(entry)
                                             : entry->sbdf) &&
               (!(what & GUEST_NOTE) || !entry->note || !entry->line ||
                again.entries[j].note);
        j++;
    }
    same = same && j == again.count;
    guests_dispose(&again);
    return same;
}

int guests_correct(const struct guests *guests, const struct history *history,
                   size_t number, unsigned int what, char **text)
{
    const struct guest_config *config = &guests->configs[number];
    struct edits edits;
    size_t i;
    int rc = 0;

    *text = NULL;
    edits_init(&edits);
    for ( i = 0; !rc && (what & GUEST_CORRECT) && i < guests->count; i++ )
    {
        const struct guest_entry *entry = &guests->entries[i];

        if ( entry->config == number && entry->line &&
             (entry->problems & GUEST_MOVED) )
            rc = config->is_xml ? guest_libvirt_correct(&edits, config, entry)
                                : correct_entry(&edits, config, entry);
    }
    if ( !rc && (what & GUEST_NOTE) )
        rc = note_all(&edits, guests, history, number, what & GUEST_CORRECT);
    if ( !rc && edits.count )
    {
        *text = edits_apply(&edits, config->text, config->size);
        rc = !*text                                     ? -ENOMEM
             : is_as_meant(guests, number, *text, what) ? 0
                                                        : -EINVAL;
    }
    edits_dispose(&edits);
    if ( rc || (*text && !strcmp(*text, config->text)) )
    {
        free(*text);
        *text = NULL;
    }
    return rc;
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
