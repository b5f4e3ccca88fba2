/* SPDX-License-Identifier: GPL-2.0-only */
#include <xen-pci/process.h>

#include "trial.h"

#include <stdarg.h>
#include <stdio.h>

/* Say what is wrong; the first complaint about an event counts. */
static bool __attribute__((format(printf, 2, 3)))
complain(struct trial *trial, const char *format, ...)
{
    va_list arguments;

    if ( trial->complained )
        return false;
    trial->complained = true;
    va_start(arguments, format);
    vsnprintf(trial->difference, sizeof(trial->difference), format, arguments);
    va_end(arguments);
    return false;
}

static bool same_upstream(const struct naive_upstream *a,
                          const struct naive_upstream *b)
{
    return a->aliased == b->aliased &&
           (!a->aliased ||
            (a->bridge == b->bridge && a->secondary == b->secondary));
}

static struct naive_upstream ask_core(const struct xpci *xpci, uint16_t segment,
                                      unsigned int bus)
{
    struct naive_upstream answer = { 0 };
    struct xpci_upstream upstream;

    if ( !xpci_upstream(xpci, XPCI_SBDF(segment, bus, 0x0b), &upstream) )
        return answer;
    answer.aliased = true;
    answer.bridge = upstream.bridge;
    answer.secondary = upstream.secondary;
    return answer;
}

static void ask_naive(const struct naive *naive, uint16_t segment,
                      struct trial_buses *buses)
{
    struct naive_bus of[256];
    unsigned int bus;

    naive_buses(naive, segment, of);
    for ( bus = 0; bus < 256; bus++ )
        buses->of[bus] = of[bus].upstream;
}

/* The lookups answer as before while a device leaves. */
static void check_leaving(void *data, uint32_t sbdf)
{
    struct trial *trial = data;
    unsigned int bus;

    if ( !xpci_lookup(trial->xpci, sbdf) )
        complain(trial, "leaving(%x): the lookup does not know it any more",
                 sbdf);
    for ( bus = 0; bus < 256; bus++ )
    {
        struct naive_upstream now =
            ask_core(trial->xpci, XPCI_SEGMENT(sbdf), bus);

        if ( !same_upstream(&now, &trial->upstream_before.of[bus]) )
            complain(trial,
                     "leaving(%x): the upstream lookup of bus %02x has changed "
                     "already",
                     sbdf, bus);
    }
}

static void note_remap(void *data, uint16_t segment)
{
    struct trial *trial = data;
    unsigned int bus;

    /* All answers of one change change at once; a scan is many changes. */
    if ( trial->host.remap_count > 1 && !trial->scanning )
        return;
    for ( bus = 0; bus < 256; bus++ )
        trial->upstream_at_remap.of[bus] = ask_core(trial->xpci, segment, bus);
}

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
        return complain(trial, "xpci_create failed");
    }
    trial->host.xpci = trial->xpci;
    trial->host.data = trial;
    trial->host.on_remove = check_leaving;
    trial->host.on_remap = note_remap;
    trial->generation = xpci_generation(trial->xpci);
    return true;
}

bool trial_dispose(struct trial *trial)
{
    xpci_dispose(trial->xpci);
    trial->xpci = NULL;
    if ( trial->host.allocated || trial->host.blocks )
        complain(trial, "%u blocks, %zu bytes are left in the end",
                 trial->host.blocks, trial->host.allocated);
    if ( trial->host.lock_errors )
        complain(trial, "the lock was mistreated %u times",
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
    case EVENT_RESET:
        return xpci_reset(trial->xpci, event->sbdf);
    default:
        xpci_refuse(trial->xpci, event->sbdf);
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
    case EVENT_RESET:
        return naive_reset(&trial->naive, event->sbdf);
    default:
        naive_refuse(&trial->naive, event->sbdf);
        return 0;
    }
}

/*
 * A call that ran out of memory must have been about to change something,
 * and changes nothing, but for a scan, which keeps what it found until then.
 */
static void expect_no_memory(struct trial *trial, const struct event *event)
{
    size_t found;

    trial->naive.left_count = 0;
    switch ( event->kind )
    {
    case EVENT_SCAN_SEGMENT:
        found = trial->after.device_count - trial->before.device_count;
        if ( trial->after.device_count < trial->before.device_count ||
             naive_scan_segment(&trial->naive, XPCI_SEGMENT(event->sbdf),
                                found) != found )
            complain(trial, "a scan without memory kept what is not there");
        break;
    case EVENT_SCAN_DEVICE:
        if ( naive_find(&trial->naive, event->sbdf) ||
             !world_get(&trial->world, event->sbdf) )
            complain(trial, "-ENOMEM though there is nothing to enter");
        break;
    case EVENT_ADD:
        if ( naive_check_add(&trial->naive, event->sbdf, &event->report) )
            complain(trial, "-ENOMEM though the arguments are wrong");
        break;
    default:
        complain(trial, "-ENOMEM from what cannot fail for want of memory");
    }
}

