/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-random [--seed N] [--events N]
 *
 * The random events of tests/model on the glue: dom0's hypercalls, domains that
 * come and go, config space that moves and misbehaves, calls that fail.  After
 * each event the predicate holds (control.h).  On a failure it says after
 * which event, and the shortest list of events that it finds which still fails.
 */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "../model/stories.h"
#include "child.h"
#include "control.h"

/* A machine lives for at most so many events. */
#define LIFETIME 300
#define SHORT_LIFETIME 40
#define BEFORE_BOOT 12

struct life {
    struct event events[LIFETIME];
    size_t count;
    size_t boot; /* Xen starts before this event */
    enum fake_vendor vendor;
    bool scratch_page;
    bool with_faults;
};

/* What the lives met, for all children. */
struct counts {
    unsigned long events, failures, assigned, refused, mapped, bound, lives;
};

enum {
    GOOD,
    BAD
};

static struct counts *counts;

/* --- A life ------------------------------------------------------------ */

static bool applies_to_config(const struct event *event)
{
    switch ( event->kind )
    {
    case EVENT_CONFIG:
        world_set(&fake_world, &event->function);
        return true;

    case EVENT_GONE:
        world_clear(&fake_world, event->sbdf);
        return true;

    case EVENT_UNREST:
        world_disturb(&fake_world, event->sbdf, event->unrest, event->nth);
        return true;

    default:
        return false;
    }
}

static int add(const struct event *event)
{
    struct pci_dev_info info = {
        .is_extfn = event->report.is_extfn,
        .is_virtfn = event->report.is_virtfn,
        .physfn = { event->report.physfn_bus, event->report.physfn_devfn },
    };
    const uint32_t sbdf = event->sbdf;
    int rc = pci_add_device(XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf),
                            XPCI_DEVFN(sbdf), &info, NUMA_NO_NODE);
    const struct pci_dev *pdev =
        pci_get_pdev(NULL, (pci_sbdf_t){ .sbdf = sbdf });

    /* A driver gets an interrupt. */
    if ( !rc && pdev && !(sbdf & 3) && fake_bound() < 40 &&
         pdev->domain != dom_io && pdev->domain != dom_xen &&
         list_empty(&pdev->msi_list) )
        counts->bound += fake_bind(sbdf, pdev->domain->domain_id, false);

    return rc;
}

static int call_one(const struct event *event)
{
    const uint32_t sbdf = event->sbdf;
    int rc;

    switch ( event->kind )
    {
    case EVENT_ASSIGN:
        rc = fake_assign(event->domain, sbdf);
        counts->assigned += !rc;
        return rc;

    case EVENT_DEASSIGN:
        return fake_deassign(sbdf);

    case EVENT_DESTROY:
        return fake_destroy(event->domain);

    case EVENT_REMOVE:
    case EVENT_DEPART:
    case EVENT_REFUSE:
        return pci_remove_device(XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf),
                                 XPCI_DEVFN(sbdf));

    default:
        return add(event);
    }
}

/*
 * Where config space changed unreported, or misbehaves, and where a toolstack
 * calls, Xen writes to registers that may be another's.
 */
static int call(const struct event *event)
{
    bool may_be_wrong =
        event_is_of_toolstack(event) || !world_is_calm(&fake_world);
    unsigned int before = fake_wrong_writes;
    int rc = call_one(event);

    if ( may_be_wrong )
        fake_wrong_writes = before;

    return rc;
}

static bool is_sound(size_t at)
{
    char text[256];

    if ( fake_is_sound(text, sizeof(text)) )
        return true;
    child_say("%zu %s", at, text);

    return false;
}

/* In a child, from an empty machine on. */
static int replay(void *data)
{
    const struct life *life = data;
    char text[256];
    size_t i;

    fake_vendor = life->vendor;
    fake_scratch_page = life->scratch_page;
    fake_random_capabilities = true;
    for ( i = 0; i < life->count; i++ )
    {
        const struct event *event = &life->events[i];

        child_say("%zu the program ended", i);
        if ( i == life->boot )
        {
            fake_boot();
            world_begin(&fake_world);
        }
        if ( applies_to_config(event) || i < life->boot )
            continue;
        fake_fail(life->with_faults ? event->fail_at : 0);
        counts->refused += call(event) < 0;
        counts->failures += fake_has_failed();
        fake_fail(0);
        world_calm(&fake_world);
        world_begin(&fake_world);
        if ( !is_sound(i) )
            return BAD;
        counts->events++;
    }
    counts->lives++;
    fake_mapped(text, sizeof(text));
    counts->mapped += !!text[0];
    if ( life->boot < life->count && !fake_clear_up(text, sizeof(text)) )
    {
        child_say("%zu in the end: %s", life->count, text);
        return BAD;
    }

    return GOOD;
}

