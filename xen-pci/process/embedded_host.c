/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a process gives to the tables (host.h).
 */
#include <stdlib.h>

#include "embedded_host.h"

#define CACHE_LINE 64U

static uint32_t host_config_read(void *data, uint32_t sbdf, unsigned int offset)
{
    struct embedded_state *state = data;

    return state->space->ops->read(state->space, sbdf, offset);
}

static void *host_alloc(void *data, size_t size)
{
    struct embedded_state *state = data;
    void *memory;

    if ( state->fail_count && !--state->fail_count )
        return NULL;

    if ( size < CACHE_LINE )
        memory = calloc(1, size);
    else
    {
        /* aligned_alloc() wants a multiple of the alignment. */
        size_t rounded = (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;

        memory = rounded < size ? NULL : aligned_alloc(CACHE_LINE, rounded);
        if ( memory )
            memset(memory, 0, rounded);
    }
    if ( memory )
        state->allocated += size;

    return memory;
}

static void host_free(void *data, void *memory, size_t size)
{
    struct embedded_state *state = data;

    if ( !memory )
        return;
    state->allocated -= size;
    free(memory);
}

static void host_lock(void *data)
{
    struct embedded_state *state = data;

    /* Fails only for a mutex that is not one: there is no way to go on. */
    if ( pthread_mutex_lock(&state->mutex) )
        abort();
}

static void host_unlock(void *data)
{
    struct embedded_state *state = data;

    if ( pthread_mutex_unlock(&state->mutex) )
        abort();
}

static uint16_t host_owner(void *data, uint32_t sbdf, const void *attached)
{
    const struct embedded_state *state = data;

    (void)attached;

    return owners_get(&state->owners, sbdf);
}

static int host_may_remove(void *data, uint32_t sbdf, void *attached,
                           bool answers)
{
    const struct embedded_state *state = data;

    (void)attached;
    /* What is gone may go, whoever has it and whatever is in use. */
    if ( !answers )
        return 0;

    return owner_is_guest(owners_get(&state->owners, sbdf)) ||
                   interrupts_in_use(&state->interrupts, sbdf)
               ? -EBUSY
               : 0;
}

static void host_remove(void *data, uint32_t sbdf, void *attached, bool answers)
{
    struct embedded_state *state = data;

    (void)attached;
    (void)answers;
    interrupts_release(&state->interrupts, sbdf);
    owners_forget(&state->owners, sbdf);
    state->departed[state->departed_count++ % EMBEDDED_DEPARTED_ROOM] = sbdf;
}

static void XPCI_LOCKED host_displaced(void *data, uint32_t sbdf,
                                       void *attached, bool away)
{
    struct embedded_state *state = data;
    struct xpci_device_info info;

    (void)attached;
    if ( away )
        owners_quarantine(&state->owners, sbdf);
    else if ( xpci_device(state->xpci, sbdf, &info) ||
              info.flags & XPCI_QUARANTINED )
        owners_keep_from_dom0(&state->owners, sbdf);
}

static void host_unmap(void *data, uint16_t segment,
                       const struct xpci_bus_set *buses)
{
    /* Nothing is mapped in a process. */
    (void)data;
    (void)segment;
    (void)buses;
}

static void host_remap(void *data, uint16_t segment,
                       const struct xpci_bus_set *buses)
{
    struct embedded_state *state = data;

    state->remap_count++;
    state->remap_segment = segment;
    state->remap_buses = *buses;
}

void embedded_host_init(struct embedded_state *state,
                        struct config_space *space)
{
    memset(state, 0, sizeof(*state));
    state->space = space;
    owners_init(&state->owners);
    interrupts_init(&state->interrupts);
    /* With default attributes glibc has nothing that could fail here. */
    if ( pthread_mutex_init(&state->mutex, NULL) )
        abort();

    state->host = (struct xpci_host){
        .data = state,
        .config_read = host_config_read,
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

void embedded_host_dispose(struct embedded_state *state)
{
    owners_dispose(&state->owners);
    interrupts_dispose(&state->interrupts);
    if ( pthread_mutex_destroy(&state->mutex) )
        abort();
}
