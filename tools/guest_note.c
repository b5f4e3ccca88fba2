/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notes in a guest's config: which devices its entries mean, so that a config
 * can be corrected again after it was corrected.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "guests.h"
#include "trace/trace.h"

#define NOTE_WORDS 7U

void guest_notes_dispose(struct guest_config *config)
{
    size_t i;

    for ( i = 0; i < config->note_count; i++ )
        free(config->notes[i].name);
    free(config->notes);
    config->notes = NULL;
    config->note_count = 0;
}

void guest_note_print(FILE *out, uint32_t sbdf, bool all_functions,
                      const char *name, const struct xpci_device_info *device)
{
    char place[XPCI_SBDF_LENGTH];

    xpci_sbdf_format(place, sbdf);
    if ( all_functions )
        place[strlen(place) - 1] = '*';
    fprintf(out, "%s is %s %s %04x:%04x %06x%s", place, name,
            xpci_type_name(device->type), device->vendor, device->device,
            device->class_revision >> 8,
            device->flags & XPCI_VIRTFN ? " virtfn" : "");
}

/* What follows "# xl-pci:" in a line of `length` bytes, or NULL: no note. */
static const char *note_of(const char *line, size_t length)
{
    static const char word[] = "xl-pci:";
    const char *end = line + length;

    while ( line < end && (*line == ' ' || *line == '\t') )
        line++;
    if ( line == end || *line++ != '#' )
        return NULL;
    while ( line < end && (*line == ' ' || *line == '\t') )
        line++;
    if ( (size_t)(end - line) < strlen(word) ||
         memcmp(line, word, strlen(word)) )
        return NULL;

    return line + strlen(word);
}

/* Is the line, of `length` bytes without a newline, a line of `text`? */
static bool has_line(const char *text, const char *line, size_t length)
{
    while ( *text )
    {
        size_t size = strcspn(text, "\n");

        if ( size == length && !memcmp(text, line, length) )
            return true;
        text += size + (text[size] == '\n');
    }

    return false;
}

void guest_notes_compare(FILE *out, const char *path, const char *old,
                         const char *fresh, const char *what)
{
    while ( *fresh )
    {
        size_t size = strcspn(fresh, "\n");

        if ( (note_of(fresh, size) ||
              memmem(fresh, size, GUEST_NOTE_XML, strlen(GUEST_NOTE_XML))) &&
             !has_line(old, fresh, size) )
            fprintf(out, "%s: %s: %.*s\n", path, what, (int)size, fresh);
        fresh += size + (fresh[size] == '\n');
    }
}

/* "0000:01:00.0", or with "*" for all functions. */
static bool parse_place(struct guest_note *note, char *word)
{
    size_t length = strlen(word);

    note->all_functions = length && word[length - 1] == '*';
    if ( note->all_functions )
        word[length - 1] = '0';

    return !xpci_sbdf_parse(word, &note->sbdf);
}

static bool parse_type(struct guest_note *note, const char *word)
{
    unsigned int type;

    for ( type = 0; type < XPCI_TYPES; type++ )
        if ( !strcmp(word, xpci_type_name(type)) )
            break;
    note->device.type = (uint8_t)type;
    if ( type < XPCI_TYPES && trace_type_is_bridge(type) )
        note->device.flags |= XPCI_BRIDGE;

    return type < XPCI_TYPES;
}

/* Exactly `digits` hex digits, then `end`. */
static bool parse_hex(const char *word, size_t digits, char end,
                      uint32_t *number)
{
    if ( strspn(word, "0123456789abcdef") != digits || word[digits] != end )
        return false;
    *number = (uint32_t)strtoul(word, NULL, 16);

    return true;
}

