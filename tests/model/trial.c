/* SPDX-License-Identifier: GPL-2.0-only */
#include <xen-pci/process.h>

#include "trial_check.h"

bool trial_init(struct trial *trial)
{
    memset(trial, 0, sizeof(*trial));
    world_init(&trial->world);
    naive_init(&trial->naive, &trial->world);
    test_host_init(&trial->host, &trial->world);
    listing_init(&trial->before);
    listing_init(&trial->after);
    listing_init(&trial->expected);
    if ( xpci_create(&trial->xpci, &trial->host.host) )
    {
        trial->xpci = NULL;
        return trial_complain(trial, "xpci_create failed");
    }
    trial->host.xpci = trial->xpci;
    trial->host.tracks = true;
    trial->host.data = trial;
    trial->host.on_remove = trial_on_remove;
    trial->host.on_displaced = trial_on_displaced;
    trial->host.on_remap = trial_on_remap;
    trial->generation = xpci_generation(trial->xpci);
    return true;
}

bool trial_dispose(struct trial *trial)
{
    xpci_dispose(trial->xpci);
    trial->xpci = NULL;
    if ( trial->host.allocated || trial->host.blocks )
        trial_complain(trial, "%u blocks, %zu bytes are left in the end",
                       trial->host.blocks, trial->host.allocated);
    if ( trial->host.lock_errors )
        trial_complain(trial, "the lock was mistreated %u times",
                       trial->host.lock_errors);
    test_host_dispose(&trial->host);
    naive_dispose(&trial->naive);
    world_dispose(&trial->world);
    listing_dispose(&trial->before);
    listing_dispose(&trial->after);
    listing_dispose(&trial->expected);
    return !trial->complained;
}

static int do_core(struct trial *trial, const struct event *event)
{
    switch ( event->kind )
    {
    case EVENT_SCAN_DEVICE:
        return xpci_scan_device(trial->xpci, event->sbdf);
    case EVENT_SCAN_SEGMENT:
        return xpci_scan_segment(trial->xpci, XPCI_SEGMENT(event->sbdf));
    case EVENT_ADD:
        return xpci_add(trial->xpci, event->sbdf, &event->report);
    case EVENT_REMOVE:
        return xpci_remove(trial->xpci, event->sbdf);
    case EVENT_DEPART:
        return xpci_depart(trial->xpci, event->sbdf);
    case EVENT_RESET:
        return xpci_reset(trial->xpci, event->sbdf);
    default:
        xpci_refuse(trial->xpci, event->sbdf);
        test_host_refused(&trial->host, event->sbdf);
        return 0;
    }
}

static int do_naive(struct trial *trial, const struct event *event)
{
    switch ( event->kind )
    {
    case EVENT_SCAN_DEVICE:
        return naive_scan_device(&trial->naive, event->sbdf);
    case EVENT_SCAN_SEGMENT:
        naive_scan_segment(&trial->naive, XPCI_SEGMENT(event->sbdf), 65536);
        return 0;
    case EVENT_ADD:
        return naive_add(&trial->naive, event->sbdf, &event->report);
    case EVENT_REMOVE:
        return naive_remove(&trial->naive, event->sbdf);
    case EVENT_DEPART:
        return naive_depart(&trial->naive, event->sbdf);
    case EVENT_RESET:
        return naive_reset(&trial->naive, event->sbdf);
    default:
        naive_refuse(&trial->naive, event->sbdf, trial->host.failed);
        return 0;
    }
}

/* Is there anything in this segment that would have to be remembered? */
static bool any_foreign(const struct naive *naive, uint16_t segment)
{
    size_t i;

    for ( i = 0; i < naive->now.count; i++ )
        if ( naive->now.devices[i].sbdf >> 16 == segment &&
             (naive->now.devices[i].remembered ||
              naive_is_foreign(&naive->now.devices[i])) )
            return true;
    return false;
}

/*
 * A call that ran out of memory must have been about to change something,
 * and changes nothing, but for a scan, which keeps what it found until then.
 */
