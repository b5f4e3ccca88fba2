/* SPDX-License-Identifier: GPL-2.0-only */
#include "listing.h"

#include "grow.h"

#include <xen-pci/walk.h>

#include <stdio.h>
#include <stdlib.h>

#define PAGE 64

void listing_init(struct listing *listing)
{
    memset(listing, 0, sizeof(*listing));
}

void listing_dispose(struct listing *listing)
{
    free(listing->devices);
    free(listing->buses);
    listing_init(listing);
}

static void room_for_devices(struct listing *listing, size_t more)
{
    listing->devices = grow(listing->devices, listing->device_count + more,
                            &listing->device_room, sizeof(*listing->devices));
}

static void room_for_buses(struct listing *listing, size_t more)
{
    listing->buses = grow(listing->buses, listing->bus_count + more,
                          &listing->bus_room, sizeof(*listing->buses));
}

bool listing_from_core(struct listing *listing, const struct xpci *xpci)
{
    struct xpci_walk walk = { 0 };
    int count;

    listing->device_count = listing->bus_count = 0;
    while ( !walk.done )
    {
        room_for_devices(listing, PAGE);
        count = xpci_walk_devices(
            xpci, &walk, listing->devices + listing->device_count, PAGE);
        if ( count < 0 || count > PAGE || (!count && !walk.done) )
            return false;
        listing->device_count += (size_t)count;
    }
    memset(&walk, 0, sizeof(walk));
    while ( !walk.done )
    {
        room_for_buses(listing, PAGE);
        count = xpci_walk_buses(xpci, &walk,
                                listing->buses + listing->bus_count, PAGE);
        if ( count < 0 || count > PAGE || (!count && !walk.done) )
            return false;
        listing->bus_count += (size_t)count;
    }
    return true;
}

static struct xpci_device_info info_of(const struct naive *naive,
                                       const struct naive_device *device)
{
    struct xpci_device_info info = {
        .sbdf = device->sbdf,
        .class_revision = device->class_revision,
        .vendor = device->vendor,
        .device = device->device,
        .type = (uint8_t)device->type,
        .primary = device->primary,
        .secondary = device->secondary,
        .subordinate = device->subordinate,
        .header_type = device->layout,
        .physfn = device->physfn,
        .node = device->node,
        .owner = device->bridge_only ? XPCI_OWNER_UNKNOWN : device->owner,
    };

    info.flags = (uint16_t)((device->virtfn ? XPCI_VIRTFN : 0) |
                            (device->extfn ? XPCI_EXTFN : 0) |
                            (device->bridge ? XPCI_BRIDGE : 0) |
                            (device->stale ? XPCI_STALE : 0) |
                            (device->bridge_only ? XPCI_BRIDGE_ONLY : 0) |
                            (device->changed ? XPCI_CHANGED : 0) |
                            (device->displaced ? XPCI_DISPLACED : 0) |
                            (device->quarantined ? XPCI_QUARANTINED : 0));
    if ( naive_configured(device) )
        info.flags |= XPCI_CONFIGURED;
    if ( naive_in_conflict(naive, device) )
        info.flags |= XPCI_CONFLICT;
    return info;
}

static int by_sbdf(const void *a, const void *b)
{
    uint32_t x = ((const struct xpci_device_info *)a)->sbdf;
    uint32_t y = ((const struct xpci_device_info *)b)->sbdf;

    return (x > y) - (x < y);
}

static void add_buses(struct listing *listing, const struct naive *naive,
                      uint16_t segment)
{
    struct naive_bus buses[256];
    unsigned int bus;

    naive_buses(naive, segment, buses);
    room_for_buses(listing, 256);
    for ( bus = 0; bus < 256; bus++ )
        if ( buses[bus].way )
            listing->buses[listing->bus_count++] = (struct xpci_bus_info){
                .segment = segment,
                .bus = (uint8_t)bus,
                .has_upstream = buses[bus].upstream.aliased,
                .bridge = buses[bus].way->sbdf,
                .upstream = buses[bus].upstream.bridge,
                .secondary = buses[bus].upstream.secondary,
            };
}

void listing_from_naive(struct listing *listing, const struct naive *naive)
{
    size_t i;

    listing->device_count = listing->bus_count = 0;
    room_for_devices(listing, naive->now.count + 1);
    for ( i = 0; i < naive->now.count; i++ )
        listing->devices[listing->device_count++] =
            info_of(naive, &naive->now.devices[i]);
    qsort(listing->devices, listing->device_count, sizeof(*listing->devices),
          by_sbdf);
    for ( i = 0; i < listing->device_count; i++ )
        if ( !i || listing->devices[i].sbdf >> 16 !=
                       listing->devices[i - 1].sbdf >> 16 )
            add_buses(listing, naive,
                      (uint16_t)(listing->devices[i].sbdf >> 16));
}