/* The words behind "# xl-pci:"; false: they are no note. */
static bool parse_words(struct guest_note *note, char **words, size_t count)
{
    uint32_t vendor, device, class;

    if ( count < NOTE_WORDS - 1 || count > NOTE_WORDS ||
         !parse_place(note, words[0]) || strcmp(words[1], "is") ||
         !stable_is_name(words[2]) || !parse_type(note, words[3]) ||
         !parse_hex(words[4], 4, ':', &vendor) ||
         !parse_hex(words[4] + 5, 4, '\0', &device) ||
         !parse_hex(words[5], 6, '\0', &class) )
        return false;
    note->device.vendor = (uint16_t)vendor;
    note->device.device = (uint16_t)device;
    note->device.class_revision = class << 8;
    if ( count == NOTE_WORDS )
        note->device.flags |= XPCI_VIRTFN;

    return count < NOTE_WORDS || !strcmp(words[6], "virtfn");
}

/* `line` is changed.  0, -ENOMEM, or -EINVAL: it is no note. */
static int parse_note(struct guest_note *note, char *line)
{
    char *words[NOTE_WORDS + 1] = { NULL }, *word, *rest;
    size_t count = 0;

    for ( word = strtok_r(line, " \t\r\n", &rest); word && count <= NOTE_WORDS;
          word = strtok_r(NULL, " \t\r\n", &rest) )
        words[count++] = word;
    if ( !parse_words(note, words, count) )
        return -EINVAL;
    note->name = strdup(words[2]);

    return note->name ? 0 : -ENOMEM;
}

int guest_notes_add(struct guest_config *config, struct guest_span span,
                    const char *words, const char *end, unsigned long line)
{
    struct guest_note note = { .span = span };
    char *text = strndup(words, (size_t)(end - words));
    int rc = text ? parse_note(&note, text) : -ENOMEM;

    free(text);
    if ( rc == -EINVAL )
    {
        tool_warning("%s:%lu: this note cannot be read, and does not count; it "
                     "has to be \"0000:01:00.0 is 0000:00/1c.0/00.0 endpoint "
                     "8086:1533 020000\"",
                     config->path, line);
        return 0;
    }
    if ( !rc && !ARRAY_APPEND(config->notes, config->note_count, note) )
    {
        free(note.name);
        rc = -ENOMEM;
    }

    return rc;
}

/* The notes with the SBDF of `entry`: how many, and number `which`. */
static size_t find_notes(struct guest_config *config,
                         const struct guest_entry *entry, size_t which,
                         struct guest_note **found)
{
    size_t count = 0, i;

    *found = NULL;
    for ( i = 0; i < config->note_count; i++ )
    {
        struct guest_note *note = &config->notes[i];

        if ( note->sbdf != entry->sbdf ||
             note->all_functions != entry->all_functions )
            continue;
        if ( count++ == which || !*found )
            *found = note;
    }

    return count;
}

/* Notes and entries of one SBDF are in one order; one note can be for all. */
void guest_notes_attach(struct guests *guests, size_t number)
{
    struct guest_config *config = &guests->configs[number];
    struct guest_note *note;
    size_t i, j;

    for ( i = 0; i < guests->count; i++ )
    {
        struct guest_entry *entry = &guests->entries[i];
        size_t before = 0, all = 0, notes;

        if ( entry->config != number || !entry->has_sbdf )
            continue;
        for ( j = 0; j < guests->count; j++ )
        {
            const struct guest_entry *other = &guests->entries[j];

            if ( other->config != number || !other->has_sbdf ||
                 other->sbdf != entry->sbdf ||
                 other->all_functions != entry->all_functions )
                continue;
            before += j < i;
            all++;
        }
        notes = find_notes(config, entry, before, &note);
        if ( !note || (notes != 1 && notes != all) )
            continue;
        entry->note = note;
        note->attached = true;
    }
}

int guest_notes_read(struct guest_config *config)
{
    unsigned long line = 1;
    size_t at = 0, end;
    int rc = 0;

    for ( ; !rc && at < config->size; at = end, line++ )
    {
        const char *begin = config->text + at, *words;
        const char *newline = memchr(begin, '\n', config->size - at);

        end = newline ? (size_t)(newline - config->text) + 1 : config->size;
        words = note_of(begin, end - at);
        if ( words )
            rc = guest_notes_add(config, (struct guest_span){ at, end }, words,
                                 config->text + end, line);
    }

    return rc;
}
