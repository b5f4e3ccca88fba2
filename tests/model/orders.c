/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * all-orders [--long]
 *
 * All orders of all reports on small machines give the same tables; all
 * orders of all that happens in a sequence agree with the naive model; with
 * --long also everything that can happen, repeated, up to four times.
 */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "orders.h"
#include "trial.h"

#define MOST_EVENTS 32

struct script {
    const char *name;
    struct event events[MOST_EVENTS];
    size_t count;
    size_t fixed; /* so many come first, in this order */
    size_t last;  /* so many come last, in this order */
};

static void append(struct script *script, struct event event)
{
    if ( script->count == MOST_EVENTS )
        errx(1, "'%s' is too long", script->name);
    script->events[script->count++] = event;
}

static void print_failure(const struct script *script, size_t failed,
                          const char *difference)
{
    char text[256];
    size_t i;

    printf("FAILED: %s\n", script->name);
    for ( i = 0; i < script->count && i <= failed; i++ )
    {
        event_describe(&script->events[i], text, sizeof(text));
        printf("    %s\n", text);
    }
    printf("  %s\n", difference);
}

/*
 * Run a script on both models; the core's tables at the end in `listing` if
 * it is not NULL.  False: a difference, which is printed.
 */
static bool run(const struct script *script, struct listing *listing)
{
    static struct trial trial;
    bool good = trial_init(&trial);
    size_t i;

    for ( i = 0; good && i < script->count; i++ )
        good = trial_apply(&trial, &script->events[i]);
    if ( good && listing )
        good = listing_from_core(listing, trial.xpci);
    if ( !trial_dispose(&trial) )
        good = false;
    if ( !good )
        print_failure(script, i - 1, trial.difference);
    return good;
}

