/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tables cost in time and memory, beside stock Xen's way, in one run
 * with interleaved rounds.
 */
#include <stdio.h>

#include "lookups.h"
#include "measure.h"
#include "writer.h"

enum {
    LOOKUP_64,
    LOOKUP_256,
    LOOKUP_1024,
    LOOKUP_4000,
    LOOKUP_65536,
    UPSTREAM_64,
    UPSTREAM_1024,
    UPSTREAM_65536,
    UPSTREAM_DEEP,
    QUIET,
    DISTURBED,
    ADD_64,
    ADD_1024,
    ADD_65536,
    REMOVE_1000,
    REMOVE_10000,
    DUMP_65536,
    CLASHES_1000,
    CLASHES_2000,
    LIST_64,
    LIST_256,
    LIST_1024,
    LIST_4000,
    LIST_65536,
    WALK_DEEP,
    LIST_ADD_64,
    LIST_ADD_1024,
    PROBES
};

static struct probe probes[PROBES];

/* The ratios of the table of goals; top / bottom. */
static const struct goal {
    const char *what;
    unsigned int top;
    unsigned int bottom;
    bool at_least;
    double goal;
} goals[] = {
    { "lookup by BDF, 65,536 devices against 64", LOOKUP_65536, LOOKUP_64,
      false, 1.5 },
    { "lookup by BDF, the list against us, 256", LIST_256, LOOKUP_256, true,
      50 },
    { "lookup by BDF, the list against us, 4,000", LIST_4000, LOOKUP_4000, true,
      3000 },
    { "upstream at depth 4, locked walk against us", WALK_DEEP, UPSTREAM_DEEP,
      true, 4 },
    { "upstream with a writer against without", DISTURBED, QUIET, false, 1.2 },
    { "adding a device, 65,536 against 1,024", ADD_65536, ADD_1024, false,
      1.3 },
    { "removing a function, 10,000 against 1,000", REMOVE_10000, REMOVE_1000,
      false, 1.5 },
    { "bridges that clash and move, 2,000 against 1,000", CLASHES_2000,
      CLASHES_1000, false, 2.3 },
};

static void set(unsigned int number, const char *name, double (*run)(void *),
                void *data)
{
    probes[number] = (struct probe){ .name = name, .run = run, .data = data };
}

static void set_tables(struct subject *small, struct subject *few,
                       struct subject *medium, struct subject *many,
                       struct subject *all)
{
    set(LOOKUP_64, "lookup by BDF, 64 devices", probe_lookup, small);
    set(LOOKUP_256, "lookup by BDF, 256", probe_lookup, few);
    set(LOOKUP_1024, "lookup by BDF, 1,024", probe_lookup, medium);
    set(LOOKUP_4000, "lookup by BDF, 4,000", probe_lookup, many);
    set(LOOKUP_65536, "lookup by BDF, 65,536", probe_lookup, all);
    set(UPSTREAM_64, "upstream lookup, 64", probe_upstream, small);
    set(UPSTREAM_1024, "upstream lookup, 1,024", probe_upstream, medium);
    set(UPSTREAM_65536, "upstream lookup, 65,536", probe_upstream, all);
    set(DUMP_65536, "dump in pages of 256, 65,536", probe_dump, all);
    set(LIST_64, "list: lookup by BDF, 64", probe_baseline_lookup, small);
    set(LIST_256, "list: lookup by BDF, 256", probe_baseline_lookup, few);
    set(LIST_1024, "list: lookup by BDF, 1,024", probe_baseline_lookup, medium);
    set(LIST_4000, "list: lookup by BDF, 4,000", probe_baseline_lookup, many);
    set(LIST_65536, "list: lookup by BDF, 65,536", probe_baseline_lookup, all);
}

static void set_adds(struct subject *small, struct subject *medium,
                     struct subject *all)
{
    set(ADD_64, "add, 64", probe_add, small);
    set(ADD_1024, "add, 1,024", probe_add, medium);
    set(ADD_65536, "add, 65,536", probe_add, all);
    set(LIST_ADD_64, "list: add, 64", probe_baseline_add, small);
    set(LIST_ADD_1024, "list: add, 1,024", probe_baseline_add, medium);
}

static void set_clashes(struct subject *fewer, struct subject *more)
{
    set(CLASHES_1000, "report, 1,000 bridges that clash and move",
        probe_clashes, fewer);
    set(CLASHES_2000, "report, 2,000 bridges that clash and move",
        probe_clashes, more);
}

static void print_times(bool has_contest)
{
    unsigned int i;

    printf("%-40s %12s   %s\n", "nanoseconds for each", "median", "min..max");
    for ( i = 0; i < PROBES; i++ )
    {
        struct spread spread;

        if ( (i == QUIET || i == DISTURBED) && !has_contest )
            continue;
        spread = probe_spread(&probes[i]);
        printf("%-40s %12.1f   %.1f..%.1f\n", probes[i].name, spread.median,
               spread.min, spread.max);
    }
}

