/* SPDX-License-Identifier: GPL-2.0-only */
#include "trial_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool trial_complain(struct trial *trial, const char *format, ...)
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

void trial_ask_naive(const struct naive *naive, uint16_t segment,
                     struct trial_buses *buses)
{
    struct naive_bus of[256];
    unsigned int bus;

    naive_buses(naive, segment, of);
    for ( bus = 0; bus < 256; bus++ )
        buses->of[bus] = of[bus].upstream;
}

/* --- While it is carried out -------------------------------------------- */

/* The lookups answer as before while devices go. */
static void check_not_published(struct trial *trial, uint32_t sbdf,
                                const char *what)
{
    unsigned int bus;

    if ( !xpci_lookup(trial->xpci, sbdf) )
        trial_complain(trial, "%s(%x): the lookup does not know it any more",
                       what, sbdf);
    for ( bus = 0; bus < 256; bus++ )
    {
        struct naive_upstream now =
            ask_core(trial->xpci, XPCI_SEGMENT(sbdf), bus);

        /* A scan is many changes. */
        if ( !trial->scanning &&
             !same_upstream(&now, &trial->upstream_before.of[bus]) )
            trial_complain(trial,
                           "%s(%x): the upstream lookup of bus %02x has "
                           "changed already",
                           what, sbdf, bus);
    }
}

static void note_published(struct trial *trial, uint16_t segment)
{
    unsigned int bus;

    if ( trial->published && !trial->scanning )
        return;
    trial->published = true;
    for ( bus = 0; bus < 256; bus++ )
        trial->upstream_published.of[bus] = ask_core(trial->xpci, segment, bus);
}

static void check_asked(struct trial *trial, uint32_t sbdf)
{
    const struct test_host *host = &trial->host;
    const struct test_told *told =
        &host->removed.entries[host->removed.count - 1];
    size_t i;

    for ( i = 0; i < host->asked.count; i++ )
        if ( host->asked.entries[i].sbdf == sbdf &&
             host->asked.entries[i].how == told->how )
            return;
    trial_complain(trial, "remove(%x): nobody was asked", sbdf);
}

void trial_on_remove(void *data, uint32_t sbdf)
{
    struct trial *trial = data;

    check_not_published(trial, sbdf, "remove");
    if ( !trial->refusing )
        check_asked(trial, sbdf);
}

void trial_on_displaced(void *data, uint32_t sbdf, bool away)
{
    struct trial *trial = data;
    struct xpci_device_info info;

    if ( xpci_device(trial->xpci, sbdf, &info) ||
         !(info.flags & XPCI_DISPLACED) == away )
        trial_complain(trial, "displaced(%x): the flag is not what was told",
                       sbdf);
    if ( away )
        check_not_published(trial, sbdf, "displaced");
    else
        note_published(trial, XPCI_SEGMENT(sbdf));
}

void trial_on_remap(void *data, uint16_t segment)
{
    note_published(data, segment);
}

/* --- Afterwards ---------------------------------------------------------- */

static void check_generation(struct trial *trial)
{
    uint32_t generation = xpci_generation(trial->xpci);
    char text[sizeof(trial->difference)];
    bool same = listing_equal(&trial->before, "before", &trial->after, "after",
                              text, sizeof(text));

    if ( same && generation != trial->generation )
        trial_complain(trial, "the generation changed, the tables did not");
    if ( !same && generation == trial->generation )
        trial_complain(trial, "the generation did not change, but %.800s",
                       text);
    trial->generation = generation;
}

/* Is it expected as the `i`th, or with its group then? */
static bool may_be_told(const struct naive_told_list *expected, size_t i,
                        const struct test_told *told)
{
    unsigned int group = expected->entries[i].group;

    while ( i && expected->entries[i - 1].group == group )
        i--;
    for ( ; i < expected->count && expected->entries[i].group == group; i++ )
        if ( expected->entries[i].sbdf == told->sbdf &&
             expected->entries[i].how == told->how )
            return true;
    return false;
}

