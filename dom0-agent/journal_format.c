/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include <xen-pci/snapshot.h>

#include "journal_format.h"

/* What the checksum is about: all that stands before it. */
#define SUMMED (JOURNAL_RECORD - 9U)

static const char *const words[] = {
    [JOURNAL_PENDING] = "pending",
    [JOURNAL_DONE] = "done",
};

static uint32_t checksum(const char *bytes)
{
    return crc32(0, (const unsigned char *)bytes, SUMMED);
}

void journal_format_header(char *bytes)
{
    char text[JOURNAL_RECORD + 1];

    snprintf(text, sizeof(text), "%-46s\n", "xen-pci-journal 1");
    memcpy(bytes, text, JOURNAL_RECORD);
}

void journal_format_record(char *bytes, const struct journal_entry *entry)
{
    char text[JOURNAL_RECORD + 1], sbdf[XPCI_SBDF_LENGTH];

    snprintf(text, sizeof(text), "%016" PRIx64 " %-7s %-12s ", entry->sequence,
             words[entry->word], xpci_sbdf_format(sbdf, entry->sbdf));
    snprintf(text + SUMMED, sizeof(text) - SUMMED, "%08" PRIx32 "\n",
             checksum(text));
    memcpy(bytes, text, JOURNAL_RECORD);
}

bool journal_is_header(const char *bytes)
{
    char header[JOURNAL_RECORD];

    journal_format_header(header);

    return !memcmp(bytes, header, sizeof(header));
}

bool journal_parse_record(const char *bytes, struct journal_entry *entry)
{
    char text[JOURNAL_RECORD + 1], again[JOURNAL_RECORD];
    char word[8], sbdf[XPCI_SBDF_LENGTH];
    unsigned int i;

    memcpy(text, bytes, JOURNAL_RECORD);
    text[JOURNAL_RECORD] = '\0';
    if ( sscanf(text, "%16" SCNx64 " %7s %15s ", &entry->sequence, word,
                sbdf) != 3 ||
         xpci_sbdf_parse(sbdf, &entry->sbdf) )
        return false;

    for ( i = 0; i < ARRAY_SIZE(words); i++ )
    {
        if ( strcmp(word, words[i]) )
            continue;
        entry->word = i;
        /* There is one way to write a record, and this must be it. */
        journal_format_record(again, entry);
        return !memcmp(bytes, again, JOURNAL_RECORD);
    }

    return false;
}
