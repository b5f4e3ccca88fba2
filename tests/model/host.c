/* SPDX-License-Identifier: GPL-2.0-only */
#include "host.h"

#include "grow.h"

#include <err.h>
#include <stdlib.h>

static void needs_lock(struct test_host *host)
{
    if ( !host->locked )
        host->lock_errors++;
}

static uint32_t config_read(void *data, uint32_t sbdf, unsigned int offset)
{
    struct test_host *host = data;

    needs_lock(host);
    host->reads++;
    if ( sbdf == host->watched_sbdf && offset == host->watched_offset )
        host->reads_of_watched++;
    return world_read(host->world, sbdf, offset);
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

static void host_remove(void *data, uint32_t sbdf, void *attached)
{
    struct test_host *host = data;

    needs_lock(host);
    host->attached = attached;
    host->departed = grow(host->departed, host->departed_count + 1,
                          &host->departed_room, sizeof(*host->departed));
    host->departed[host->departed_count++] = sbdf;
    if ( host->on_remove )
        host->on_remove(host->data, sbdf);
}

static void host_remap(void *data, uint16_t segment,
                       const struct xpci_bus_set *buses)
{
    struct test_host *host = data;
    struct test_remap *remap;

    needs_lock(host);
    host->remaps = grow(host->remaps, host->remap_count + 1, &host->remap_room,
                        sizeof(*host->remaps));
    remap = &host->remaps[host->remap_count++];
    remap->segment = segment;
    remap->buses = *buses;
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
        .remove = host_remove,
        .remap = host_remap,
    };
}

void test_host_dispose(struct test_host *host)
{
    free(host->departed);
    free(host->remaps);
    host->departed = NULL;
    host->remaps = NULL;
    host->departed_room = host->remap_room = 0;
    test_host_forget(host);
}

void test_host_forget(struct test_host *host)
{
    host->departed_count = host->remap_count = 0;
    host->reads = host->reads_of_watched = 0;
    host->failed = false;
}
