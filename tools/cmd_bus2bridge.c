/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci bus2bridge: which bridge leads to which bus. */
#include <stdio.h>

#include "source.h"

static void print_line(const struct xpci_snapshot *snapshot,
                       const struct xpci_bus_info *bus)
{
    const struct xpci_device_info *bridge =
        xpci_snapshot_device(snapshot, bus->bridge);
    char sbdf[XPCI_SBDF_LENGTH], alias[XPCI_SBDF_LENGTH];
    char range[RANGE_LENGTH] = "-";

    if ( bridge )
        range_format(range, bridge);
    printf("%04x:%02x  %-12s  %-18s  %-7s  %s\n", bus->segment, bus->bus,
           xpci_sbdf_format(sbdf, bus->bridge),
           bridge ? type_word(bridge) : "(not there)", range,
           alias_format(alias, bus));
}

static void print_text(const struct xpci_snapshot *snapshot)
{
    size_t i;

    if ( !snapshot->bus_count )
    {
        puts("No bus is behind a bridge.");
        return;
    }
    printf("%-7s  %-12s  %-18s  %-7s  %s\n", "BUS", "BRIDGE", "TYPE", "BUSES",
           "ALIAS");
    for ( i = 0; i < snapshot->bus_count; i++ )
        print_line(snapshot, &snapshot->buses[i]);
}

static int print_json(const struct xpci_snapshot *snapshot)
{
    struct json_writer json;
    size_t i;

    json_begin(&json, stdout);
    json_open(&json, NULL, '[');
    for ( i = 0; i < snapshot->bus_count; i++ )
    {
        const struct xpci_bus_info *bus = &snapshot->buses[i];

        json_open(&json, NULL, '{');
        json_format(&json, "segment", "%04x", bus->segment);
        json_bus(&json, "bus", true, bus->bus);
        json_sbdf(&json, "bridge", &bus->bridge);
        json_alias(&json, bus);
        json_close(&json);
    }
    json_close(&json);
    return json_end(&json);
}

static enum tool_exit run(struct invocation *call)
{
    struct xpci_snapshot snapshot;
    enum tool_exit result;

    xpci_snapshot_init(&snapshot);
    result = source_read(&snapshot, call);
    if ( result != TOOL_DONE )
        goto out;
    if ( !call->json )
        print_text(&snapshot);
    else if ( print_json(&snapshot) )
        result = TOOL_REFUSED;

out:
    xpci_snapshot_dispose(&snapshot);
    return result;
}

const struct command command_bus2bridge = {
    .name = "bus2bridge",
    .options = SOURCE_OPTIONS "j",
    .arguments = "",
    .summary = "which bridge leads to which bus",
    .about =
        "For each bus that a bridge leads to: the bridge whose secondary bus it "
        "is, else\n"
        "the one with the smallest range that holds it.  ALIAS is the topmost "
        "bridge on\n"
        "the way up that puts its own requester ID on DMA from that bus.",
    .run = run,
};