static unsigned int print_goals(bool has_contest)
{
    unsigned int i, missed = 0;

    printf("\n%-50s %8s  %-17s %s\n", "ratio", "median", "min..max", "goal");
    for ( i = 0; i < ARRAY_SIZE(goals); i++ )
    {
        const struct goal *goal = &goals[i];
        struct spread spread;
        bool met;

        if ( goal->top == DISTURBED && !has_contest )
        {
            printf("%-50s not measured: this process has one CPU\n",
                   goal->what);
            continue;
        }
        spread = ratio_spread(&probes[goal->top], &probes[goal->bottom]);
        met = goal->at_least ? spread.median >= goal->goal
                             : spread.median <= goal->goal;
        missed += !met;
        printf("%-50s %8.2f  %7.2f..%-8.2f %s %g: %s\n", goal->what,
               spread.median, spread.min, spread.max,
               goal->at_least ? "at least" : "at most", goal->goal,
               met ? "met" : "MISSED");
    }
    return missed;
}

/* The stable path of each bus is 2 KB of a segment. */
#define DEVICE_GOAL 64U
#define SEGMENT_GOAL (4096U + 2048U)

static unsigned int print_memory(const struct machine *machine)
{
    struct xpci_costs costs;
    bool met;

    xpci_costs(&costs);
    met = costs.device <= DEVICE_GOAL && costs.segment <= SEGMENT_GOAL;
    printf("\nbytes: a device %zu (goal at most %u), an empty segment %zu "
           "(at most %u): %s\n"
           "       %zu for %zu devices, %.1f each, index pages and all\n",
           costs.device, DEVICE_GOAL, costs.segment, SEGMENT_GOAL,
           met ? "met" : "MISSED", machine->allocated, machine->count,
           (double)machine->allocated / (double)machine->count);
    return !met;
}

int main(void)
{
    struct subject *small = subject_new(machine_flat(64), true, 20000);
    struct subject *few = subject_new(machine_flat(256), true, 5000);
    struct subject *medium = subject_new(machine_flat(1024), true, 1000);
    struct subject *many = subject_new(machine_flat(4000), true, 200);
    struct subject *all = subject_new(machine_flat(65536), true, 20);
    struct subject *deep = subject_new(machine_chain(4), true, 1);
    struct subject *grow_small = subject_new(machine_flat(64), false, 0);
    struct subject *grow_medium = subject_new(machine_flat(1024), false, 0);
    struct subject *grow_all = subject_new(machine_flat(65536), false, 0);
    struct subject *below_1000 = subject_new(machine_below(1000), false, 0);
    struct subject *below_10000 = subject_new(machine_below(10000), false, 0);
    struct subject *clashes_1000 = subject_scanned(machine_clashing(1000));
    struct subject *clashes_2000 = subject_scanned(machine_clashing(2000));
    struct subject *disturbed = subject_new(machine_flat(1024), true, 0);
    struct contest contest;
    unsigned int missed;

    contest_init(&contest, disturbed);
    set_tables(small, few, medium, many, all);
    set(UPSTREAM_DEEP, "upstream lookup, depth 4", probe_upstream, deep);
    set(WALK_DEEP, "locked walk: upstream lookup, depth 4",
        probe_baseline_upstream, deep);
    set(QUIET, "upstream lookup, 1,024, no writer", probe_quiet, &contest);
    set(DISTURBED, "upstream lookup, 1,024, with a writer",
        contest.possible ? probe_disturbed : probe_quiet, &contest);
    set_adds(grow_small, grow_medium, grow_all);
    set(REMOVE_1000, "remove a bridge, 1,000 behind", probe_remove, below_1000);
    set(REMOVE_10000, "remove a bridge, 10,000 behind", probe_remove,
        below_10000);
    set_clashes(clashes_1000, clashes_2000);

    printf("%d interleaved rounds of CPU time (wall time where a writer may "
           "disturb);\nlist and locked walk: stock Xen's way\n\n",
           ROUNDS);
    probes_run(probes, PROBES);
    print_times(contest.possible);
    printf("\nthe writer made %llu changes; the longest page of a dump kept "
           "writers out\nfor %.0f us\n",
           (unsigned long long)contest.changes, longest_page() / 1000);
    missed = print_goals(contest.possible);
    missed += print_memory(all->machine);
    printf("\nbench: %u goal%s missed\n", missed, missed == 1 ? "" : "s");

    subject_free(small);
    subject_free(few);
    subject_free(medium);
    subject_free(many);
    subject_free(all);
    subject_free(deep);
    subject_free(grow_small);
    subject_free(grow_medium);
    subject_free(grow_all);
    subject_free(below_1000);
    subject_free(below_10000);
    subject_free(clashes_1000);
    subject_free(clashes_2000);
    subject_free(disturbed);
    return 0;
}
