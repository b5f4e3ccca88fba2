/* SPDX-License-Identifier: GPL-2.0-only */
/* A topology as text, a line for each thing. */
#include <stdio.h>

#include "dump.h"

static void print_device(const struct xpci_snapshot *snapshot,
                         const struct xpci_device_info *device)
{
    static const struct {
        unsigned int flag;
        const char *word;
    } words[] = {
        { XPCI_EXTFN, "extfn" },          { XPCI_CONFIGURED, "configured" },
        { XPCI_CONFLICT, "conflict" },    { XPCI_STALE, "stale" },
        { XPCI_BRIDGE_ONLY, "way-only" },
    };
    char sbdf[XPCI_SBDF_LENGTH];
    char path[XPCI_PATH_LENGTH];
    size_t i;

    printf("device %s path=%s type=%s class=%06x revision=%02x vendor=%04x "
           "device=%04x",
           xpci_sbdf_format(sbdf, device->sbdf),
           xpci_path_format(path, snapshot, device->sbdf), type_word(device),
           device->class_revision >> 8, device->class_revision & 0xff,
           device->vendor, device->device);
    if ( device->flags & XPCI_BRIDGE )
        printf(" primary=%02x secondary=%02x subordinate=%02x", device->primary,
               device->secondary, device->subordinate);
    if ( device->flags & XPCI_VIRTFN )
        printf(" physfn=%s", xpci_sbdf_format(sbdf, device->physfn));
    if ( device->node != XPCI_NO_NODE )
        printf(" node=%u", device->node);
    for ( i = 0; i < ARRAY_SIZE(words); i++ )
        if ( device->flags & words[i].flag )
            printf(" %s", words[i].word);
    putchar('\n');
}

static void print_bus(const struct xpci_bus_info *bus)
{
    char sbdf[XPCI_SBDF_LENGTH];

    printf("bus %04x:%02x bridge=%s", bus->segment, bus->bus,
           xpci_sbdf_format(sbdf, bus->bridge));
    if ( bus->has_upstream || bus->upstream_unread )
        printf(" alias=%s", alias_format(sbdf, bus));
    putchar('\n');
}

static void print_problem(const struct xpci_snapshot_problem *problem)
{
    char sbdf[XPCI_SBDF_LENGTH];

    printf("problem %s", xpci_problem_name(problem->kind));
    if ( problem->has_sbdf )
        printf(" %s", xpci_sbdf_format(sbdf, problem->sbdf));
    if ( problem->has_bus )
        printf(" bus=%02x", problem->bus);
    printf(" %s\n", problem->text);
}

enum tool_exit dump_text(const struct topology *topology)
{
    const struct xpci_snapshot *snapshot = &topology->snapshot;
    size_t i;

    printf("source %s generation %u\n", xpci_source_name(snapshot->source),
           snapshot->generation);
    for ( i = 0; i < snapshot->device_count; i++ )
        print_device(snapshot, &snapshot->devices[i]);
    for ( i = 0; i < snapshot->bus_count; i++ )
        print_bus(&snapshot->buses[i]);
    for ( i = 0; i < snapshot->problem_count; i++ )
        print_problem(&snapshot->problems[i]);
    return TOOL_DONE;
}
