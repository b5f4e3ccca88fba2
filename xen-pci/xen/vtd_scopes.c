/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device scopes of the ACPI DMAR table follow the bus numbers.
 *
 * A scope says which devices a DRHD, ATSR or RMRR structure is about: each
 * entry is a start bus and the device and function of every hop from there
 * (Intel VT-d specification, 8.3.1), and contains no other bus number.  Xen
 * turns it into bus numbers once, at boot; these are wrong as soon as dom0
 * renumbers.  Here the paths are kept, and Xen's numbers are brought up to
 * date with every change of a bridge, so that all of Xen's code that asks
 * for the unit of a device gets the unit that its path leads to.
 *
 * Xen reads the scopes without a lock.  A number is one 16-bit store; of the
 * buses, new ones are entered before old ones are taken out, and those that
 * stay are not touched.
 */
#include <xen/acpi.h>
#include <xen/init.h>
#include <xen/list.h>
#include <xen/xmalloc.h>

#include <passthrough/vtd/dmar.h>

#include "glue.h"
#include "iommu.h"

/* A path has at most as many hops as there are buses to go down. */
#define MOST_HOPS 256U

struct scope_entry {
    uint8_t type; /* 0: Xen stored none */
    uint8_t start_bus;
    uint16_t hops; /* 0: not known, and Xen's number stays */
    struct acpi_dmar_pci_path *path;
};

struct scope_record {
    struct list_head list;
    struct dmar_scope *scope;
    uint16_t segment;
    unsigned int entries; /* as many as scope->devices has, in that order */
    struct scope_entry entry[];
};

static LIST_HEAD(scopes);

static struct scope_record *find_record(const struct dmar_scope *scope)
{
    struct scope_record *record;

    list_for_each_entry(record, &scopes,
                        list) if ( record->scope == scope ) return record;

    return NULL;
}

static struct scope_record *__init get_record(struct dmar_scope *scope,
                                              uint16_t segment)
{
    struct scope_record *record = find_record(scope);

    if ( record )
        return record;
    record = _xzalloc(sizeof(*record) +
                          scope->devices_cnt * sizeof(record->entry[0]),
                      sizeof(void *));
    if ( !record )
        return NULL;
    record->scope = scope;
    record->segment = segment;
    record->entries = scope->devices_cnt;
    list_add_tail(&record->list, &scopes);

    return record;
}

/* The ACPI table is not mapped for ever, so its path is copied. */
static int __init keep_path(struct scope_entry *entry,
                            const struct acpi_dmar_device_scope *raw)
{
    size_t size = raw->length - sizeof(*raw);

    entry->path = _xmalloc(size, sizeof(void *));
    if ( !entry->path )
        return -ENOMEM;
    memcpy(entry->path, raw + 1, size);
    entry->hops = size / sizeof(*entry->path);

    return 0;
}

void __init xpci_hook_scope_stored(struct dmar_scope *scope, unsigned int index,
                                   const void *entry, const void *end,
                                   uint16_t segment)
{
    const struct acpi_dmar_device_scope *raw = entry;
    struct scope_record *record;

    if ( !xpci_enabled() || index >= scope->devices_cnt )
        return;

    record = get_record(scope, segment);
    if ( !record )
        goto no_memory;

    record->entry[index].type = raw->entry_type;
    record->entry[index].start_bus = raw->bus;
    /* The path of an entry that is not whole is not known. */
    if ( raw->length <= end - entry && raw->length > sizeof(*raw) &&
         keep_path(&record->entry[index], raw) )
        goto no_memory;
    return;

no_memory:
    printk(XENLOG_WARNING "xen-pci: no memory, a DMAR scope stays as it is\n");
}

void xpci_hook_scope_freed(const struct dmar_scope *scope)
{
    struct scope_record *record = find_record(scope);
    unsigned int i;

    if ( !record )
        return;

    list_del(&record->list);
    for ( i = 0; i < record->entries; i++ )
        xfree(record->entry[i].path);
    xfree(record);
}

/* Where an entry's path leads now.  False: nobody knows. */
static bool resolve(const struct xpci *xpci, uint16_t segment,
                    const struct scope_entry *entry, uint32_t *sbdf)
{
    unsigned int hop, bus = entry->start_bus;

    for ( hop = 0; hop < entry->hops && hop < MOST_HOPS; hop++ )
    {
        struct xpci_device_info info;

        *sbdf = XPCI_SBDF(segment, bus,
                          PCI_DEVFN(entry->path[hop].dev, entry->path[hop].fn));
        if ( hop + 1 == entry->hops )
            return true;
        if ( xpci_device(xpci, *sbdf, &info) ||
             !(info.flags & XPCI_CONFIGURED) )
            return false;
        bus = info.secondary;
    }

    return false;
}

/* The buses whose way to the root passes a bridge.  False: it is not known. */
static bool add_buses_behind(const struct xpci *xpci, uint32_t bridge,
                             unsigned long *buses)
{
    DECLARE_BITMAP(behind, 256) = {};
    struct xpci_device_info device;
    unsigned int bus;

    if ( xpci_device(xpci, bridge, &device) || !(device.flags & XPCI_BRIDGE) )
        return false;

    /* Upwards: a bridge is always on a lower bus than those it leads to. */
    for ( bus = 0; bus < 256; bus++ )
    {
        struct xpci_bus_info info;

        if ( xpci_bus(xpci, XPCI_SEGMENT(bridge), bus, &info) )
            continue;
        if ( info.bridge == bridge || test_bit(XPCI_BUS(info.bridge), behind) )
        {
            __set_bit(bus, behind);
            __set_bit(bus, buses);
        }
    }

    return true;
}

static void set_buses(struct dmar_scope *scope, const unsigned long *buses,
                      bool complete)
{
    unsigned int bus;

    for ( bus = 0; bus < 256; bus++ )
        if ( test_bit(bus, buses) )
            set_bit(bus, scope->buses);

    for ( bus = 0; complete && bus < 256; bus++ )
        if ( !test_bit(bus, buses) )
            clear_bit(bus, scope->buses);
}

/* What cannot be resolved keeps the numbers that it had. */
static void refresh(const struct xpci *xpci, const struct scope_record *record)
{
    DECLARE_BITMAP(buses, 256) = {};
    bool complete = true;
    unsigned int i;

    for ( i = 0; i < record->entries; i++ )
    {
        const struct scope_entry *entry = &record->entry[i];
        uint32_t sbdf;

        if ( entry->type != ACPI_DMAR_SCOPE_TYPE_ENDPOINT &&
             entry->type != ACPI_DMAR_SCOPE_TYPE_BRIDGE )
            continue;
        if ( !resolve(xpci, record->segment, entry, &sbdf) )
        {
            complete = false;
            continue;
        }
        write_atomic(&record->scope->devices[i], (uint16_t)sbdf);
        if ( entry->type == ACPI_DMAR_SCOPE_TYPE_BRIDGE &&
             !add_buses_behind(xpci, sbdf, buses) )
            complete = false;
    }

    set_buses(record->scope, buses, complete);
}

void cf_check xpci_vtd_scopes_refresh(const struct xpci *xpci)
{
    const struct scope_record *record;

    list_for_each_entry(record, &scopes, list) refresh(xpci, record);
}