/* False: it fails, after event `*failed`. */
static bool runs(struct life *life, size_t *failed)
{
    if ( child_run(replay, life) == GOOD )
        return true;
    *failed = strtoul(child_text(), NULL, 10);

    return false;
}

static void make(struct life *life, struct rng *rng)
{
    static struct story story;
    struct world world;
    size_t i, most = rng_once_in(rng, 8) ? LIFETIME : SHORT_LIFETIME;

    world_init(&world);
    life->count = 0;
    life->boot = rng_below(rng, BEFORE_BOOT);
    life->vendor = rng_once_in(rng, 2) ? FAKE_AMD : FAKE_VTD;
    life->scratch_page = rng_once_in(rng, 4);
    life->with_faults = rng_once_in(rng, 2);
    while ( life->count < most )
    {
        story_make(&story, rng, &world);
        for ( i = 0; i < story.count && life->count < most; i++ )
        {
            const struct event *event = &story.events[i];

            if ( event->kind == EVENT_CONFIG )
                world_set(&world, &event->function);
            else if ( event->kind == EVENT_GONE )
                world_clear(&world, event->sbdf);
            life->events[life->count++] = *event;
        }
    }
    world_dispose(&world);
}

/* --- A failure --------------------------------------------------------- */

/* Leave out what is not needed for some failure, large pieces first. */
static void shrink(struct life *life)
{
    static struct life shorter;
    size_t piece, at, failed;

    for ( piece = life->count / 2; piece; piece /= 2 )
        for ( at = 0; at + piece <= life->count; )
        {
            shorter = *life;
            shorter.count = life->count - piece;
            memmove(shorter.events + at, life->events + at + piece,
                    (shorter.count - at) * sizeof(*shorter.events));
            if ( at < life->boot )
                shorter.boot -=
                    piece < life->boot - at ? piece : life->boot - at;
            if ( runs(&shorter, &failed) )
                at += piece;
            else
                *life = shorter;
        }
}

static void report(struct life *life, uint64_t seed)
{
    char text[256];
    size_t i, failed;

    printf("FAILED: seed %llu, %s, %s\n", (unsigned long long)seed,
           life->vendor == FAKE_VTD ? "VT-d" : "AMD", child_text());
    fflush(stdout);
    shrink(life);
    printf("The same or another failure after fewer events%s:\n",
           life->scratch_page ? ", quarantine has page tables" : "");
    for ( i = 0; i < life->count; i++ )
    {
        event_describe(&life->events[i], text, sizeof(text));
        printf("%s    %s%s\n", i == life->boot ? "    --- boot\n" : "", text,
               life->with_faults && life->events[i].fail_at ? " (a call fails)"
                                                            : "");
    }
    if ( !runs(life, &failed) )
        printf("  %s\n", child_text());
}

static uint64_t number(const char *text)
{
    char *end;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 0);
    if ( errno || end == text || *end || *text == '-' )
        errx(2, "expected a number, found '%s'", text);

    return value;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "seed", required_argument, NULL, 's' },
        { "events", required_argument, NULL, 'e' },
        { NULL, 0, NULL, 0 },
    };
    static struct life life;
    uint64_t events = 20000, seed;
    struct rng rng;
    int option;

    if ( getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed) )
        err(1, "getrandom");
    seed &= 0xffffffff;
    while ( (option = getopt_long(argc, argv, "", options, NULL)) != -1 )
        switch ( option )
        {
        case 's':
            seed = number(optarg);
            break;
        case 'e':
            events = number(optarg);
            break;
        default:
            errx(2, "usage: xen-random [--seed N] [--events N]");
        }
    counts = child_share(sizeof(*counts));
    printf("xen-random: seed %llu\n", (unsigned long long)seed);
    rng.state = seed;
    while ( counts->events < events )
    {
        size_t failed;

        make(&life, &rng);
        if ( !runs(&life, &failed) )
        {
            report(&life, seed);
            return 1;
        }
    }
    printf("%lu hypercalls in %lu lives: %lu of them refused, %lu with a "
           "failure, %lu assigned, %lu interrupts bound\n",
           counts->events, counts->lives, counts->refused, counts->failures,
           counts->assigned, counts->bound);
    if ( events >= 10000 &&
         !(counts->refused && counts->failures && counts->assigned &&
           counts->mapped && counts->bound) )
        errx(1, "the events did not meet what they are meant to meet");

    return 0;
}