static void expect_no_memory(struct trial *trial, const struct event *event)
{
    bool foreign = any_foreign(&trial->naive, XPCI_SEGMENT(event->sbdf));
    size_t found;

    trial->naive.left.count = trial->naive.displaced.count = 0;
    switch ( event->kind )
    {
    case EVENT_SCAN_SEGMENT:
        found = trial->after.device_count - trial->before.device_count;
        if ( trial->after.device_count < trial->before.device_count ||
             naive_scan_segment(&trial->naive, XPCI_SEGMENT(event->sbdf),
                                found) != found )
            trial_complain(trial,
                           "a scan without memory kept what is not there");
        break;
    case EVENT_SCAN_DEVICE:
        if ( naive_find(&trial->naive, event->sbdf) ||
             !world_get(&trial->world, event->sbdf) )
            trial_complain(trial, "-ENOMEM though there is nothing to enter");
        break;
    case EVENT_ADD:
        if ( naive_check_add(&trial->naive, event->sbdf, &event->report) )
            trial_complain(trial, "-ENOMEM though the arguments are wrong");
        break;
    default:
        if ( !foreign )
            trial_complain(trial, "-ENOMEM with nothing to be remembered");
    }
}

static void swap_listings(struct trial *trial)
{
    struct listing before = trial->before;

    trial->before = trial->after;
    trial->after = before;
}

static void apply_to_world(struct trial *trial, const struct event *event)
{
    if ( event->kind == EVENT_CONFIG )
        world_set(&trial->world, &event->function);
    else if ( event->kind == EVENT_GONE )
        world_clear(&trial->world, event->sbdf);
    else
        world_disturb(&trial->world, event->sbdf, event->unrest, event->nth);
}

static void expect_returned(struct trial *trial, int rc, int expected)
{
    trial->returned = rc;
    if ( rc != expected )
        trial_complain(trial, "returned %d, expected %d", rc, expected);
}

static void apply_toolstack(struct trial *trial, const struct event *event)
{
    struct test_host *host = &trial->host;
    struct naive *naive = &trial->naive;

    if ( event->kind == EVENT_ASSIGN )
        expect_returned(trial,
                        test_host_assign(host, event->sbdf, event->domain),
                        naive_assign(naive, event->sbdf, event->domain));
    else if ( event->kind == EVENT_DEASSIGN )
        expect_returned(trial, test_host_deassign(host, event->sbdf),
                        naive_deassign(naive, event->sbdf));
    else
    {
        test_host_destroy(host, event->domain);
        naive_destroy(naive, event->domain);
    }
    if ( !listing_from_core(&trial->after, trial->xpci) )
        trial_complain(trial, "a walk failed");
}

static void apply_operation(struct trial *trial, const struct event *event)
{
    int rc;

    trial->scanning = event->kind == EVENT_SCAN_SEGMENT;
    trial->refusing = event->kind == EVENT_REFUSE;
    trial->published = false;
    trial->host.fail_at = event->fail_at;
    trial->host.locked = true;
    rc = do_core(trial, event);
    trial->host.locked = false;
    trial->host.fail_at = 0;
    test_host_adopt(&trial->host);
    trial->returned = rc;
    if ( !listing_from_core(&trial->after, trial->xpci) )
        trial_complain(trial, "a walk failed");
    if ( rc == -ENOMEM && trial->host.failed )
        expect_no_memory(trial, event);
    else
        expect_returned(trial, rc, do_naive(trial, event));
}

bool trial_apply(struct trial *trial, const struct event *event)
{
    if ( event_is_of_world(event) )
    {
        apply_to_world(trial, event);
        return true;
    }

    swap_listings(trial);
    /* Mostly that is what was said after the event before this one. */
    if ( trial->asked && trial->segment == XPCI_SEGMENT(event->sbdf) )
        trial->upstream_before = trial->upstream_after;
    else
        trial_ask_naive(&trial->naive, XPCI_SEGMENT(event->sbdf),
                        &trial->upstream_before);
    trial->segment = XPCI_SEGMENT(event->sbdf);
    trial->asked = true;
    test_host_forget(&trial->host);
    world_begin(&trial->world);
    trial->calm = world_is_calm(&trial->world);
    if ( event_is_of_toolstack(event) )
        apply_toolstack(trial, event);
    else
        apply_operation(trial, event);
    trial_check(trial, event);
    if ( !event_is_of_toolstack(event) )
        world_calm(&trial->world);
    return !trial->complained;
}
