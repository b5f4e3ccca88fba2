/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes of a text: parts of it that are written otherwise.
 */
#ifndef XL_PCI_EDITS_H
#define XL_PCI_EDITS_H

#include <stddef.h>

#include <xen-pci/env.h>

struct edits {
    struct edit {
        size_t begin;
        size_t end;
        char *text; /* to be freed */
    } * items;
    size_t count;
};

void edits_init(struct edits *edits);
void edits_dispose(struct edits *edits);

/*
 * From `begin` to `end` the text shall be `text`, which is taken over, also on
 * an error; NULL: there was no memory for it.  Parts do not overlap.  0 or
 * -ENOMEM.
 */
int __must_check edits_add(struct edits *edits, size_t begin, size_t end,
                           char *text);

/* `old`, of `length` bytes, with the edits: to be freed; NULL: no memory. */
char *edits_apply(struct edits *edits, const char *old, size_t length);

#endif /* XL_PCI_EDITS_H */
