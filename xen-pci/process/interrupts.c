/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps the devices whose interrupts are in use.
 */
#include <stdlib.h>

#include "interrupts.h"

void interrupts_init(struct interrupts *interrupts)
{
    memset(interrupts, 0, sizeof(*interrupts));
}

void interrupts_dispose(struct interrupts *interrupts)
{
    free(interrupts->sbdf);
    interrupts_init(interrupts);
}

/* Where it is; `count` where it is not. */
static size_t position(const struct interrupts *interrupts, uint32_t sbdf)
{
    size_t at = 0;

    while ( at < interrupts->count && interrupts->sbdf[at] != sbdf )
        at++;

    return at;
}

bool interrupts_in_use(const struct interrupts *interrupts, uint32_t sbdf)
{
    return position(interrupts, sbdf) < interrupts->count;
}

int interrupts_bind(struct interrupts *interrupts, uint32_t sbdf)
{
    if ( interrupts_in_use(interrupts, sbdf) )
        return 0;
    if ( interrupts->count == interrupts->room )
    {
        size_t room = interrupts->room ? 2 * interrupts->room : 16;
        uint32_t *grown = reallocarray(interrupts->sbdf, room, sizeof(*grown));

        if ( !grown )
            return -ENOMEM;
        interrupts->sbdf = grown;
        interrupts->room = room;
    }
    interrupts->sbdf[interrupts->count++] = sbdf;

    return 0;
}

void interrupts_release(struct interrupts *interrupts, uint32_t sbdf)
{
    size_t at = position(interrupts, sbdf);

    if ( at < interrupts->count )
        interrupts->sbdf[at] = interrupts->sbdf[--interrupts->count];
}
