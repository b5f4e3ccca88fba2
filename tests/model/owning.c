/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test host as a hypervisor: whose device is it, and what is mapped.
 */
#include "owning.h"

#include "grow.h"

#include <xen-pci/walk.h>

#include <err.h>
#include <stdio.h>

#define PAGE 64

static void set_owner(struct test_host *host, uint32_t sbdf, uint16_t owner)
{
    if ( owners_set(&host->owners, sbdf, owner) )
        errx(1, "no memory for an owner");
}

/* What is mapped for a device: nothing where it is displaced. */
static bool is_mapped(const struct test_host *host, uint32_t sbdf)
{
    struct xpci_device_info info;

    return !xpci_device(host->xpci, sbdf, &info) &&
           !(info.flags & XPCI_DISPLACED) &&
           owners_get(&host->owners, sbdf) != XPCI_OWNER_QUARANTINE;
}

static void map(struct test_host *host, uint32_t sbdf)
{
    uint16_t owner = owners_get(&host->owners, sbdf);
    struct xpci_upstream upstream;

    if ( !is_mapped(host, sbdf) )
        return;
    iommu_map(&host->iommu, sbdf, sbdf, owner);
    if ( xpci_upstream(host->xpci, sbdf, &upstream) )
        iommu_map(&host->iommu, sbdf, upstream.bridge, owner);
}

static bool is_adopted(const struct test_host *host, uint32_t sbdf)
{
    size_t i;

    for ( i = 0; i < host->adopted_count; i++ )
        if ( host->adopted[i] == sbdf )
            return true;
    return false;
}

static void adopt(struct test_host *host, const struct xpci_device_info *info)
{
    if ( info->flags & XPCI_BRIDGE_ONLY ||
         xpci_attached(host->xpci, info->sbdf) )
        return;
    if ( xpci_attach(host->xpci, info->sbdf, host) )
        errx(1, "%08x is listed and not known", info->sbdf);
    host->adopted = grow(host->adopted, host->adopted_count + 1,
                         &host->adopted_room, sizeof(*host->adopted));
    host->adopted[host->adopted_count++] = info->sbdf;
    if ( info->flags & XPCI_QUARANTINED )
        set_owner(host, info->sbdf, XPCI_OWNER_QUARANTINE);
    map(host, info->sbdf);
}

void test_host_adopt(struct test_host *host)
{
    struct xpci_device_info devices[PAGE];
    struct xpci_walk walk = { 0 };
    int count;
    int i;

    if ( !host->tracks )
        return;
    while ( !walk.done )
    {
        count = xpci_walk_devices(host->xpci, &walk, devices, PAGE);
        for ( i = 0; i < count; i++ )
            adopt(host, &devices[i]);
        if ( count < 0 )
            errx(1, "a walk failed");
    }
}

void owning_remove(struct test_host *host, uint32_t sbdf)
{
    size_t kept = 0;
    size_t i;

    iommu_unmap(&host->iommu, sbdf, false);
    interrupts_release(&host->interrupts, sbdf);
    owners_forget(&host->owners, sbdf);
    for ( i = 0; i < host->adopted_count; i++ )
        if ( host->adopted[i] != sbdf )
            host->adopted[kept++] = host->adopted[i];
    host->adopted_count = kept;
}

void test_host_refused(struct test_host *host, uint32_t sbdf)
{
    owning_remove(host, sbdf);
}

void owning_displaced(struct test_host *host, uint32_t sbdf, bool away)
{
    struct xpci_device_info info;

    if ( away )
    {
        iommu_unmap(&host->iommu, sbdf, false);
        owners_quarantine(&host->owners, sbdf);
        return;
    }
    if ( xpci_device(host->xpci, sbdf, &info) )
        errx(1, "%08x comes back and is not known", sbdf);
    if ( info.flags & XPCI_QUARANTINED )
        set_owner(host, sbdf, XPCI_OWNER_QUARANTINE);
    if ( is_adopted(host, sbdf) )
        map(host, sbdf);
}

