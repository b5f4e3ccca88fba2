/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Config space as the statements of a trace describe it.
 */
#include <stdlib.h>

#include <pci/header.h>

#include "trace_space.h"

#define NOTHING 0xffffffffU

/* Where the one capability is, and what a PCIe one begins with: version 2. */
#define PCIE_CAPABILITY 0x40U
#define PCIE_VERSION (2U << 16)
#define PCIE_TYPE_SHIFT 20
#define SRIOV_CAPABILITY 0x100U
#define EXTENDED_VERSION (1U << 16)

#define HEADER_SHIFT 16
#define MULTIFUNCTION 0x80U

static int compare(const void *a, const void *b)
{
    const struct trace_place *x = a, *y = b;

    return (x->sbdf > y->sbdf) - (x->sbdf < y->sbdf);
}

static struct trace_place *find(const struct trace_space *space, uint32_t sbdf)
{
    struct trace_place key = { .sbdf = sbdf };

    if ( !space->count )
        return NULL;

    return bsearch(&key, space->places, space->count, sizeof(key), compare);
}

/* Device/Port Type, or -1: no PCI Express capability. */
static int port_type(enum xpci_type type)
{
    switch ( type )
    {
    case XPCI_TYPE_ENDPOINT:
        return 0x0;
    case XPCI_TYPE_ROOT_PORT:
        return 0x4;
    case XPCI_TYPE_UPSTREAM_PORT:
        return 0x5;
    case XPCI_TYPE_DOWNSTREAM_PORT:
        return 0x6;
    case XPCI_TYPE_PCIE_TO_PCI_BRIDGE:
        return 0x7;
    case XPCI_TYPE_PCI_TO_PCIE_BRIDGE:
        return 0x8;
    case XPCI_TYPE_RCIEP:
        return 0x9;
    case XPCI_TYPE_RCEC:
        return 0xa;
    case XPCI_TYPE_UNKNOWN:
        return 0xf; /* reserved */
    default:
        return -1;
    }
}

static uint32_t header_layout(enum xpci_type type)
{
    if ( type == XPCI_TYPE_CARDBUS_BRIDGE )
        return PCI_HEADER_TYPE_CARDBUS;

    return trace_type_is_bridge(type) ? PCI_HEADER_TYPE_BRIDGE
                                      : PCI_HEADER_TYPE_NORMAL;
}

/* Is any other function of the same device there? */
static bool is_multifunction(const struct trace_space *space,
                             const struct trace_place *place)
{
    const struct trace_place *end = space->places + space->count;
    const struct trace_place *other;

    for ( other = place; other > space->places &&
                         (other[-1].sbdf & ~7U) == (place->sbdf & ~7U);
          other-- )
        ;
    for ( ; other < end && (other->sbdf & ~7U) == (place->sbdf & ~7U); other++ )
        if ( other != place && other->present )
            return true;

    return false;
}

static uint32_t read_place(const struct trace_space *space,
                           const struct trace_place *place, unsigned int offset)
{
    const struct trace_function *function = &place->function;
    int port = port_type(function->type);

    switch ( offset )
    {
    case PCI_VENDOR_ID:
        return function->vendor | ((uint32_t)function->device << 16);
    case PCI_COMMAND:
        return port >= 0 ? (uint32_t)PCI_STATUS_CAP_LIST << 16 : 0;
    case PCI_CLASS_REVISION:
        return function->class_code << 8;
    case PCI_HEADER_TYPE & ~3U:
        return (header_layout(function->type) |
                (is_multifunction(space, place) ? MULTIFUNCTION : 0))
               << HEADER_SHIFT;
    case PCI_PRIMARY_BUS:
        return trace_type_is_bridge(function->type)
                   ? XPCI_BUS(place->sbdf) |
                         ((uint32_t)function->secondary << 8) |
                         ((uint32_t)function->subordinate << 16)
                   : 0;
    case PCI_CAPABILITY_LIST:
        return port >= 0 ? PCIE_CAPABILITY : 0;
    case PCIE_CAPABILITY:
        return port >= 0 ? PCI_CAP_ID_EXP | PCIE_VERSION |
                               ((uint32_t)port << PCIE_TYPE_SHIFT)
                         : 0;
    case SRIOV_CAPABILITY:
        return function->is_pf ? PCI_EXT_CAP_ID_SRIOV | EXTENDED_VERSION : 0;
    default:
        return 0;
    }
}

static uint32_t trace_config_read(struct config_space *space, uint32_t sbdf,
                                  unsigned int offset)
{
    const struct trace_space *trace_space = (struct trace_space *)space;
    const struct trace_place *place = find(trace_space, sbdf);

    return place && place->present ? read_place(trace_space, place, offset)
                                   : NOTHING;
}

static int trace_config_list(struct config_space *space,
                             config_space_each *each, void *data)
{
    const struct trace_space *trace_space = (struct trace_space *)space;
    const struct xpci_report report = { .node = XPCI_NO_NODE };
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < trace_space->count; i++ )
        if ( trace_space->places[i].present )
            rc = each(data, trace_space->places[i].sbdf, &report);

    return rc;
}

static void trace_config_close(struct config_space *space)
{
    trace_space_dispose((struct trace_space *)space);
}

int trace_space_init(struct trace_space *space, const struct trace *trace)
{
    static const struct config_space_ops ops = {
        .read = trace_config_read,
        .list = trace_config_list,
        .close = trace_config_close,
    };
    size_t i, last = 0;

    memset(space, 0, sizeof(*space));
    space->space.ops = &ops;
    space->space.source = XPCI_SOURCE_FILE;
    space->places = calloc(trace->count + 1, sizeof(*space->places));
    if ( !space->places )
        return -ENOMEM;

    for ( i = 0; i < trace->count; i++ )
        if ( trace->statements[i].verb == TRACE_CONFIG )
            space->places[space->count++].sbdf = trace->statements[i].sbdf;
    qsort(space->places, space->count, sizeof(*space->places), compare);
    for ( i = 1; i < space->count; i++ )
        if ( space->places[i].sbdf != space->places[last].sbdf )
            space->places[++last].sbdf = space->places[i].sbdf;
    if ( space->count )
        space->count = last + 1;

    return 0;
}

void trace_space_dispose(struct trace_space *space)
{
    free(space->places);
    space->places = NULL;
    space->count = 0;
}

void trace_space_set(struct trace_space *space, uint32_t sbdf,
                     const struct trace_function *function)
{
    struct trace_place *place = find(space, sbdf);

    if ( !place )
        return;
    place->function = *function;
    place->present = true;
}

void trace_space_clear(struct trace_space *space, uint32_t sbdf)
{
    struct trace_place *place = find(space, sbdf);

    if ( place )
        place->present = false;
}