static void check_generation(struct trial *trial)
{
    uint32_t generation = xpci_generation(trial->xpci);
    char text[sizeof(trial->difference)];
    bool same = listing_equal(&trial->before, "before", &trial->after, "after",
                              text, sizeof(text));

    if ( same && generation != trial->generation )
        complain(trial, "the generation changed, the tables did not");
    if ( !same && generation == trial->generation )
        complain(trial, "the generation did not change, but %.800s", text);
    trial->generation = generation;
}

/* Is `sbdf` expected to leave as the `i`th, or with its group then? */
static bool may_leave(const struct naive *naive, size_t i, uint32_t sbdf)
{
    unsigned int group = naive->left[i].group;

    while ( i && naive->left[i - 1].group == group )
        i--;
    for ( ; i < naive->left_count && naive->left[i].group == group; i++ )
        if ( naive->left[i].sbdf == sbdf )
            return true;
    return false;
}

static bool left_twice(const struct test_host *host, size_t i)
{
    size_t j;

    for ( j = 0; j < i; j++ )
        if ( host->departed[j] == host->departed[i] )
            return true;
    return false;
}

static void check_left(struct trial *trial)
{
    const struct test_host *host = &trial->host;
    const struct naive *naive = &trial->naive;
    size_t i;

    for ( i = 0; i < host->departed_count || i < naive->left_count; i++ )
    {
        if ( i < host->departed_count && i < naive->left_count &&
             may_leave(naive, i, host->departed[i]) && !left_twice(host, i) )
            continue;
        complain(trial,
                 "leaving: the core called it %zu times, expected %zu; "
                 "call %zu is for %x, expected %x (ffffffff: none)",
                 host->departed_count, naive->left_count, i,
                 i < host->departed_count ? host->departed[i] : ~0U,
                 i < naive->left_count ? naive->left[i].sbdf : ~0U);
        return;
    }
}

/* Is there a device that is mapped on this bus? */
static bool populated(const struct naive *naive, uint16_t segment,
                      unsigned int bus)
{
    size_t i;

    for ( i = 0; i < naive->count; i++ )
        if ( naive->devices[i].sbdf >> 8 == ((uint32_t)segment << 8 | bus) &&
             !naive->devices[i].bridge_only )
            return true;
    return false;
}

/* Did somebody who shared this bus's alias go away? */
static bool disturbed(const struct trial *trial, unsigned int bus)
{
    const struct naive_upstream *now = &trial->upstream_after.of[bus];
    size_t i;

    for ( i = 0; now->aliased && i < trial->naive.left_count; i++ )
        if ( same_upstream(now, &trial->upstream_before
                                     .of[XPCI_BUS(trial->naive.left[i].sbdf)]) )
            return true;
    return false;
}

static bool remapped(const struct test_host *host, unsigned int bus)
{
    size_t i;

    for ( i = 0; i < host->remap_count; i++ )
        if ( xpci_bus_set_has(&host->remaps[i].buses, bus) )
            return true;
    return false;
}

static void check_remap_call(struct trial *trial, uint16_t segment)
{
    static const struct xpci_bus_set none;
    const struct test_host *host = &trial->host;
    size_t i;
    unsigned int bus;

    for ( i = 0; i < host->remap_count; i++ )
        if ( host->remaps[i].segment != segment ||
             !memcmp(&host->remaps[i].buses, &none, sizeof(none)) )
            complain(trial, "remap of another segment or of no bus");
    for ( bus = 0; host->remap_count && bus < 256; bus++ )
        if ( !same_upstream(&trial->upstream_at_remap.of[bus],
                            &trial->upstream_after.of[bus]) )
            complain(trial, "bus %02x changes again after the remap", bus);
}

static void check_remap(struct trial *trial, const struct event *event)
{
    uint16_t segment = XPCI_SEGMENT(event->sbdf);
    unsigned int bus;

    check_remap_call(trial, segment);
    for ( bus = 0; bus < 256; bus++ )
    {
        bool changed = !same_upstream(&trial->upstream_before.of[bus],
                                      &trial->upstream_after.of[bus]);
        bool expected = changed || disturbed(trial, bus);
        bool got = remapped(&trial->host, bus);

        if ( got == expected || !populated(&trial->naive, segment, bus) )
            continue;
        /* One change of a scan may be undone by another. */
        if ( got && trial->scanning )
            continue;
        complain(trial, "remap %s bus %02x, whose answer %s",
                 got ? "names" : "leaves out", bus,
                 changed ? "changed" : "did not change");
    }
}