static void describe_device(const struct xpci_device_info *info, char *text,
                            size_t size)
{
    if ( !info )
    {
        snprintf(text, size, "nothing more");
        return;
    }
    snprintf(text, size,
             "%04x:%02x:%02x.%x %s id %04x:%04x class %08x header %02x "
             "numbers %02x/%02x/%02x physfn %04x node %x owner %x"
             "%s%s%s%s%s%s%s%s%s%s",
             info->sbdf >> 16, XPCI_BUS(info->sbdf), XPCI_DEV(info->sbdf),
             XPCI_FUNC(info->sbdf), xpci_type_name(info->type), info->vendor,
             info->device, info->class_revision, info->header_type,
             info->primary, info->secondary, info->subordinate,
             info->flags & XPCI_VIRTFN ? info->physfn & 0xffff : 0, info->node,
             info->owner, info->flags & XPCI_VIRTFN ? " VIRTFN" : "",
             info->flags & XPCI_EXTFN ? " EXTFN" : "",
             info->flags & XPCI_BRIDGE ? " BRIDGE" : "",
             info->flags & XPCI_CONFIGURED ? " CONFIGURED" : "",
             info->flags & XPCI_CONFLICT ? " CONFLICT" : "",
             info->flags & XPCI_STALE ? " STALE" : "",
             info->flags & XPCI_BRIDGE_ONLY ? " BRIDGE_ONLY" : "",
             info->flags & XPCI_CHANGED ? " CHANGED" : "",
             info->flags & XPCI_DISPLACED ? " DISPLACED" : "",
             info->flags & XPCI_QUARANTINED ? " QUARANTINED" : "");
}

static void describe_bus(const struct xpci_bus_info *info, char *text,
                         size_t size)
{
    int length;

    if ( !info )
    {
        snprintf(text, size, "no further bus");
        return;
    }
    length = snprintf(text, size, "bus %04x:%02x bridge %02x:%02x.%x alias ",
                      info->segment, info->bus, XPCI_BUS(info->bridge),
                      XPCI_DEV(info->bridge), XPCI_FUNC(info->bridge));
    if ( !info->has_upstream )
        snprintf(text + length, size - (size_t)length, "none");
    else
        snprintf(text + length, size - (size_t)length,
                 "%02x:%02x.%x secondary %02x", XPCI_BUS(info->upstream),
                 XPCI_DEV(info->upstream), XPCI_FUNC(info->upstream),
                 info->secondary);
}

static bool same_device(const struct xpci_device_info *a,
                        const struct xpci_device_info *b)
{
    return a->sbdf == b->sbdf && a->class_revision == b->class_revision &&
           a->vendor == b->vendor && a->device == b->device &&
           a->type == b->type && a->flags == b->flags &&
           a->primary == b->primary && a->secondary == b->secondary &&
           a->subordinate == b->subordinate &&
           a->header_type == b->header_type && a->node == b->node &&
           a->owner == b->owner &&
           (!(a->flags & XPCI_VIRTFN) || a->physfn == b->physfn);
}

static bool same_bus(const struct xpci_bus_info *a,
                     const struct xpci_bus_info *b)
{
    return a->segment == b->segment && a->bus == b->bus &&
           a->bridge == b->bridge && a->has_upstream == b->has_upstream &&
           (!a->has_upstream ||
            (a->upstream == b->upstream && a->secondary == b->secondary));
}

bool listing_equal(const struct listing *a, const char *name_a,
                   const struct listing *b, const char *name_b, char *text,
                   size_t size)
{
    char of_a[256];
    char of_b[256];
    size_t i;

    for ( i = 0; i < a->device_count || i < b->device_count; i++ )
    {
        const struct xpci_device_info *x =
            i < a->device_count ? &a->devices[i] : NULL;
        const struct xpci_device_info *y =
            i < b->device_count ? &b->devices[i] : NULL;

        if ( x && y && same_device(x, y) )
            continue;
        describe_device(x, of_a, sizeof(of_a));
        describe_device(y, of_b, sizeof(of_b));
        snprintf(text, size, "device: %s has  %s\n        %s has  %s", name_a,
                 of_a, name_b, of_b);
        return false;
    }
    for ( i = 0; i < a->bus_count || i < b->bus_count; i++ )
    {
        const struct xpci_bus_info *x = i < a->bus_count ? &a->buses[i] : NULL;
        const struct xpci_bus_info *y = i < b->bus_count ? &b->buses[i] : NULL;

        if ( x && y && same_bus(x, y) )
            continue;
        describe_bus(x, of_a, sizeof(of_a));
        describe_bus(y, of_b, sizeof(of_b));
        snprintf(text, size, "%s has  %s\n        %s has  %s", name_a, of_a,
                 name_b, of_b);
        return false;
    }
    return true;
}
