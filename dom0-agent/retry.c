/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Steps that failed, and when each is tried again.
 */
#include <stdlib.h>

#include "retry.h"
#include "agree/sbdf_set.h"

void retry_init(struct retry *retry)
{
    *retry = (struct retry){ .first = 1000, .most = 300000 };
}

void retry_dispose(struct retry *retry)
{
    free(retry->items);
    retry_init(retry);
}

void retry_set_pauses(struct retry *retry, uint64_t first, uint64_t most)
{
    retry->first = first;
    retry->most = most;
}

static struct retry_item *find(const struct retry *retry, uint32_t sbdf)
{
    return sorted_find(retry->items, retry->count, sizeof(*retry->items), sbdf);
}

const struct retry_item *retry_find(const struct retry *retry, uint32_t sbdf)
{
    return find(retry, sbdf);
}

uint64_t retry_pause(uint64_t first, uint64_t most, unsigned int tries)
{
    uint64_t pause = first;

    while ( --tries && pause < most )
        pause *= 2;

    return pause < most ? pause : most;
}

static struct retry_item *insert(struct retry *retry, uint32_t sbdf)
{
    struct retry_item *items =
        sorted_insert(retry->items, &retry->count, sizeof(*items), sbdf);

    if ( !items )
        return NULL;
    retry->items = items;

    return find(retry, sbdf);
}

bool retry_is_refused(const struct retry_item *item)
{
    return item->rc == -EBUSY && item->action == PLAN_REMOVE;
}

int retry_failed(struct retry *retry, uint32_t sbdf, enum plan_action action,
                 int rc, uint64_t now)
{
    struct retry_item *item = find(retry, sbdf);

    if ( !item )
        item = insert(retry, sbdf);
    if ( !item )
        return -ENOMEM;
    /* Another kind of step is another story. */
    if ( (item->action == PLAN_REMOVE) != (action == PLAN_REMOVE) )
        item->tries = 0;
    item->action = action;
    item->rc = rc;
    item->tries++;
    /* A device in use stays so for long: nobody is to insist. */
    item->next =
        now + (retry_is_refused(item)
                   ? retry->most
                   : retry_pause(retry->first, retry->most, item->tries));

    return 0;
}

void retry_forget(struct retry *retry, uint32_t sbdf)
{
    sorted_remove(retry->items, &retry->count, sizeof(*retry->items), sbdf);
}

void retry_hurry(struct retry *retry, uint32_t sbdf)
{
    struct retry_item *item = find(retry, sbdf);

    if ( item )
        item->next = 0;
}

void retry_hurry_all(struct retry *retry)
{
    size_t i;

    for ( i = 0; i < retry->count; i++ )
        retry->items[i].next = 0;
}

void retry_postpone(struct retry *retry, uint64_t now)
{
    size_t i;

    for ( i = 0; i < retry->count; i++ )
    {
        struct retry_item *item = &retry->items[i];

        if ( item->next <= now )
            item->next =
                now + retry_pause(retry->first, retry->most, item->tries);
    }
}

static bool has_step(const struct plan *plan, const struct retry_item *item)
{
    size_t i;

    for ( i = 0; i < plan->step_count; i++ )
    {
        if ( plan->steps[i].sbdf == item->sbdf &&
             (plan->steps[i].action == PLAN_REMOVE) ==
                 (item->action == PLAN_REMOVE) )
            return true;
    }

    return false;
}

void retry_keep(struct retry *retry, const struct plan *plan)
{
    size_t i, kept = 0;

    for ( i = 0; i < retry->count; i++ )
    {
        if ( has_step(plan, &retry->items[i]) )
            retry->items[kept++] = retry->items[i];
    }
    retry->count = kept;
}

uint64_t retry_next(const struct retry *retry)
{
    uint64_t next = RETRY_NEVER;
    size_t i;

    for ( i = 0; i < retry->count; i++ )
    {
        if ( retry->items[i].next < next )
            next = retry->items[i].next;
    }

    return next;
}