void owning_unmap(struct test_host *host, uint16_t segment,
                  const struct xpci_bus_set *buses)
{
    size_t i;

    for ( i = 0; i < host->adopted_count; i++ )
        if ( XPCI_SEGMENT(host->adopted[i]) == segment &&
             xpci_bus_set_has(buses, XPCI_BUS(host->adopted[i])) )
            iommu_unmap(&host->iommu, host->adopted[i], true);
}

void owning_remap(struct test_host *host, uint16_t segment,
                  const struct xpci_bus_set *buses)
{
    size_t i;

    for ( i = 0; i < host->adopted_count; i++ )
        if ( XPCI_SEGMENT(host->adopted[i]) == segment &&
             xpci_bus_set_has(buses, XPCI_BUS(host->adopted[i])) )
            map(host, host->adopted[i]);
}

/* What a toolstack may do something with. */
static bool is_there(const struct test_host *host, uint32_t sbdf)
{
    struct xpci_device_info info;

    return !xpci_device(host->xpci, sbdf, &info) &&
           !(info.flags & XPCI_DISPLACED) && is_adopted(host, sbdf);
}

static void give(struct test_host *host, uint32_t sbdf, uint16_t owner)
{
    iommu_unmap(&host->iommu, sbdf, false);
    set_owner(host, sbdf, owner);
    map(host, sbdf);
}

int test_host_assign(struct test_host *host, uint32_t sbdf, uint16_t domain)
{
    if ( !is_there(host, sbdf) )
        return -ENODEV;
    if ( owner_is_guest(owners_get(&host->owners, sbdf)) )
        return -EBUSY;
    give(host, sbdf, domain);
    return 0;
}

int test_host_deassign(struct test_host *host, uint32_t sbdf)
{
    if ( !is_there(host, sbdf) )
        return -ENODEV;
    give(host, sbdf,
         owner_is_guest(owners_get(&host->owners, sbdf)) ? XPCI_OWNER_QUARANTINE
                                                         : XPCI_OWNER_DOM0);
    return 0;
}

void test_host_destroy(struct test_host *host, uint16_t domain)
{
    size_t i;

    for ( i = 0; i < host->adopted_count; i++ )
        if ( owners_get(&host->owners, host->adopted[i]) == domain )
            give(host, host->adopted[i], XPCI_OWNER_QUARANTINE);
}

/* --- What must hold ---------------------------------------------------- */

static bool entry_is_sound(const struct test_host *host,
                           const struct iommu_entry *entry)
{
    struct xpci_upstream upstream;

    if ( !is_mapped(host, entry->device) ||
         owners_get(&host->owners, entry->device) != entry->owner )
        return false;
    if ( entry->requester == entry->device )
        return true;
    return xpci_upstream(host->xpci, entry->device, &upstream) &&
           upstream.bridge == entry->requester;
}

/* Is all mapped that a device may do? */
static bool device_is_sound(const struct test_host *host, uint32_t sbdf)
{
    uint16_t owner = owners_get(&host->owners, sbdf);
    struct xpci_upstream upstream;

    if ( !is_mapped(host, sbdf) )
        return true;
    return iommu_has(&host->iommu, sbdf, sbdf, owner) &&
           (!xpci_upstream(host->xpci, sbdf, &upstream) ||
            iommu_has(&host->iommu, sbdf, upstream.bridge, owner));
}

bool test_host_is_sound(const struct test_host *host, char *text, size_t size)
{
    size_t i;

    for ( i = 0; i < host->iommu.count; i++ )
    {
        const struct iommu_entry *entry = &host->iommu.entries[i];

        if ( entry_is_sound(host, entry) )
            continue;
        (void)snprintf(text, size,
                       "requester %08x is mapped to the memory of %x because "
                       "of %08x, which does not account for it",
                       entry->requester, entry->owner, entry->device);
        return false;
    }
    for ( i = 0; i < host->adopted_count; i++ )
        if ( !device_is_sound(host, host->adopted[i]) )
        {
            (void)snprintf(
                text, size, "%08x, which %x has, is not mapped as it should be",
                host->adopted[i], owners_get(&host->owners, host->adopted[i]));
            return false;
        }
    return true;
}
