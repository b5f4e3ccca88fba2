/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stock model's tables as a snapshot, with the problems in them: tables
 * compared with config space as it reads now.  A stock Xen has no such check;
 * this one is for the reader.
 */
#include <pci/header.h>

#include "stock.h"

struct check {
    const struct stock *stock;
    const struct stock_segment *segment;
    struct xpci_snapshot *snapshot;
};

/* Is `info` a bridge that Xen enters, whose range has `bus`? */
static bool covers(const struct xpci_device_info *info, unsigned int bus)
{
    return xpci_type_aliases(info->type) && (info->flags & XPCI_CONFIGURED) &&
           info->secondary <= bus && bus <= info->subordinate;
}

static int check_device(const struct check *check,
                        const struct stock_device *device)
{
    const struct xpci_device_info *was = &device->info;
    struct xpci_device_info is;
    char sbdf[XPCI_SBDF_LENGTH];

    xpci_sbdf_format(sbdf, was->sbdf);
    if ( stock_identify(check->stock, was->sbdf, &is) )
        return xpci_snapshot_add_problem(
            check->snapshot, XPCI_PROBLEM_STALE, &was->sbdf, -1, -1,
            "%s is listed, and nothing is there", sbdf);
    if ( was->type != is.type || was->vendor != is.vendor ||
         was->device != is.device || was->class_revision != is.class_revision )
        return xpci_snapshot_add_problem(
            check->snapshot, XPCI_PROBLEM_MISMATCH, &was->sbdf, -1, -1,
            "%s is listed as %s %04x:%04x and is %s %04x:%04x", sbdf,
            xpci_type_name(was->type), was->vendor, was->device,
            xpci_type_name(is.type), is.vendor, is.device);
    if ( !device->owned )
        return xpci_snapshot_add_problem(
            check->snapshot, XPCI_PROBLEM_MISMATCH, &was->sbdf, -1, -1,
            "%s is listed though its add failed: nobody owns it, and removing "
            "it takes the host down",
            sbdf);

    return 0;
}

/* The listed bridge that leads to `bus`, as config space reads now. */
static const struct stock_device *leads_to(const struct check *check,
                                           unsigned int bus,
                                           unsigned int *secondary)
{
    const struct stock_device *device, *best = NULL;
    unsigned int best_range = STOCK_BUSES;

    for ( device = check->segment->devices; device; device = device->next )
    {
        struct xpci_device_info is;
        unsigned int range;

        if ( !xpci_type_aliases(device->info.type) ||
             stock_identify(check->stock, device->info.sbdf, &is) ||
             !covers(&is, bus) )
            continue;
        range = is.secondary == bus ? 0 : 1U + is.subordinate - is.secondary;
        if ( range < best_range )
        {
            best = device;
            best_range = range;
            *secondary = is.secondary;
        }
    }

    return best;
}

static int check_entry(const struct check *check, unsigned int bus)
{
    const struct stock_way *way = &check->segment->bus2bridge[bus];
    uint16_t number = check->segment->number;
    uint32_t bridge = XPCI_SBDF(number, way->bus, way->devfn);
    char sbdf[XPCI_SBDF_LENGTH], other[XPCI_SBDF_LENGTH];
    const struct stock_device *best;
    struct xpci_device_info is;
    unsigned int secondary = 0;

    xpci_sbdf_format(sbdf, bridge);
    if ( !stock_find(check->segment, bridge) )
        return xpci_snapshot_add_problem(
            check->snapshot, XPCI_PROBLEM_STALE, &bridge, number, (int)bus,
            "bus %02x is said to be behind %s, which is not known", bus, sbdf);
    if ( stock_identify(check->stock, bridge, &is) || !covers(&is, bus) )
        return xpci_snapshot_add_problem(
            check->snapshot, XPCI_PROBLEM_STALE, &bridge, number, (int)bus,
            "bus %02x is said to be behind %s, which does not lead there", bus,
            sbdf);

    best = leads_to(check, bus, &secondary);
    if ( best && best->info.sbdf != bridge && secondary == bus )
        return xpci_snapshot_add_problem(
            check->snapshot, XPCI_PROBLEM_MISMATCH, &bridge, number, (int)bus,
            "bus %02x is said to be behind %s, and it is %s that leads there",
            bus, sbdf, xpci_sbdf_format(other, best->info.sbdf));

    return 0;
}

