/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * random-events [--seed N] [--events N] [--stock]
 *
 * Random events on the core and on the naive model at the same time.  On the
 * first difference it says after which event, and the shortest list of
 * events that it finds which still makes a difference.  With --stock the
 * model of a stock Xen lives through them, too, and a table says how often
 * its tables are wrong, and the core's.
 */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "beside.h"
#include "stories.h"
#include "trial.h"

/*
 * A machine lives for at most so many events; then another one begins, empty.
 * Most memory is asked for in the first.
 */
#define LIFETIME 600
#define SHORT_LIFETIME 40

struct life {
    struct event events[LIFETIME];
    size_t count;
};

struct counts {
    unsigned long events;
    unsigned long of_kind[EVENT_KINDS];
    unsigned long without_memory;
    unsigned long conflicts;
    unsigned long stale;
    unsigned long remapped;
    unsigned long left;
    unsigned long displaced;
    unsigned long returned;
    unsigned long changed;
    unsigned long quarantined;
    unsigned long busy;
    unsigned long again;
};

static void count(struct counts *counts, const struct trial *trial,
                  const struct event *event)
{
    size_t i;

    counts->events++;
    counts->of_kind[event->kind]++;
    if ( event_is_of_world(event) || event_is_of_toolstack(event) )
        return;
    counts->busy += trial->returned == -EBUSY;
    counts->again += trial->returned == -EAGAIN;
    for ( i = 0; i < trial->host.displaced.count; i++ )
        if ( trial->host.displaced.entries[i].how )
            counts->displaced++;
        else
            counts->returned++;
    counts->without_memory += trial->host.failed;
    counts->remapped += trial->host.remap_count;
    counts->left += trial->host.removed.count;
    for ( i = 0; i < trial->after.device_count; i++ )
    {
        counts->conflicts += !!(trial->after.devices[i].flags & XPCI_CONFLICT);
        counts->stale += !!(trial->after.devices[i].flags & XPCI_STALE);
        counts->changed += !!(trial->after.devices[i].flags & XPCI_CHANGED);
        counts->quarantined +=
            !!(trial->after.devices[i].flags & XPCI_QUARANTINED);
    }
}

/*
 * Live through a list of events from an empty machine on.  False: something
 * is wrong after event `*failed` (life->count: at the end); `difference`.
 */
static bool replay(const struct life *life, size_t *failed, char *difference,
                   size_t size)
{
    static struct trial trial;
    bool good = trial_init(&trial);

    for ( *failed = 0; good && *failed < life->count; ++*failed )
        if ( !trial_apply(&trial, &life->events[*failed]) )
        {
            good = false;
            break;
        }
    if ( !trial_dispose(&trial) )
        good = false;
    if ( !good )
        snprintf(difference, size, "%s", trial.difference);
    return good;
}

/* Leave out what is not needed for some difference, large pieces first. */
static void shrink(struct life *life)
{
    static struct life shorter;
    char difference[1024];
    size_t piece;
    size_t at;
    size_t failed;

    for ( piece = life->count / 2; piece; )
    {
        bool progress = false;

        for ( at = 0; at + piece <= life->count; )
        {
            shorter.count = life->count - piece;
            memcpy(shorter.events, life->events, at * sizeof(struct event));
            memcpy(shorter.events + at, life->events + at + piece,
                   (shorter.count - at) * sizeof(struct event));
            if ( replay(&shorter, &failed, difference, sizeof(difference)) )
            {
                at += piece;
                continue;
            }
            *life = shorter;
            if ( failed < life->count )
                life->count = failed + 1;
            progress = true;
        }
        if ( !progress || piece > 1 )
            piece /= 2;
    }
}

static void print_event(const char *label, const struct event *event)
{
    char text[256];

    event_describe(event, text, sizeof(text));
    printf("%s%s\n", label, text);
}

static void report_failure(struct life *life, uint64_t seed,
                           unsigned long event, const char *difference)
{
    char text[1024] = "";
    size_t failed;
    size_t i;

    printf("FAILED: seed %llu, event %lu\n", (unsigned long long)seed, event);
    print_event("  event: ", &life->events[life->count - 1]);
    printf("  %s\n", difference);
    fflush(stdout);
    if ( replay(life, &failed, text, sizeof(text)) )
    {
        printf("The events since the machine began do not show it again.\n");
        return;
    }
    if ( failed < life->count )
        life->count = failed + 1;
    shrink(life);
    (void)replay(life, &failed, text, sizeof(text));
    printf("The same or another difference after fewer events:\n");
    for ( i = 0; i < life->count; i++ )
        print_event("    ", &life->events[i]);
    printf("  %s\n", text);
}

