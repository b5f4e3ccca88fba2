/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of a text. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "array.h"
#include "edits.h"

void edits_init(struct edits *edits)
{
    *edits = (struct edits){ NULL, 0 };
}

void edits_dispose(struct edits *edits)
{
    size_t i;

    for ( i = 0; i < edits->count; i++ )
        free(edits->items[i].text);
    free(edits->items);
    edits_init(edits);
}

int edits_add(struct edits *edits, size_t begin, size_t end, char *text)
{
    const struct edit edit = { begin, end, text };

    if ( text && ARRAY_APPEND(edits->items, edits->count, edit) )
        return 0;
    free(text);
    return -ENOMEM;
}

/* In order; what is put in at a place comes before what is taken out there. */
static int compare_edits(const void *first, const void *second)
{
    const struct edit *a = first, *b = second;
    int order = (a->begin > b->begin) - (a->begin < b->begin);

    return order ? order : (a->end > b->end) - (a->end < b->end);
}

char *edits_apply(struct edits *edits, const char *old, size_t length)
{
    char *text = NULL;
    size_t size, at = 0, i;
    FILE *out = open_memstream(&text, &size);

    if ( !out )
        return NULL;
    if ( edits->count )
        qsort(edits->items, edits->count, sizeof(*edits->items), compare_edits);
    for ( i = 0; i < edits->count; i++ )
    {
        const struct edit *edit = &edits->items[i];

        fwrite(old + at, 1, edit->begin - at, out);
        fputs(edit->text, out);
        at = edit->end;
    }
    fwrite(old + at, 1, length - at, out);
    if ( !fclose(out) )
        return text;
    free(text);
    return NULL;
}