static int check_bus(const struct check *check, unsigned int bus)
{
    uint16_t number = check->segment->number;
    char sbdf[XPCI_SBDF_LENGTH];
    const struct stock_device *best;
    struct xpci_upstream upstream;
    unsigned int secondary;
    int rc = 0;

    if ( check->segment->bus2bridge[bus].map )
    {
        rc = check_entry(check, bus);
        if ( !rc && stock_upstream(check->stock, XPCI_SBDF(number, bus, 0),
                                   &upstream) < 0 )
            rc = xpci_snapshot_add_problem(
                check->snapshot, XPCI_PROBLEM_CYCLE, NULL, number, (int)bus,
                "the way up from bus %02x goes round, so its lookup fails",
                bus);
        return rc;
    }

    best = leads_to(check, bus, &secondary);
    if ( best )
        rc = xpci_snapshot_add_problem(
            check->snapshot, XPCI_PROBLEM_MISSING, &best->info.sbdf, number,
            (int)bus, "bus %02x is behind %s, and has no entry", bus,
            xpci_sbdf_format(sbdf, best->info.sbdf));

    return rc;
}

static int check_tables(const struct stock *stock,
                        struct xpci_snapshot *snapshot)
{
    struct check check = { .stock = stock, .snapshot = snapshot };
    int rc = 0;

    for ( check.segment = stock->segments; !rc && check.segment;
          check.segment = check.segment->next )
    {
        const struct stock_device *device;
        unsigned int bus;

        for ( device = check.segment->devices; !rc && device;
              device = device->next )
            rc = check_device(&check, device);
        for ( bus = 0; !rc && bus < STOCK_BUSES; bus++ )
            rc = check_bus(&check, bus);
    }

    return rc;
}

static int snapshot_segment(const struct stock *stock,
                            const struct stock_segment *segment,
                            struct xpci_snapshot *snapshot)
{
    const struct stock_device *device;
    unsigned int bus;
    int rc = 0;

    for ( device = segment->devices; !rc && device; device = device->next )
    {
        struct xpci_device_info info = device->info;

        info.owner = device->owned ? XPCI_OWNER_DOM0 : XPCI_OWNER_UNKNOWN;
        rc = xpci_snapshot_add_device(snapshot, &info);
    }
    for ( bus = 0; !rc && bus < STOCK_BUSES; bus++ )
    {
        const struct stock_way *way = &segment->bus2bridge[bus];
        uint32_t sbdf = XPCI_SBDF(segment->number, bus, 0);
        struct xpci_bus_info info = { .segment = segment->number,
                                      .bus = (uint8_t)bus };
        struct xpci_upstream upstream;

        if ( !way->map )
            continue;
        info.bridge = XPCI_SBDF(segment->number, way->bus, way->devfn);
        if ( stock_upstream(stock, sbdf, &upstream) == 1 )
        {
            info.has_upstream = true;
            info.upstream = upstream.bridge;
            info.secondary = upstream.secondary;
        }
        rc = xpci_snapshot_add_bus(snapshot, &info);
    }

    return rc;
}

int stock_snapshot(const struct stock *stock, struct xpci_snapshot *snapshot)
{
    const struct stock_segment *segment;
    int rc = 0;

    snapshot->source = XPCI_SOURCE_XEN_STOCK;
    snapshot->generation = stock->changes;
    for ( segment = stock->segments; !rc && segment; segment = segment->next )
        rc = snapshot_segment(stock, segment, snapshot);
    if ( !rc )
        rc = check_tables(stock, snapshot);
    xpci_snapshot_sort(snapshot);

    return rc;
}
