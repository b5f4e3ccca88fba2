/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owners of devices: from words and to words.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ownership.h"

static const struct {
    const char *word;
    uint16_t owner;
} words[] = {
    { "dom0", XPCI_OWNER_DOM0 },
    { "quarantine", XPCI_OWNER_QUARANTINE },
    { "xen", XPCI_OWNER_XEN },
};

const char *ownership_format(char *text, uint16_t owner)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(words); i++ )
    {
        if ( words[i].owner == owner )
            return words[i].word;
    }
    if ( !ownership_is_guest(owner) )
        return NULL;
    snprintf(text, OWNERSHIP_LENGTH, "dom%u", owner);

    return text;
}

int ownership_parse(const char *word, uint16_t *owner)
{
    char again[OWNERSHIP_LENGTH];
    unsigned long domain;
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(words); i++ )
    {
        if ( strcmp(word, words[i].word) )
            continue;
        *owner = words[i].owner;
        return 0;
    }
    if ( strncmp(word, "dom", 3) )
        return -EINVAL;
    domain = strtoul(word + 3, NULL, 10);
    snprintf(again, sizeof(again), "dom%lu", domain);
    if ( domain >= 0x7ff0UL || strcmp(word, again) )
        return -EINVAL;
    *owner = (uint16_t)domain;

    return 0;
}
