/* SPDX-License-Identifier: GPL-2.0-only */
#include "host.h"

#include "grow.h"
#include "owning.h"

#include <err.h>
#include <stdlib.h>

static void needs_lock(struct test_host *host)
{
    if ( !host->locked )
        host->lock_errors++;
}

/* What the host's `reads`th read of config space gives, which is `dword`. */
static uint32_t tear(const struct test_host *host, unsigned int offset,
                     uint32_t dword)
{
    uint32_t reads = (uint32_t)host->reads;

    switch ( host->torn )
    {
    case TORN_FROM:
        return host->reads >= host->torn_at ? ~(uint32_t)0 : dword;
    case TORN_AT:
        return host->reads == host->torn_at ? ~(uint32_t)0 : dword;
    case TORN_OTHER:
        return host->reads == host->torn_at && dword != ~(uint32_t)0
                   ? dword ^ 0x00010101U
                   : dword;
    case TORN_NUMBERS:
        return offset == 0x18 && dword != ~(uint32_t)0
                   ? dword + (reads % 64U) * 0x00010100U
                   : dword;
    case TORN_ALL:
        return dword == ~(uint32_t)0 ? dword : dword ^ reads;
    default:
        return dword;
    }
}

static uint32_t config_read(void *data, uint32_t sbdf, unsigned int offset)
{
    struct test_host *host = data;

    needs_lock(host);
    host->reads++;
    if ( sbdf == host->watched_sbdf && offset == host->watched_offset )
        host->reads_of_watched++;
    return tear(host, offset, world_read(host->world, sbdf, offset));
}

static void *host_alloc(void *data, size_t size)
{
    struct test_host *host = data;
    void *memory;

    if ( host->fail_at && !--host->fail_at )
    {
        host->failed = true;
        return NULL;
    }
    if ( posix_memalign(&memory, 64, size) )
        errx(1, "no memory");
    memset(memory, 0, size);
    host->allocated += size;
    host->blocks++;
    return memory;
}

static void host_free(void *data, void *memory, size_t size)
{
    struct test_host *host = data;

    if ( !memory )
        return;
    host->allocated -= size;
    host->blocks--;
    free(memory);
}

static void host_lock(void *data)
{
    struct test_host *host = data;

    host->lock_errors += host->locked;
    host->locked = true;
}

static void host_unlock(void *data)
{
    struct test_host *host = data;

    host->lock_errors += !host->locked;
    host->locked = false;
}

static void tell(struct test_told_list *list, uint32_t sbdf, bool how)
{
    list->entries = grow(list->entries, list->count + 1, &list->room,
                         sizeof(*list->entries));
    list->entries[list->count++] = (struct test_told){ sbdf, how };
}

static uint16_t host_owner(void *data, uint32_t sbdf, const void *attached)
{
    struct test_host *host = data;

    /* Tests ask xpci_device() with nobody else around, and no lock. */
    (void)attached;
    return owners_get(&host->owners, sbdf);
}

static int host_may_remove(void *data, uint32_t sbdf, void *attached,
                           bool answers)
{
    struct test_host *host = data;

    (void)attached;
    needs_lock(host);
    tell(&host->asked, sbdf, answers);
    return answers && (owner_is_guest(owners_get(&host->owners, sbdf)) ||
                       interrupts_in_use(&host->interrupts, sbdf))
               ? -EBUSY
               : 0;
}

static void host_remove(void *data, uint32_t sbdf, void *attached, bool answers)
{
    struct test_host *host = data;

    needs_lock(host);
    tell(&host->removed, sbdf, answers);
    owning_remove(host, sbdf);
    host->attached = attached;
    if ( host->on_remove )
        host->on_remove(host->data, sbdf);
}

static void host_displaced(void *data, uint32_t sbdf, void *attached, bool away)
{
    struct test_host *host = data;

    (void)attached;
    needs_lock(host);
    tell(&host->displaced, sbdf, away);
    owning_displaced(host, sbdf, away);
    if ( host->on_displaced )
        host->on_displaced(host->data, sbdf, away);
}

static void note(struct test_remap **remaps, size_t *count, size_t *room,
                 uint16_t segment, const struct xpci_bus_set *buses)
{
    *remaps = grow(*remaps, *count + 1, room, sizeof(**remaps));
    (*remaps)[*count].segment = segment;
    (*remaps)[(*count)++].buses = *buses;
}

static void host_unmap(void *data, uint16_t segment,
                       const struct xpci_bus_set *buses)
{
    struct test_host *host = data;

    needs_lock(host);
    note(&host->unmaps, &host->unmap_count, &host->unmap_room, segment, buses);
    owning_unmap(host, segment, buses);
}

static void host_remap(void *data, uint16_t segment,
                       const struct xpci_bus_set *buses)
{
    struct test_host *host = data;

    needs_lock(host);
    note(&host->remaps, &host->remap_count, &host->remap_room, segment, buses);
    owning_remap(host, segment, buses);
    if ( host->on_remap )
        host->on_remap(host->data, segment);
}

void test_host_init(struct test_host *host, struct world *world)
{
    memset(host, 0, sizeof(*host));
    host->world = world;
    host->host = (struct xpci_host){
        .data = host,
        .config_read = config_read,
        .alloc = host_alloc,
        .free = host_free,
        .lock = host_lock,
        .unlock = host_unlock,
        .owner = host_owner,
        .may_remove = host_may_remove,
        .remove = host_remove,
        .displaced = host_displaced,
        .unmap = host_unmap,
        .remap = host_remap,
    };
}

void test_host_dispose(struct test_host *host)
{
    struct test_host gone = *host;

    free(host->asked.entries);
    free(host->removed.entries);
    free(host->displaced.entries);
    free(host->unmaps);
    free(host->remaps);
    free(host->adopted);
    iommu_dispose(&host->iommu);
    owners_dispose(&host->owners);
    interrupts_dispose(&host->interrupts);
    test_host_init(host, gone.world);
}

void test_host_forget(struct test_host *host)
{
    host->asked.count = host->removed.count = host->displaced.count = 0;
    host->remap_count = host->unmap_count = 0;
    host->reads = host->reads_of_watched = 0;
    host->failed = false;
}