static bool told_twice(const struct test_told_list *list, size_t i)
{
    size_t j;

    for ( j = 0; j < i; j++ )
        if ( list->entries[j].sbdf == list->entries[i].sbdf )
            return true;
    return false;
}

static void check_told(struct trial *trial, const char *what,
                       const struct test_told_list *told,
                       const struct naive_told_list *expected)
{
    size_t i;

    for ( i = 0; i < told->count || i < expected->count; i++ )
    {
        if ( i < told->count && i < expected->count &&
             may_be_told(expected, i, &told->entries[i]) &&
             (trial->scanning || !told_twice(told, i)) )
            continue;
        trial_complain(
            trial,
            "%s: the core called it %zu times, expected %zu; call %zu is for "
            "%x (%d), expected %x (%d) (ffffffff: none)",
            what, told->count, expected->count, i,
            i < told->count ? told->entries[i].sbdf : ~0U,
            i < told->count && told->entries[i].how,
            i < expected->count ? expected->entries[i].sbdf : ~0U,
            i < expected->count && expected->entries[i].how);
        return;
    }
}

/* Nobody is asked but about what goes then. */
static void check_questions(struct trial *trial)
{
    const struct test_host *host = &trial->host;
    size_t i, j;

    for ( i = 0; !trial->returned && i < host->asked.count; i++ )
    {
        for ( j = 0; j < host->removed.count; j++ )
            if ( host->removed.entries[j].sbdf == host->asked.entries[i].sbdf )
                break;
        if ( j == host->removed.count )
            trial_complain(trial, "%x was to be removed, and was not",
                           host->asked.entries[i].sbdf);
    }
}

static bool has_bus(const struct test_remap *remaps, size_t count,
                    unsigned int bus)
{
    size_t i;

    for ( i = 0; i < count; i++ )
        if ( xpci_bus_set_has(&remaps[i].buses, bus) )
            return true;
    return false;
}

static void check_calls(struct trial *trial, const char *what, uint16_t segment,
                        const struct test_remap *remaps, size_t count)
{
    static const struct xpci_bus_set none;
    size_t i;

    if ( count > 1 && !trial->scanning )
        trial_complain(trial, "%s is called %zu times", what, count);
    for ( i = 0; i < count; i++ )
        if ( remaps[i].segment != segment ||
             !memcmp(&remaps[i].buses, &none, sizeof(none)) )
            trial_complain(trial, "%s of another segment or of no bus", what);
}

