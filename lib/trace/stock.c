/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stock model's tables, and what hypercalls and the bus scan do to them.
 */
#include <stdlib.h>

#include <pci/header.h>

#include "stock.h"

void stock_init(struct stock *stock, struct config_space *space)
{
    memset(stock, 0, sizeof(*stock));
    stock->space = space;
}

void stock_dispose(struct stock *stock)
{
    while ( stock->segments )
    {
        struct stock_segment *segment = stock->segments;

        while ( segment->devices )
        {
            struct stock_device *device = segment->devices;

            segment->devices = device->next;
            free(device);
        }
        stock->segments = segment->next;
        free(segment);
    }
}

static struct stock_segment *find_segment(const struct stock *stock,
                                          uint16_t number)
{
    struct stock_segment *segment;

    for ( segment = stock->segments; segment; segment = segment->next )
        if ( segment->number == number )
            break;

    return segment;
}

static struct stock_segment *get_segment(struct stock *stock, uint16_t number)
{
    struct stock_segment *segment = find_segment(stock, number);

    if ( segment )
        return segment;
    segment = calloc(1, sizeof(*segment));
    if ( segment )
    {
        segment->number = number;
        segment->next = stock->segments;
        stock->segments = segment;
    }

    return segment;
}

struct stock_device *stock_find(const struct stock_segment *segment,
                                uint32_t sbdf)
{
    struct stock_device *device;

    for ( device = segment->devices; device; device = device->next )
        if ( device->info.sbdf == sbdf )
            break;

    return device;
}

/* Trouble 5: of the bridges only those that alias are entered. */
static void enter_bridge(struct stock_segment *segment,
                         const struct xpci_device_info *info)
{
    unsigned int bus;

    if ( !xpci_type_aliases(info->type) )
        return;
    for ( bus = info->secondary; bus <= info->subordinate; bus++ )
        segment->bus2bridge[bus] = (struct stock_way){
            .map = true,
            .bus = XPCI_BUS(info->sbdf),
            .devfn = XPCI_DEVFN(info->sbdf),
        };
}

/* Trouble 1: what is listed is not looked at again.  NULL: no memory. */
static struct stock_device *list_device(struct stock *stock,
                                        struct stock_segment *segment,
                                        uint32_t sbdf)
{
    struct stock_device *device = stock_find(segment, sbdf);

    if ( device )
        return device;
    device = calloc(1, sizeof(*device));
    if ( !device )
        return NULL;
    /* Where nothing answers, an entry of unknown type is made all the same. */
    stock_identify(stock, sbdf, &device->info);
    device->next = segment->devices;
    segment->devices = device;
    enter_bridge(segment, &device->info);
    stock->changes++;

    return device;
}

static uint32_t read_dword(const struct stock *stock, uint32_t sbdf,
                           unsigned int offset)
{
    return stock->space->ops->read(stock->space, sbdf, offset);
}

static bool answers(const struct stock *stock, uint32_t sbdf)
{
    uint32_t id = read_dword(stock, sbdf, PCI_VENDOR_ID);

    return id != 0xffffffffU && id != 0 && id != 0x0000ffffU &&
           id != 0xffff0000U;
}

/*
 * The functions of one slot.  dom0 gets all that boot finds, whether or not
 * it can be mapped.
 */
static int scan_slot(struct stock *stock, struct stock_segment *segment,
                     uint32_t slot)
{
    uint32_t function;

    for ( function = 0; function < 8; function++ )
    {
        uint32_t sbdf = slot | function;
        struct stock_device *device;

        if ( !answers(stock, sbdf) )
        {
            if ( !function )
                break;
            continue;
        }
        device = list_device(stock, segment, sbdf);
        if ( !device )
            return -ENOMEM;
        device->owned = true;
        if ( !function &&
             !(read_dword(stock, sbdf, PCI_HEADER_TYPE & ~3U) >> 16 & 0x80) )
            break;
    }

    return 0;
}

int stock_scan(struct stock *stock, uint16_t number)
{
    struct stock_segment *segment = get_segment(stock, number);
    unsigned int bus, slot;
    int rc = segment ? 0 : -ENOMEM;

    for ( bus = 0; !rc && bus < STOCK_BUSES; bus++ )
        for ( slot = 0; !rc && slot < 32; slot++ )
            rc = scan_slot(stock, segment, XPCI_SBDF(number, bus, slot << 3));

    return rc;
}

int stock_scan_device(struct stock *stock, uint32_t sbdf)
{
    struct stock_segment *segment = get_segment(stock, XPCI_SEGMENT(sbdf));
    struct stock_device *device;

    if ( segment && !answers(stock, sbdf) )
        return -ENODEV;
    device = segment ? list_device(stock, segment, sbdf) : NULL;
    if ( !device )
        return -ENOMEM;
    device->owned = true;

    return 0;
}

int stock_upstream(const struct stock *stock, uint32_t sbdf,
                   struct xpci_upstream *upstream)
{
    const struct stock_segment *segment =
        find_segment(stock, XPCI_SEGMENT(sbdf));
    unsigned int bus = XPCI_BUS(sbdf), steps = 0;

