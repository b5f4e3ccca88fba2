/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lookups for lines.py, which watches what memory they touch: each one lies
 * between two stores to variables that it knows.
 */
#include <stdint.h>
#include <stdlib.h>

#include "machine.h"
#include "measure.h"

#define DEVICES 4096
#define LOOKUPS 1000

volatile unsigned int lookup_begins;
volatile unsigned int upstream_begins;
volatile unsigned int ends;

/* What it needs itself is on the stack, where lines.py does not look. */
static void ask(const struct machine *machine)
{
    const struct xpci *xpci = machine->xpci;
    uint32_t sbdfs[LOOKUPS];
    uint64_t sum = 0;
    size_t i;

    for ( i = 0; i < LOOKUPS; i++ )
        sbdfs[i] = machine->functions[i * 2654435761U % machine->count];
    for ( i = 0; i < LOOKUPS; i++ )
    {
        struct xpci_upstream upstream = { 0, 0 };

        lookup_begins = 1;
        sum += xpci_lookup(xpci, sbdfs[i]);
        ends = 1;
        upstream_begins = 1;
        sum += (uint64_t)xpci_upstream(xpci, sbdfs[i], &upstream);
        ends = 1;
        sum += upstream.bridge;
    }
    keep(sum);
}

int main(void)
{
    struct machine *flat = machine_flat(DEVICES);
    struct machine *deep = machine_chain(4);

    machine_add_all(flat);
    machine_add_all(deep);
    ask(flat);
    ask(deep);
    machine_free(flat);
    machine_free(deep);
    return 0;
}
