/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices that dom0's kernel hides from its drivers, by the lines
 * GRUB_CMDLINE_... of /etc/default/grub: xen-pciback.hide=(0000:01:00.0)(...)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guests.h"

#define LINE_BEGIN "GRUB_CMDLINE_"
#define HIDE "pciback.hide="
#define HIDER "xen-pciback"

static bool is_line(const char *at)
{
    return !strncmp(at, LINE_BEGIN, strlen(LINE_BEGIN));
}

bool guest_cmdline_is(const char *text)
{
    while ( *text && !is_line(text) )
    {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return *text;
}

/* What is between the brackets; `line` and `statement` of `entry` are set. */
static int take_device(struct guests *guests, struct guest_entry *entry,
                       const char *begin, size_t length)
{
    const struct guest_config *config = &guests->configs[entry->config];
    char *place = strndup(begin, length);
    int rc = 0;

    entry->begin = (size_t)(begin - config->text);
    entry->end = entry->begin + length;
    entry->guest = strdup(HIDER);
    entry->text = strndup(begin, length);
    if ( !entry->guest || !entry->text || !place )
        rc = -ENOMEM;
    else
    {
        entry->all_functions = length && place[length - 1] == '*';
        if ( entry->all_functions )
            place[length - 1] = '0';
        rc = xpci_sbdf_parse(place, &entry->sbdf);
    }
    free(place);
    if ( !rc )
        return guests_add(guests, entry);
    if ( rc != -ENOMEM )
        tool_error("%s:%lu: found \"%s\", expected a device such as "
                   "\"0000:03:00.0\"",
                   config->path, entry->line, entry->text);
    free(entry->guest);
    free(entry->text);
    return rc;
}

/* "(0000:01:00.0)(02:00.*)", from `at` on. */
static int take_devices(struct guests *guests, const struct guest_entry *line,
                        const char *at)
{
    int rc = 0;

    while ( !rc && *at == '(' )
    {
        struct guest_entry entry = *line;
        size_t length = strcspn(at + 1, ")\n");

        rc = take_device(guests, &entry, at + 1, length);
        at += 1 + length;
        at += *at == ')';
    }
    return rc;
}

/* All of one line. */
static int take_line(struct guests *guests, const struct guest_entry *line,
                     const char *begin, const char *end)
{
    int rc = 0;

    while ( !rc )
    {
        begin = memmem(begin, (size_t)(end - begin), HIDE, strlen(HIDE));
        if ( !begin )
            break;
        begin += strlen(HIDE);
        rc = take_devices(guests, line, begin);
    }
    return rc;
}

int guest_cmdline_parse(struct guests *guests)
{
    size_t number = guests->config_count - 1, first = guests->count;
    struct guest_config *config = &guests->configs[number];
    struct guest_entry line = {
        .config = number, .has_sbdf = true, .hidden = true, .line = 1
    };
    const char *at = config->text, *end;
    int rc = guest_notes_read(config);

    for ( ; !rc && *at; at = end + (*end == '\n'), line.line++ )
    {
        end = at + strcspn(at, "\n");
        line.statement = (size_t)(at - config->text);
        if ( is_line(at) )
            rc = take_line(guests, &line, at, end);
    }
    if ( rc )
        return rc;
    guest_notes_attach(guests, number);
    guests->guest_count += guests->count > first;
    return 0;
}
