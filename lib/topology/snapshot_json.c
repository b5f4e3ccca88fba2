/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing a snapshot as JSON, after the contract "The topology as JSON":
 * every key is always there, null where it does not apply.
 */
#include <xen-pci/embedded.h>

#include "json.h"
#include "ownership.h"
#include "snapshot_json.h"

#define FORMAT_NUMBER 2

static void write_device(struct json_writer *json,
                         const struct xpci_snapshot *snapshot,
                         const struct xpci_device_info *info)
{
    bool is_bridge = info->flags & XPCI_BRIDGE;
    char path[XPCI_PATH_LENGTH], owner[OWNERSHIP_LENGTH];

    json_open(json, NULL, '{');
    json_sbdf(json, "sbdf", &info->sbdf);
    json_text(json, "path", xpci_path_format(path, snapshot, info->sbdf));
    json_text(json, "type",
              info->type == XPCI_TYPE_UNKNOWN ? NULL
                                              : xpci_type_name(info->type));
    json_format(json, "class", "%06x", info->class_revision >> 8);
    json_format(json, "vendor", "%04x", info->vendor);
    json_format(json, "device", "%04x", info->device);
    json_bus(json, "primary", is_bridge, info->primary);
    json_bus(json, "secondary", is_bridge, info->secondary);
    json_bus(json, "subordinate", is_bridge, info->subordinate);
    json_maybe(json, "configured", is_bridge, info->flags & XPCI_CONFIGURED);
    json_maybe(json, "conflict", is_bridge, info->flags & XPCI_CONFLICT);
    json_sbdf(json, "physfn", info->flags & XPCI_VIRTFN ? &info->physfn : NULL);
    json_node(json, "node", info->node);
    json_text(json, "owner", ownership_format(owner, info->owner));
    json_close(json);
}

static void write_bus(struct json_writer *json, const struct xpci_bus_info *bus)
{
    json_open(json, NULL, '{');
    json_bus(json, "bus", true, bus->bus);
    json_sbdf(json, "bridge", &bus->bridge);
    json_sbdf(json, "alias", bus->has_upstream ? &bus->upstream : NULL);
    json_maybe(json, "aliased", !bus->upstream_unread, bus->has_upstream);
    json_close(json);
}

static void write_problem(struct json_writer *json,
                          const struct xpci_snapshot_problem *problem)
{
    json_open(json, NULL, '{');
    json_text(json, "kind", xpci_problem_name(problem->kind));
    json_sbdf(json, "sbdf", problem->has_sbdf ? &problem->sbdf : NULL);
    json_bus(json, "bus", problem->has_bus, problem->bus);
    json_text(json, "text", problem->text);
    json_close(json);
}

/* The devices and buses of the first segment from `*device` and `*bus` on. */
static void write_segment(struct json_writer *json,
                          const struct xpci_snapshot *snapshot, size_t *device,
                          size_t *bus)
{
    uint16_t segment = 0xffff;

    if ( *device < snapshot->device_count )
        segment = XPCI_SEGMENT(snapshot->devices[*device].sbdf);
    if ( *bus < snapshot->bus_count && snapshot->buses[*bus].segment < segment )
        segment = snapshot->buses[*bus].segment;

    json_open(json, NULL, '{');
    json_format(json, "segment", "%04x", segment);
    json_open(json, "devices", '[');
    for ( ; *device < snapshot->device_count &&
            XPCI_SEGMENT(snapshot->devices[*device].sbdf) == segment;
          ++*device )
        write_device(json, snapshot, &snapshot->devices[*device]);
    json_close(json);
    json_open(json, "buses", '[');
    for ( ; *bus < snapshot->bus_count &&
            snapshot->buses[*bus].segment == segment;
          ++*bus )
        write_bus(json, &snapshot->buses[*bus]);
    json_close(json);
    json_close(json);
}

void snapshot_write_json(const struct xpci_snapshot *snapshot,
                         struct json_writer *json, const char *key)
{
    size_t device = 0, bus = 0, i;

    json_open(json, key, '{');
    json_number(json, "format", FORMAT_NUMBER);
    json_text(json, "source", xpci_source_name(snapshot->source));
    json_number(json, "generation", snapshot->generation);
    json_open(json, "segments", '[');
    while ( device < snapshot->device_count || bus < snapshot->bus_count )
        write_segment(json, snapshot, &device, &bus);
    json_close(json);
    json_open(json, "problems", '[');
    for ( i = 0; i < snapshot->problem_count; i++ )
        write_problem(json, &snapshot->problems[i]);
    json_close(json);
    json_close(json);
}

int snapshot_print_json(const struct xpci_snapshot *snapshot, FILE *out)
{
    struct json_writer json;

    json_begin(&json, out);
    snapshot_write_json(snapshot, &json, NULL);

    return json_print(&json);
}
