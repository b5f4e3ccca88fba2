/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include <xen-pci/walk.h>

#include "lookups.h"
#include "measure.h"

/*
 * Enough to touch 98 % of the index's cache lines at 65,536 devices; no more,
 * since they take part of the caches themselves.
 */
#define QUESTIONS 16384
#define LOOKUPS 200000
#define PAGE 256

static double longest_page_ns;

/* Xorshift, so that every run asks the same. */
static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void fill_baseline(struct baseline *baseline,
                          const struct machine *machine, bool look_first)
{
    size_t i;

    for ( i = 0; i < machine->count; i++ )
    {
        uint16_t index = (uint16_t)machine->functions[i];

        if ( look_first && baseline_lookup(baseline, machine->functions[i]) )
            continue;
        baseline_enter(baseline, machine->functions[i],
                       machine->config[index].kind == FUNCTION_BRIDGE,
                       machine->config[index].secondary,
                       machine->config[index].subordinate);
    }
}

struct subject *subject_new(struct machine *machine, bool fill,
                            size_t baseline_lookups)
{
    struct subject *subject = calloc(1, sizeof(*subject));
    uint32_t state = 1;
    size_t i;

    must(subject != NULL, "no memory");
    subject->machine = machine;
    subject->question_count = QUESTIONS;
    subject->lookups = LOOKUPS;
    subject->baseline_count = baseline_lookups;
    subject->questions = calloc(QUESTIONS, sizeof(*subject->questions));
    must(subject->questions != NULL, "no memory");
    for ( i = 0; i < QUESTIONS; i++ )
        subject->questions[i] =
            machine->functions[machine->first_asked +
                               next_random(&state) %
                                   (machine->count - machine->first_asked)];
    if ( fill )
        machine_add_all(machine);
    if ( fill && baseline_lookups )
    {
        subject->baseline = baseline_new();
        fill_baseline(subject->baseline, machine, false);
    }
    return subject;
}

struct subject *subject_scanned(struct machine *machine)
{
    struct subject *subject = calloc(1, sizeof(*subject));

    must(subject != NULL, "no memory");
    subject->machine = machine;
    machine_scan_most(machine);
    return subject;
}

void subject_free(struct subject *subject)
{
    machine_free(subject->machine);
    if ( subject->baseline )
        baseline_free(subject->baseline);
    free(subject->questions);
    free(subject);
}

double probe_lookup(void *data)
{
    const struct subject *subject = data;
    const struct xpci *xpci = subject->machine->xpci;
    const uint32_t *questions = subject->questions;
    size_t i, found = 0, lookups = subject->lookups;
    uint64_t begin = cpu_ns();

    for ( i = 0; i < lookups; i++ )
        found += xpci_lookup(xpci, questions[i % QUESTIONS]) != 0;
    must(found == lookups, "a device is missing");
    return (double)(cpu_ns() - begin) / (double)lookups;
}

static double time_upstream(const struct subject *subject,
                            uint64_t (*clock)(void))
{
    const struct xpci *xpci = subject->machine->xpci;
    uint64_t begin = clock(), sum = 0;
    size_t i;

    for ( i = 0; i < subject->lookups; i++ )
    {
        struct xpci_upstream upstream = { 0, 0 };

        sum += (uint64_t)xpci_upstream(xpci, subject->questions[i % QUESTIONS],
                                       &upstream);
        sum += upstream.bridge;
    }
    keep(sum);
    return (double)(clock() - begin) / (double)subject->lookups;
}

double probe_upstream(void *data)
{
    return time_upstream(data, cpu_ns);
}

double probe_upstream_wall(void *data)
{
    return time_upstream(data, wall_ns);
}

double probe_add(void *data)
{
    struct subject *subject = data;
    struct machine *machine = subject->machine;
    /* Small machines several times, or the clock's own cost shows. */
    size_t i, times = 1 + 4096 / machine->count;
    uint64_t spent = 0;

    for ( i = 0; i < times; i++ )
    {
        uint64_t begin;

        machine_forget(machine);
        begin = cpu_ns();
        machine_add_all(machine);
        spent += cpu_ns() - begin;
    }
    return (double)spent / (double)(times * machine->count);
}

double probe_remove(void *data)
{
    struct subject *subject = data;
    struct machine *machine = subject->machine;
    uint64_t begin;

    machine_forget(machine);
    machine_add_all(machine);
    begin = cpu_ns();
    must(!xpci_remove(machine->xpci, machine->functions[0]),
         "the bridge could not be removed");
    return (double)(cpu_ns() - begin) / (double)machine->count;
}

double probe_dump(void *data)
{
    static struct xpci_device_info page[PAGE];
    const struct subject *subject = data;
    const struct machine *machine = subject->machine;
    uint64_t begin = cpu_ns(), page_begin = begin;
    struct xpci_walk walk = { 0 };
    size_t seen = 0;

    while ( !walk.done )
    {
        int count = xpci_walk_devices(machine->xpci, &walk, page, PAGE);
        uint64_t now = cpu_ns();

        must(count >= 0, "the walk met a change that nobody made");
        seen += (size_t)count;
        if ( (double)(now - page_begin) > longest_page_ns )
            longest_page_ns = (double)(now - page_begin);
        page_begin = now;
    }
    must(seen == machine->count, "the walk missed a device");
    return (double)(cpu_ns() - begin) / (double)seen;
}

double probe_clashes(void *data)
{
    const struct xpci_report report = { .node = XPCI_NO_NODE };
    struct subject *subject = data;
    struct machine *machine = subject->machine;
    unsigned int times = 4, i;
    uint64_t begin = cpu_ns();

    machine->restless = true;
    for ( i = 0; i < times; i++ )
    {
        int rc = xpci_add(machine->xpci, machine->functions[machine->count - 1],
                          &report);

        must(!rc || rc == -EAGAIN, "the report ends with an error");
    }
    return (double)(cpu_ns() - begin) / times;
}

double longest_page(void)
{
    return longest_page_ns;
}

double probe_baseline_lookup(void *data)
{
    const struct subject *subject = data;
    uint64_t begin = cpu_ns();
    size_t i, found = 0;

    for ( i = 0; i < subject->baseline_count; i++ )
        found += baseline_lookup(subject->baseline,
                                 subject->questions[i % QUESTIONS]) != NULL;
    must(found == subject->baseline_count, "a device is missing");
    return (double)(cpu_ns() - begin) / (double)subject->baseline_count;
}

double probe_baseline_upstream(void *data)
{
    const struct subject *subject = data;
    uint64_t begin = cpu_ns(), sum = 0;
    size_t i, ended = 0;

    for ( i = 0; i < subject->lookups; i++ )
    {
        struct baseline_answer answer = { 0 };

        ended += baseline_upstream(subject->baseline,
                                   XPCI_BUS(subject->questions[i % QUESTIONS]),
                                   &answer);
        sum += answer.devfn;
    }
    keep(sum);
    must(ended == subject->lookups, "the way up goes round");
    return (double)(cpu_ns() - begin) / (double)subject->lookups;
}

double probe_baseline_add(void *data)
{
    const struct subject *subject = data;
    size_t i, times = 1 + 256 / subject->machine->count;
    uint64_t spent = 0;

    for ( i = 0; i < times; i++ )
    {
        struct baseline *baseline = baseline_new();
        uint64_t begin = cpu_ns();

        fill_baseline(baseline, subject->machine, true);
        spent += cpu_ns() - begin;
        baseline_free(baseline);
    }
    return (double)spent / (double)(times * subject->machine->count);
}
