/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory from the host, counted.
 */
#include "tables.h"

void *xpci_alloc(struct xpci *xpci, size_t size)
{
    void *memory = xpci->host->alloc(xpci->host->data, size);

    if ( memory )
        xpci->allocated += size;

    return memory;
}

void xpci_free(struct xpci *xpci, void *memory, size_t size)
{
    if ( !memory )
        return;
    xpci->allocated -= size;
    xpci->host->free(xpci->host->data, memory, size);
}