/* The next permutation of 0 to count - 1, in order; false after the last. */
static bool permute(size_t *order, size_t count)
{
    size_t i = count;
    size_t j = count;
    size_t swap;

    if ( count < 2 )
        return false;
    for ( i--; i && order[i - 1] > order[i]; i-- )
        ;
    if ( !i )
        return false;
    for ( j--; order[j] < order[i - 1]; j-- )
        ;
    swap = order[i - 1];
    order[i - 1] = order[j];
    order[j] = swap;
    for ( j = count - 1; i < j; i++, j-- )
    {
        swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    return true;
}

/* With `same`, all orders must end in the same tables. */
static bool try_orders(const struct script *script, bool same,
                       unsigned long *tried)
{
    size_t order[MOST_EVENTS];
    struct script permuted = *script;
    struct listing first;
    struct listing now;
    char text[1024];
    size_t free_events = script->count - script->fixed - script->last;
    bool good;
    size_t i;

    listing_init(&first);
    listing_init(&now);
    for ( i = 0; i < free_events; i++ )
        order[i] = i;
    good = run(script, &first);
    if ( good )
        do
        {
            for ( i = 0; i < free_events; i++ )
                permuted.events[script->fixed + i] =
                    script->events[script->fixed + order[i]];
            good = run(&permuted, &now);
            ++*tried;
            if ( good && same &&
                 !listing_equal(&first, "the first order", &now, "this order",
                                text, sizeof(text)) )
            {
                print_failure(&permuted, permuted.count, text);
                good = false;
            }
        } while ( good && permute(order, free_events) );
    listing_dispose(&first);
    listing_dispose(&now);
    return good;
}

/* Do any of a machine's bridges clash? */
static bool is_in_conflict(const struct script *script)
{
    struct listing listing;
    bool conflict = false;
    size_t i;

    listing_init(&listing);
    if ( !run(script, &listing) )
        exit(1);
    for ( i = 0; i < listing.device_count; i++ )
        conflict |= !!(listing.devices[i].flags & XPCI_CONFLICT);
    listing_dispose(&listing);
    return conflict;
}

/*
 * What a scan found before does not matter either.  Where bridges clash, the
 * order of reports says which one of them displaces what is behind another,
 * until all is reported once more.
 */
static bool try_machine(const struct small_machine *machine, bool scanned,
                        unsigned long *tried)
{
    struct script script = { .name = machine->name };
    const struct small_function *function;
    bool again;

    for ( function = machine->functions; function->type; function++ )
        append(&script, small_config(function));
    for ( function = machine->functions; scanned && function->type; function++ )
        if ( function->type != 'v' )
            append(&script, small_event(EVENT_SCAN_DEVICE, function->sbdf));
    script.fixed = script.count;
    for ( function = machine->functions; function->type; function++ )
        append(&script, small_add(function));
    again = is_in_conflict(&script);
    for ( function = machine->functions; again && function->type; function++ )
    {
        append(&script, small_add(function));
        script.last++;
    }
    return try_orders(&script, true, tried);
}

static void begin_sequence(struct script *script,
                           const struct sequence *sequence)
{
    const struct small_function *function;

    script->name = sequence->name;
    script->count = script->last = 0;
    for ( function = sequence->functions; function->type; function++ )
        append(script, small_config(function));
    for ( function = sequence->functions; function->type; function++ )
        append(script, small_event(EVENT_SCAN_DEVICE, function->sbdf));
    script->fixed = script->count;
}

static bool try_sequence(const struct sequence *sequence, unsigned long *tried)
{
    const struct sequence_event *event;
    struct script script;

    begin_sequence(&script, sequence);
    for ( event = sequence->events; event->kind != SEQUENCE_END; event++ )
        append(&script, sequence_event(event));
    return try_orders(&script, false, tried);
}

/*
 * Everything that can happen to the parts of a sequence: its own events, and
 * each of its functions reported, removed, refused and gone.
 */
static size_t everything(const struct sequence *sequence, struct event *events)
{
    const struct sequence_event *event;
    const struct small_function *function;
    size_t count = 0;

    for ( event = sequence->events; event->kind != SEQUENCE_END; event++ )
        events[count++] = sequence_event(event);
    for ( function = sequence->functions;
          function->type && count + 3 <= MOST_EVENTS; function++ )
    {
        events[count++] = small_add(function);
        events[count++] = small_event(EVENT_REMOVE, function->sbdf);
        events[count++] = small_event(EVENT_GONE, function->sbdf);
    }
    return count;
}

/* All choices, with repetition, of `depth` events, the last an operation. */
static bool try_everything(const struct sequence *sequence, size_t depth,
                           unsigned long *tried)
{
    struct event events[MOST_EVENTS];
    size_t count = everything(sequence, events);
    size_t digits[MOST_EVENTS] = { 0 };
    struct script script;
    size_t i;

    begin_sequence(&script, sequence);
    script.count = script.fixed + depth;
    for ( ;; )
    {
        for ( i = 0; i < depth; i++ )
            script.events[script.fixed + i] = events[digits[i]];
        if ( script.events[script.count - 1].kind >= EVENT_SCAN_DEVICE )
        {
            if ( !run(&script, NULL) )
                return false;
            ++*tried;
        }
        for ( i = 0; i < depth && ++digits[i] == count; i++ )
            digits[i] = 0;
        if ( i == depth )
            return true;
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "long", no_argument, NULL, 'l' },
        { NULL, 0, NULL, 0 },
    };
    unsigned long reports = 0;
    unsigned long sequenced = 0;
    size_t depth = 2;
    int option;
    size_t i;

    while ( (option = getopt_long(argc, argv, "", options, NULL)) != -1 )
    {
        if ( option != 'l' )
            errx(2, "usage: all-orders [--long]");
        depth = 4;
    }
    for ( i = 0; i < small_machine_count; i++ )
        if ( !try_machine(&small_machines[i], false, &reports) ||
             !try_machine(&small_machines[i], true, &reports) )
            return 1;
    printf("all-orders: %lu orders of reports on %zu machines: the same "
           "tables on each\n",
           reports, small_machine_count);
    for ( i = 0; i < sequence_count; i++ )
        if ( !try_sequence(&sequences[i], &sequenced) ||
             !try_everything(&sequences[i], depth, &sequenced) )
            return 1;
    printf("all-orders: %lu orders of events on %zu machines: core and model "
           "agree on each\n",
           sequenced, sequence_count);
    return 0;
}
