/* SPDX-License-Identifier: GPL-2.0-only */
/* xl-pci list: the devices, a line each. */
#include <stdio.h>
#include <string.h>

#include <pci/pci.h>

#include "source.h"

#define FILTER_LENGTH 64

/* The two filters are lspci's own.  False after an error was said. */
static bool filter_part(struct pci_filter *filter, const char *option,
                        const char *text,
                        char *(*parse)(struct pci_filter *, char *))
{
    char copy[FILTER_LENGTH];
    const char *wrong = "Too long";

    if ( !text )
        return true;
    if ( strlen(text) < sizeof(copy) )
        wrong = parse(filter, strcpy(copy, text));
    if ( !wrong )
        return true;
    tool_error("list: %s '%s': %s; try `xl-pci list --help`", option, text,
               wrong);
    return false;
}

static bool filter_read(struct pci_filter *filter,
                        const struct invocation *call)
{
    pci_filter_init(NULL, filter);
    return filter_part(filter, "-s", call->slot, pci_filter_parse_slot) &&
           filter_part(filter, "-d", call->id, pci_filter_parse_id);
}

/* -1 stands for any. */
static bool is_wanted(int wanted, unsigned int number)
{
    return wanted < 0 || (unsigned int)wanted == number;
}

static bool matches(const struct pci_filter *filter,
                    const struct xpci_device_info *device)
{
    unsigned int class = device->class_revision >> 16;

    return is_wanted(filter->domain, XPCI_SEGMENT(device->sbdf)) &&
           is_wanted(filter->bus, XPCI_BUS(device->sbdf)) &&
           is_wanted(filter->slot, XPCI_DEV(device->sbdf)) &&
           is_wanted(filter->func, XPCI_FUNC(device->sbdf)) &&
           is_wanted(filter->vendor, device->vendor) &&
           is_wanted(filter->device, device->device) &&
           is_wanted(filter->prog_if, device->class_revision >> 8 & 0xff) &&
           (filter->device_class < 0 ||
            !(((unsigned int)filter->device_class ^ class) &
              filter->device_class_mask));
}

/* Leave in the snapshot only what the filter lets through. */
static void filter_apply(const struct pci_filter *filter,
                         struct xpci_snapshot *snapshot)
{
    size_t i, kept = 0;

    for ( i = 0; i < snapshot->device_count; i++ )
        if ( matches(filter, &snapshot->devices[i]) )
            snapshot->devices[kept++] = snapshot->devices[i];
    snapshot->device_count = kept;
}

static void print_line(struct names *names,
                       const struct xpci_device_info *device)
{
    char sbdf[XPCI_SBDF_LENGTH], range[RANGE_LENGTH], name[NAME_LENGTH];
    char node[16] = "-";

    if ( device->node != XPCI_NO_NODE )
        snprintf(node, sizeof(node), "%u", device->node);
    printf("%-12s  %-18s  %-7s  %4s  %04x:%04x%s%s\n",
           xpci_sbdf_format(sbdf, device->sbdf), type_word(device),
           range_format(range, device), node, device->vendor, device->device,
           names ? "  " : "",
           names ? names_device(names, name, device, true) : "");
}

static void print_text(struct names *names,
                       const struct xpci_snapshot *snapshot, bool filtered)
{
    size_t i;

    if ( !snapshot->device_count )
    {
        puts(filtered ? "No such PCI device." : "No PCI devices.");
        return;
    }
    printf("%-12s  %-18s  %-7s  %4s  %-9s%s\n", "SBDF", "TYPE", "BUSES", "NODE",
           "ID", names ? "  NAME" : "");
    for ( i = 0; i < snapshot->device_count; i++ )
        print_line(names, &snapshot->devices[i]);
}

static void json_device(struct json_writer *json, struct names *names,
                        const struct xpci_device_info *device)
{
    bool is_bridge = device->flags & XPCI_BRIDGE;
    bool is_virtfn = device->flags & XPCI_VIRTFN;
    char name[NAME_LENGTH];

    json_open(json, NULL, '{');
    json_sbdf(json, "sbdf", &device->sbdf);
    json_text(json, "type", type_value(device));
    json_format(json, "class", "%06x", device->class_revision >> 8);
    json_format(json, "vendor", "%04x", device->vendor);
    json_format(json, "device", "%04x", device->device);
    json_bus(json, "secondary", is_bridge, device->secondary);
    json_bus(json, "subordinate", is_bridge, device->subordinate);
    json_sbdf(json, "physfn", is_virtfn ? &device->physfn : NULL);
    json_node(json, "node", device->node);
    json_text(json, "name",
              names ? names_device(names, name, device, true) : NULL);
    json_close(json);
}

static int print_json(struct names *names, const struct xpci_snapshot *snapshot)
{
    struct json_writer json;
    size_t i;

    json_begin(&json, stdout);
    json_open(&json, NULL, '[');
    for ( i = 0; i < snapshot->device_count; i++ )
        json_device(&json, names, &snapshot->devices[i]);
    json_close(&json);
    return json_end(&json);
}

static enum tool_exit run(struct invocation *call)
{
    struct xpci_snapshot snapshot;
    struct pci_filter filter;
    struct names *names = NULL;
    enum tool_exit result = TOOL_USAGE;

    xpci_snapshot_init(&snapshot);
    if ( !filter_read(&filter, call) )
        goto out;
    result = source_read(&snapshot, call);
    if ( result != TOOL_DONE )
        goto out;
    filter_apply(&filter, &snapshot);
    if ( !call->numeric )
    {
        names = names_open(call->ids, false);
        if ( !names )
        {
            result = TOOL_USAGE;
            goto out;
        }
    }
    if ( !call->json )
        print_text(names, &snapshot, call->slot || call->id);
    else if ( print_json(names, &snapshot) )
        result = TOOL_REFUSED;

out:
    names_close(names);
    xpci_snapshot_dispose(&snapshot);
    return result;
}

const struct command command_list = {
    .name = "list",
    .options = SOURCE_OPTIONS "sdijn",
    .arguments = "",
    .summary = "the devices, a line each",
    .about = "Every device with its type, the [secondary-subordinate] buses of "
             "a bridge, NUMA\n"
             "node, vendor:device, and name.  A VF names its PF.",
    .run = run,
};