static void check_lookup(struct trial *trial, uint32_t sbdf)
{
    const struct naive_device *device = naive_find(&trial->naive, sbdf);
    uint32_t known = xpci_lookup(trial->xpci, sbdf);
    enum xpci_type type = xpci_lookup_type(known);
    unsigned int flags = xpci_lookup_flags(known);
    unsigned int expected = 0;

    if ( device && device->bridge_only )
        device = NULL;
    if ( !known != !device )
        complain(trial, "lookup(%x) says %s", sbdf,
                 known ? "known" : "unknown");
    if ( !known || !device )
        return;
    if ( device->virtfn )
        expected |= XPCI_VIRTFN;
    if ( device->extfn )
        expected |= XPCI_EXTFN;
    if ( type != device->type || flags != expected )
        complain(trial, "lookup(%x) says %s, flags %x, expected %s, %x", sbdf,
                 xpci_type_name(type), flags, xpci_type_name(device->type),
                 expected);
}

static void check_lookups(struct trial *trial, const struct event *event)
{
    uint16_t segment = XPCI_SEGMENT(event->sbdf);
    unsigned int bus;
    size_t i;

    for ( i = 0; i < trial->before.device_count; i++ )
        check_lookup(trial, trial->before.devices[i].sbdf);
    for ( i = 0; i < trial->naive.count; i++ )
        check_lookup(trial, trial->naive.devices[i].sbdf);
    check_lookup(trial, event->sbdf ^ 1);
    for ( bus = 0; bus < 256; bus++ )
    {
        struct naive_upstream now = ask_core(trial->xpci, segment, bus);

        if ( !same_upstream(&now, &trial->upstream_after.of[bus]) )
            complain(trial, "upstream of bus %04x:%02x is %s%x, expected %s%x",
                     segment, bus, now.aliased ? "" : "none ", now.bridge,
                     trial->upstream_after.of[bus].aliased ? "" : "none ",
                     trial->upstream_after.of[bus].bridge);
    }
}

static void check_all(struct trial *trial, const struct event *event)
{
    char text[sizeof(trial->difference)];
    const char *rule = "?";

    listing_from_naive(&trial->expected, &trial->naive);
    ask_naive(&trial->naive, XPCI_SEGMENT(event->sbdf), &trial->upstream_after);
    if ( !listing_equal(&trial->after, "core", &trial->expected, "model", text,
                        sizeof(text)) )
        complain(trial, "%s", text);
    if ( !xpci_is_valid(trial->xpci, &rule) )
        complain(trial, "xpci_is_valid: %s", rule);
    check_generation(trial);
    check_left(trial);
    check_remap(trial, event);
    check_lookups(trial, event);
}

static void swap_listings(struct trial *trial)
{
    struct listing before = trial->before;

    trial->before = trial->after;
    trial->after = before;
}

bool trial_apply(struct trial *trial, const struct event *event)
{
    int rc;
    int expected;

    if ( event->kind == EVENT_CONFIG )
        world_set(&trial->world, &event->function);
    if ( event->kind == EVENT_GONE )
        world_clear(&trial->world, event->sbdf);
    if ( event->kind == EVENT_CONFIG || event->kind == EVENT_GONE )
        return true;

    swap_listings(trial);
    /* Mostly that is what was said after the event before this one. */
    if ( trial->asked && trial->segment == XPCI_SEGMENT(event->sbdf) )
        trial->upstream_before = trial->upstream_after;
    else
        ask_naive(&trial->naive, XPCI_SEGMENT(event->sbdf),
                  &trial->upstream_before);
    trial->segment = XPCI_SEGMENT(event->sbdf);
    trial->asked = true;
    test_host_forget(&trial->host);
    trial->scanning = event->kind == EVENT_SCAN_SEGMENT;
    trial->host.fail_at = event->fail_at;
    trial->host.locked = true;
    rc = do_core(trial, event);
    trial->returned = rc;
    trial->host.locked = false;
    trial->host.fail_at = 0;
    if ( !listing_from_core(&trial->after, trial->xpci) )
        return complain(trial, "a walk failed");
    if ( rc == -ENOMEM && trial->host.failed )
        expect_no_memory(trial, event);
    else if ( rc != (expected = do_naive(trial, event)) )
        complain(trial, "returned %d, expected %d", rc, expected);
    check_all(trial, event);
    return !trial->complained;
}
