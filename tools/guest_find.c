/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of what the entries of guests name. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "guests.h"

struct finding {
    struct guests *guests;
    const struct history *history;
    struct stable now;
    struct stable before;
};

/*
 * When a config was written that has notes, as far as they tell: a note is
 * right about the SBDFs of one time.
 */
enum era {
    ERA_UNKNOWN,
    ERA_BEFORE,
    ERA_NOW
};

static bool is_right(const struct stable *stable, const struct guest_note *note)
{
    uint32_t sbdf = note->sbdf;

    return stable_find(stable, note->name, &note->device, &sbdf) ==
               STABLE_SAME &&
           sbdf == note->sbdf;
}

/* An entry without a note, in a config that has some: when was it written? */
static enum era era_of(const struct finding *finding, size_t number)
{
    const struct guest_config *config = &finding->guests->configs[number];
    size_t now = 0, before = 0, i;

    for ( i = 0; i < config->note_count; i++ )
    {
        /* Its entry was changed by hand since. */
        if ( !config->notes[i].attached )
            return ERA_UNKNOWN;
        now += is_right(&finding->now, &config->notes[i]);
        before += is_right(&finding->before, &config->notes[i]);
    }
    if ( before == config->note_count && now < before )
        return ERA_BEFORE;
    if ( now == config->note_count && before < now )
        return ERA_NOW;

    return ERA_UNKNOWN;
}

/* What has this stable name now. */
static void find_by_name(const struct finding *finding,
                         struct guest_entry *entry, const char *name,
                         const struct xpci_device_info *identity)
{
    entry->now = entry->sbdf;
    switch ( stable_find(&finding->now, name, identity, &entry->now) )
    {
    case STABLE_NONE:
        entry->problems |= GUEST_GONE;
        break;
    case STABLE_ANOTHER:
        entry->problems |= GUEST_REPLACED;
        break;
    case STABLE_SEVERAL:
        entry->problems |= GUEST_UNSURE;
        break;
    case STABLE_SAME:
        if ( entry->now != entry->sbdf )
            entry->problems |= GUEST_MOVED;
        break;
    }
}

/* By the topology before. */
static void find_by_before(const struct finding *finding,
                           struct guest_entry *entry)
{
    const struct xpci_snapshot *before = &finding->history->before.snapshot;
    const struct xpci_device_info *was =
        xpci_snapshot_device(before, entry->sbdf);
    char name[STABLE_LENGTH];

    if ( was )
        find_by_name(finding, entry, stable_format(name, before, was), was);
    else
        entry->problems |= GUEST_NEVER;
}

/* By the daemon's report, which names no device that is gone. */
static void find_by_report(const struct finding *finding,
                           struct guest_entry *entry)
{
    if ( history_fate(finding->history, entry->sbdf, &entry->now) !=
         FATE_MOVED )
        return;
    entry->problems |=
        xpci_snapshot_device(&finding->history->now.snapshot, entry->now)
            ? GUEST_MOVED
            : GUEST_GONE;
}

/*
 * A config that was written after the daemon saw the renumbering means what
 * it says; with --from, somebody says that it is older.
 */
static bool is_newer(const struct finding *finding,
                     const struct guest_entry *entry)
{
    struct tm utc = { 0 };
    const char *end = strptime(finding->history->renumbering.when,
                               "%Y-%m-%dT%H:%M:%SZ", &utc);

    return entry->config != GUEST_RUNNING && end &&
           finding->guests->configs[entry->config].changed >= timegm(&utc);
}

static void find_one(const struct finding *finding, struct guest_entry *entry)
{
    enum era era = ERA_BEFORE;

    if ( entry->note )
    {
        find_by_name(finding, entry, entry->note->name, &entry->note->device);
        return;
    }
    if ( !finding->history->has_before )
    {
        if ( !is_newer(finding, entry) )
            find_by_report(finding, entry);
        return;
    }
    if ( entry->config != GUEST_RUNNING &&
         finding->guests->configs[entry->config].note_count )
        era = era_of(finding, entry->config);
    find_by_before(finding, entry);
    if ( era == ERA_BEFORE ||
         !(entry->problems & (GUEST_MOVED | GUEST_GONE | GUEST_REPLACED)) )
        return;
    entry->problems &= ~(GUEST_MOVED | GUEST_GONE | GUEST_REPLACED);
    if ( era == ERA_UNKNOWN )
        entry->problems |= GUEST_UNSURE;
}

int guests_find(struct guests *guests, const struct history *history)
{
    struct finding finding = { .guests = guests, .history = history };
    size_t i;
    int rc;

    stable_init(&finding.now);
    stable_init(&finding.before);
    rc = stable_fill(&finding.now, &history->now.snapshot);
    if ( !rc )
        rc = stable_fill(&finding.before, &history->before.snapshot);
    for ( i = 0; !rc && i < guests->count; i++ )
    {
        if ( guests->entries[i].has_sbdf )
            find_one(&finding, &guests->entries[i]);
        else
            guests->entries[i].problems = GUEST_UNKNOWN;
    }
    stable_dispose(&finding.before);
    stable_dispose(&finding.now);

    return rc;
}
