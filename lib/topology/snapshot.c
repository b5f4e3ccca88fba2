/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Snapshots: adding to them, sorting, finding.
 */
#include <stdarg.h>
#include <stdio.h>

#include <xen-pci/snapshot.h>

#include "array.h"

void xpci_snapshot_init(struct xpci_snapshot *snapshot)
{
    memset(snapshot, 0, sizeof(*snapshot));
}

void xpci_snapshot_dispose(struct xpci_snapshot *snapshot)
{
    size_t i;

    for ( i = 0; i < snapshot->problem_count; i++ )
        free(snapshot->problems[i].text);
    free(snapshot->problems);
    free(snapshot->buses);
    free(snapshot->devices);
    xpci_snapshot_init(snapshot);
}

const char *xpci_source_name(enum xpci_source source)
{
    switch ( source )
    {
    case XPCI_SOURCE_EMBEDDED:
        return "embedded";
    case XPCI_SOURCE_XEN_MODULE:
        return "xen-module";
    case XPCI_SOURCE_XEN_STOCK:
        return "xen-stock";
    case XPCI_SOURCE_SYSFS:
        return "sysfs";
    case XPCI_SOURCE_FILE:
        return "file";
    }

    return "file";
}

int xpci_snapshot_add_device(struct xpci_snapshot *snapshot,
                             const struct xpci_device_info *info)
{
    return ARRAY_APPEND(snapshot->devices, snapshot->device_count, *info)
               ? 0
               : -ENOMEM;
}

int xpci_snapshot_add_bus(struct xpci_snapshot *snapshot,
                          const struct xpci_bus_info *info)
{
    return ARRAY_APPEND(snapshot->buses, snapshot->bus_count, *info) ? 0
                                                                     : -ENOMEM;
}

int xpci_snapshot_add_problem(struct xpci_snapshot *snapshot,
                              enum xpci_problem kind, const uint32_t *at,
                              int segment, int bus, const char *format, ...)
{
    struct xpci_snapshot_problem problem = {
        .kind = kind,
        .has_sbdf = at != NULL,
        .has_bus = bus >= 0,
        .bus = bus >= 0 ? (uint8_t)bus : 0,
        .sbdf = at ? *at : 0,
    };
    va_list arguments;
    int length;

    problem.segment =
        segment >= 0 ? (uint16_t)segment : XPCI_SEGMENT(problem.sbdf);
    va_start(arguments, format);
    length = vasprintf(&problem.text, format, arguments);
    va_end(arguments);
    if ( length < 0 )
        return -ENOMEM;
    if ( ARRAY_APPEND(snapshot->problems, snapshot->problem_count, problem) )
        return 0;
    free(problem.text);

    return -ENOMEM;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_devices(const void *a, const void *b)
{
    const struct xpci_device_info *x = a, *y = b;

    return compare_numbers(x->sbdf, y->sbdf);
}

static uint32_t bus_key(uint16_t segment, uint8_t bus)
{
    return ((uint32_t)segment << 8) | bus;
}

static int compare_buses(const void *a, const void *b)
{
    const struct xpci_bus_info *x = a, *y = b;

    return compare_numbers(bus_key(x->segment, x->bus),
                           bus_key(y->segment, y->bus));
}

static int compare_problems(const void *a, const void *b)
{
    const struct xpci_snapshot_problem *x = a, *y = b;
    int order = compare_numbers(bus_key(x->segment, x->bus),
                                bus_key(y->segment, y->bus));

    if ( !order )
        order = compare_numbers(x->sbdf, y->sbdf);
    if ( !order )
        order = compare_numbers(x->kind, y->kind);

    return order ? order : strcmp(x->text, y->text);
}

void xpci_snapshot_sort(struct xpci_snapshot *snapshot)
{
    if ( snapshot->device_count )
        qsort(snapshot->devices, snapshot->device_count,
              sizeof(*snapshot->devices), compare_devices);
    if ( snapshot->bus_count )
        qsort(snapshot->buses, snapshot->bus_count, sizeof(*snapshot->buses),
              compare_buses);
    if ( snapshot->problem_count )
        qsort(snapshot->problems, snapshot->problem_count,
              sizeof(*snapshot->problems), compare_problems);
}

const struct xpci_device_info *xpci_snapshot_device(
    const struct xpci_snapshot *snapshot, uint32_t sbdf)
{
    struct xpci_device_info key = { .sbdf = sbdf };

    if ( !snapshot->device_count )
        return NULL;

    return bsearch(&key, snapshot->devices, snapshot->device_count, sizeof(key),
                   compare_devices);
}

const struct xpci_bus_info *xpci_snapshot_bus(
    const struct xpci_snapshot *snapshot, uint16_t segment, uint8_t bus)
{
    struct xpci_bus_info key = { .segment = segment, .bus = bus };

    if ( !snapshot->bus_count )
        return NULL;

    return bsearch(&key, snapshot->buses, snapshot->bus_count, sizeof(key),
                   compare_buses);
}
