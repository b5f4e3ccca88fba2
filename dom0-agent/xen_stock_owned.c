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

/* "SSSS:BB:DD.F - d0 - node ...": true and the SBDF. */
static bool parse_line(const char *line, size_t length, uint32_t *sbdf)
{
    static const char owner[] = " - d0 - ";
    char text[XPCI_SBDF_LENGTH], whole[XPCI_SBDF_LENGTH];
    const char *dash = memchr(line, ' ', length);
    size_t width = dash ? (size_t)(dash - line) : length;

    if ( width >= sizeof(text) || length < width + strlen(owner) ||
         memcmp(line + width, owner, strlen(owner)) )
        return false;
    memcpy(text, line, width);
    text[width] = '\0';

    return !xpci_sbdf_parse(text, sbdf) &&
           !strcmp(text, xpci_sbdf_format(whole, *sbdf));
}

int xen_stock_owned(const char *console, struct sbdf_set *owned)
{
    const char *line = latest_list(console), *end;
    uint32_t sbdf;
    int rc = 0;

    for ( ; !rc && line; line = end ? end + 1 : NULL )
    {
        size_t length;
        const char *start;

        /* A line without its end may have been cut anywhere. */
        end = strchr(line, '\n');
        if ( !end )
            break;
        length = end - line;
        start = skip_prefix(line, &length);
        if ( length && start[length - 1] == '\r' )
            length--;
        if ( parse_line(start, length, &sbdf) )
            rc = sbdf_set_add(owned, sbdf);
    }
    sbdf_set_sort(owned);

    return rc;
}
