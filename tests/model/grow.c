/* SPDX-License-Identifier: GPL-2.0-only */
#include "grow.h"

#include <err.h>
#include <stdlib.h>

void *grow(void *array, size_t needed, size_t *room, size_t size)
{
    if ( needed <= *room )
        return array;
    *room = needed < 32 ? 64 : 2 * needed;
    array = realloc(array, *room * size);
    if ( !array )
        err(1, "realloc");
    return array;
}
