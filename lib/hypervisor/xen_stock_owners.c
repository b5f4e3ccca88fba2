/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owners, from Xen's console.  Debug key Q prints, in Xen 4.17 and since,
 *
 *     ==== PCI devices ====
 *     ==== segment 0000 ====
 *     0000:02:00.0 - d0 - node -1  - MSIs < 56 57 >
 *
 * each line after "(XEN) " and possibly a time in brackets.
 */
#include <stdlib.h>

#include "xen_stock.h"

/* The text after the last heading; NULL: there is none. */
static const char *latest_list(const char *console)
{
    static const char heading[] = "==== PCI devices ====";
    const char *found = NULL, *next = console;

    while ( (next = strstr(next, heading)) )
    {
        next += strlen(heading);
        found = next;
    }

    return found;
}

/* What comes after "(XEN) " and "[ 12.345678] " in a line of `length`. */
static const char *skip_prefix(const char *line, size_t *length)
{
    static const char prefix[] = "(XEN) ";
    const char *end = line + *length, *time;

    if ( *length >= strlen(prefix) && !memcmp(line, prefix, strlen(prefix)) )
        line += strlen(prefix);
    if ( line < end && *line == '[' )
    {
        time = memchr(line, ']', end - line);
        if ( time && time + 1 < end && time[1] == ' ' )
            line = time + 2;
    }
    *length = end - line;

    return line;
}

/* "SSSS:BB:DD.F - OWNER - node ...": true, the SBDF and the owner. */
static bool parse_line(const char *line, size_t length, uint32_t *sbdf,
                       char *owner, size_t owner_size)
{
    char text[128], whole[XPCI_SBDF_LENGTH], *dash, *end;

    if ( length >= sizeof(text) )
        length = sizeof(text) - 1;
    memcpy(text, line, length);
    text[length] = '\0';
    dash = strstr(text, " - ");
    if ( !dash )
        return false;
    *dash = '\0';
    dash += strlen(" - ");
    end = strstr(dash, " - ");
    if ( !end || (size_t)(end - dash) >= owner_size )
        return false;
    *end = '\0';
    strcpy(owner, dash);

    return !xpci_sbdf_parse(text, sbdf) &&
           !strcmp(text, xpci_sbdf_format(whole, *sbdf));
}

static int take_line(const char *line, size_t length, struct sbdf_set *owned,
                     struct sbdf_set *failed)
{
    char owner[16];
    uint32_t sbdf;

    line = skip_prefix(line, &length);
    if ( !parse_line(line, length, &sbdf, owner, sizeof(owner)) )
        return 0;
    if ( !strcmp(owner, "d0") )
        return sbdf_set_add(owned, sbdf);

    return strcmp(owner, "NULL") ? 0 : sbdf_set_add(failed, sbdf);
}

int xen_stock_owners(const char *console, struct sbdf_set *owned,
                     struct sbdf_set *failed)
{
    const char *line = latest_list(console), *end;
    int rc = 0;

    /* A line without its end may have been cut anywhere. */
    for ( ; !rc && line && (end = strchr(line, '\n')); line = end + 1 )
        rc = take_line(line, end - line, owned, failed);
    sbdf_set_sort(owned);
    sbdf_set_sort(failed);

    return rc;
}