/* One machine's life; false: a difference, which has been reported. */
static bool live(struct rng *rng, uint64_t seed, unsigned long events,
                 struct counts *counts, struct beside *beside)
{
    static struct trial trial;
    static struct life life;
    static struct story story;
    size_t lifetime = rng_once_in(rng, 12) ? LIFETIME : SHORT_LIFETIME;
    size_t i;
    bool good = trial_init(&trial);

    life.count = 0;
    if ( beside )
        beside_begin(beside, &trial.world);
    while ( good && life.count < lifetime && counts->events < events )
    {
        story_make(&story, rng, &trial.world);
        for ( i = 0; good && i < story.count && life.count < lifetime &&
                     counts->events < events;
              i++ )
        {
            life.events[life.count++] = story.events[i];
            good = trial_apply(&trial, &story.events[i]);
            count(counts, &trial, &story.events[i]);
            if ( beside && good )
                beside_apply(beside, &trial, &story.events[i]);
        }
    }
    if ( beside )
        beside_end(beside);
    if ( !trial_dispose(&trial) )
        good = false;
    if ( !good )
        report_failure(&life, seed, counts->events, trial.difference);
    return good;
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

static void print_counts(const struct counts *counts)
{
    printf("%lu events: %lu config, %lu gone, %lu unrest, %lu scans, %lu adds, "
           "%lu removes, %lu resets, %lu refused, %lu of toolstacks; %lu "
           "without memory\n",
           counts->events, counts->of_kind[EVENT_CONFIG],
           counts->of_kind[EVENT_GONE], counts->of_kind[EVENT_UNREST],
           counts->of_kind[EVENT_SCAN_DEVICE] +
               counts->of_kind[EVENT_SCAN_SEGMENT],
           counts->of_kind[EVENT_ADD],
           counts->of_kind[EVENT_REMOVE] + counts->of_kind[EVENT_DEPART],
           counts->of_kind[EVENT_RESET], counts->of_kind[EVENT_REFUSE],
           counts->of_kind[EVENT_ASSIGN] + counts->of_kind[EVENT_DEASSIGN] +
               counts->of_kind[EVENT_DESTROY],
           counts->without_memory);
    printf("seen: %lu conflicting and %lu stale bridges, %lu devices leaving, "
           "%lu remaps\n",
           counts->conflicts, counts->stale, counts->left, counts->remapped);
    printf("      %lu displaced, %lu of them back, %lu in quarantine, %lu "
           "reading otherwise, %lu -EBUSY, %lu -EAGAIN\n",
           counts->displaced, counts->returned, counts->quarantined,
           counts->changed, counts->busy, counts->again);
}

/* Did the events meet what they are meant to meet? */
static bool is_enough(const struct counts *counts)
{
    return counts->conflicts && counts->stale && counts->remapped &&
           counts->without_memory && counts->displaced && counts->returned &&
           counts->quarantined && counts->changed && counts->busy &&
           counts->again;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "seed", required_argument, NULL, 's' },
        { "events", required_argument, NULL, 'e' },
        { "stock", no_argument, NULL, 't' },
        { NULL, 0, NULL, 0 },
    };
    static struct beside beside;
    struct counts counts = { 0 };
    bool with_stock = false;
    struct rng rng;
    uint64_t events = 100000;
    uint64_t seed;
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
        case 't':
            with_stock = true;
            break;
        default:
            errx(2, "usage: random-events [--seed N] [--events N] [--stock]");
        }
    printf("random-events: seed %llu\n", (unsigned long long)seed);
    fflush(stdout);
    rng.state = seed;
    while ( counts.events < events )
        if ( !live(&rng, seed, events, &counts, with_stock ? &beside : NULL) )
            return 1;
    print_counts(&counts);
    if ( with_stock )
        beside_print(&beside);
    if ( with_stock && !beside_is_good(&beside) )
        errx(1, "the module's tables are wrong where they must never be");
    if ( events >= 10000 && !is_enough(&counts) )
        errx(1, "the events did not meet what they are meant to meet");
    return 0;
}