/* Those buses, and only those, whose upstream bridge changed. */
static void check_remap(struct trial *trial, uint16_t segment)
{
    const struct test_host *host = &trial->host;
    unsigned int bus;

    check_calls(trial, "unmap", segment, host->unmaps, host->unmap_count);
    check_calls(trial, "remap", segment, host->remaps, host->remap_count);
    for ( bus = 0; bus < 256; bus++ )
    {
        bool changed = !same_upstream(&trial->upstream_before.of[bus],
                                      &trial->upstream_after.of[bus]);
        bool unmapped = has_bus(host->unmaps, host->unmap_count, bus);
        bool remapped = has_bus(host->remaps, host->remap_count, bus);

        if ( trial->published &&
             !same_upstream(&trial->upstream_published.of[bus],
                            &trial->upstream_after.of[bus]) )
            trial_complain(trial, "bus %02x changes again after the remap",
                           bus);
        /* One change of a scan may be undone by another. */
        if ( unmapped == remapped &&
             (remapped == changed || (remapped && trial->scanning)) )
            continue;
        trial_complain(trial,
                       "bus %02x is %sunmapped, %sremapped, and its upstream "
                       "bridge %s",
                       bus, unmapped ? "" : "not ", remapped ? "" : "not ",
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
        trial_complain(trial, "lookup(%x) says %s", sbdf,
                       known ? "known" : "unknown");
    if ( !known || !device )
        return;
    if ( device->virtfn )
        expected |= XPCI_VIRTFN;
    if ( device->extfn )
        expected |= XPCI_EXTFN;
    if ( type != device->type || flags != expected )
        trial_complain(trial, "lookup(%x) says %s, flags %x, expected %s, %x",
                       sbdf, xpci_type_name(type), flags,
                       xpci_type_name(device->type), expected);
}

static void check_lookups(struct trial *trial, const struct event *event)
{
    uint16_t segment = XPCI_SEGMENT(event->sbdf);
    unsigned int bus;
    size_t i;

    for ( i = 0; i < trial->before.device_count; i++ )
        check_lookup(trial, trial->before.devices[i].sbdf);
    for ( i = 0; i < trial->naive.now.count; i++ )
        check_lookup(trial, trial->naive.now.devices[i].sbdf);
    check_lookup(trial, event->sbdf ^ 1);
    for ( bus = 0; bus < 256; bus++ )
    {
        struct naive_upstream now = ask_core(trial->xpci, segment, bus);

        if ( !same_upstream(&now, &trial->upstream_after.of[bus]) )
            trial_complain(trial,
                           "upstream of bus %04x:%02x is %s%x, expected %s%x",
                           segment, bus, now.aliased ? "" : "none ", now.bridge,
                           trial->upstream_after.of[bus].aliased ? "" : "none ",
                           trial->upstream_after.of[bus].bridge);
    }
}

static const struct xpci_device_info *find_in(const struct listing *listing,
                                              uint32_t sbdf)
{
    size_t i;

    for ( i = 0; i < listing->device_count; i++ )
        if ( listing->devices[i].sbdf == sbdf )
            return &listing->devices[i];
    return NULL;
}

/* What is entered in quarantine leads nowhere, whatever it says that it is. */
static void check_entered(struct trial *trial)
{
    const unsigned int leads = XPCI_QUARANTINED | XPCI_CONFIGURED;
    size_t i;

    for ( i = 0; i < trial->after.device_count; i++ )
        if ( (trial->after.devices[i].flags & leads) == leads &&
             !find_in(&trial->before, trial->after.devices[i].sbdf) )
            trial_complain(trial, "%x enters in quarantine, and leads on",
                           trial->after.devices[i].sbdf);
}

/* Whatever the tables say: nothing of somebody else's is dom0's. */
static void check_isolation(struct trial *trial)
{
    char text[256];
    uint32_t sbdf;

    if ( !test_host_is_sound(&trial->host, text, sizeof(text)) )
        trial_complain(trial, "%s", text);
    sbdf = naive_taint(&trial->naive);
    if ( sbdf != ~0U )
        trial_complain(
            trial, "%x is dom0's, and no toolstack has given it back", sbdf);
}

void trial_check(struct trial *trial, const struct event *event)
{
    char text[sizeof(trial->difference)];
    const char *rule = "?";

    listing_from_naive(&trial->expected, &trial->naive);
    trial_ask_naive(&trial->naive, XPCI_SEGMENT(event->sbdf),
                    &trial->upstream_after);
    if ( !listing_equal(&trial->after, "core", &trial->expected, "model", text,
                        sizeof(text)) )
        trial_complain(trial, "%s", text);
    if ( !xpci_is_valid(trial->xpci, &rule) )
        trial_complain(trial, "xpci_is_valid: %s", rule);
    check_isolation(trial);
    if ( event_is_of_toolstack(event) )
        return;
    check_entered(trial);
    check_generation(trial);
    check_told(trial, "remove", &trial->host.removed, &trial->naive.left);
    check_told(trial, "displaced", &trial->host.displaced,
               &trial->naive.displaced);
    check_questions(trial);
    check_remap(trial, XPCI_SEGMENT(event->sbdf));
    check_lookups(trial, event);
}