    if ( !bus )
        return 0;
    if ( !segment )
        return -1;
    if ( !segment->bus2bridge[bus].map )
        return 0;

    while ( segment->bus2bridge[bus].map )
    {
        const struct stock_way *way = &segment->bus2bridge[bus];

        upstream->secondary = (uint8_t)bus;
        upstream->bridge = XPCI_SBDF(segment->number, way->bus, way->devfn);
        bus = way->bus;
        /* Trouble 3: only this ends a walk that goes round. */
        if ( steps++ >= STOCK_BUSES )
            return -1;
    }

    return 1;
}

/* VT-d's mapping of a device for dom0, as far as the topology decides it. */
static int map_device(const struct stock *stock,
                      const struct xpci_device_info *info)
{
    struct xpci_upstream upstream;

    switch ( info->type )
    {
    case XPCI_TYPE_UNKNOWN:
        return -EINVAL;
    case XPCI_TYPE_PCI_DEVICE:
    case XPCI_TYPE_CARDBUS_BRIDGE:
        return stock_upstream(stock, info->sbdf, &upstream) < 0 ? -ENXIO : 0;
    default:
        return 0;
    }
}

static int add_one(struct stock *stock, uint32_t sbdf, uint32_t node,
                   struct stock_device **added)
{
    struct stock_segment *segment = get_segment(stock, XPCI_SEGMENT(sbdf));
    struct stock_device *device =
        segment ? list_device(stock, segment, sbdf) : NULL;
    int rc;

    if ( !device )
        return -ENOMEM;
    *added = device;
    device->info.node = node;
    if ( device->owned )
        return 0;
    /* Trouble 10: if this fails, the entry stays. */
    rc = map_device(stock, &device->info);
    if ( !rc )
        device->owned = true;

    return rc;
}

int stock_add(struct stock *stock, uint32_t sbdf,
              const struct xpci_report *report)
{
    struct stock_segment *segment = find_segment(stock, XPCI_SEGMENT(sbdf));
    struct stock_device *device = NULL;
    uint32_t physfn =
        XPCI_SBDF(XPCI_SEGMENT(sbdf), report->physfn_bus, report->physfn_devfn);
    int rc;

    /* A VF's PF is added with it; whether that worked is not looked at. */
    if ( report->is_virtfn && (!segment || !stock_find(segment, physfn)) )
    {
        rc = add_one(stock, physfn, report->node, &device);
        if ( rc == -ENOMEM )
            return rc;
    }

    device = NULL;
    rc = add_one(stock, sbdf, report->node, &device);
    if ( device )
    {
        device->info.flags &= (uint8_t) ~(XPCI_VIRTFN | XPCI_EXTFN);
        if ( report->is_virtfn )
            device->info.flags |= XPCI_VIRTFN;
        if ( report->is_extfn )
            device->info.flags |= XPCI_EXTFN;
        device->info.physfn = report->is_virtfn ? physfn : 0;
    }

    return rc;
}

/*
 * Trouble 2: which buses a leaving bridge had is asked of config space now,
 * where something else may have other numbers, or nothing reads ff.
 */
static void leave_bridge(const struct stock *stock,
                         struct stock_segment *segment, uint32_t sbdf)
{
    uint32_t numbers = read_dword(stock, sbdf, PCI_PRIMARY_BUS);
    unsigned int bus = numbers >> 8 & 0xff, last = numbers >> 16 & 0xff;

    for ( ; bus <= last; bus++ )
        segment->bus2bridge[bus] = segment->bus2bridge[XPCI_BUS(sbdf)];
}

static void unlist_device(struct stock_segment *segment,
                          struct stock_device *device)
{
    struct stock_device **link = &segment->devices;

    while ( *link != device )
        link = &(*link)->next;
    *link = device->next;
    free(device);
}

int stock_remove(struct stock *stock, uint32_t sbdf)
{
    struct stock_segment *segment = find_segment(stock, XPCI_SEGMENT(sbdf));
    struct stock_device *device = segment ? stock_find(segment, sbdf) : NULL;

    if ( !device )
        return -ENODEV;
    if ( !device->owned )
    {
        stock->panic = "the host going down: Xen stops when a device whose "
                       "add failed is removed";
        return 0;
    }

    /* Trouble 4: what is behind a bridge stays. */
    if ( xpci_type_aliases(device->info.type) )
        leave_bridge(stock, segment, sbdf);
    unlist_device(segment, device);
    stock->changes++;

    return 0;
}

/* There is no such hypercall in 4.17. */
int stock_reset(struct stock *stock, uint32_t sbdf)
{
    (void)stock;
    (void)sbdf;

    return -ENOSYS;
}

bool stock_knows(const struct stock *stock, uint32_t sbdf)
{
    const struct stock_segment *segment =
        find_segment(stock, XPCI_SEGMENT(sbdf));

    return segment && stock_find(segment, sbdf);
}
