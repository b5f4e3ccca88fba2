/* SPDX-License-Identifier: GPL-2.0-only */
/* What is the matter with a guest's device, in words, and what to do. */
#include <stdio.h>
#include <string.h>

#include "guests.h"
#include "ownership.h"

/* A device whose guest must let it go before dom0 can find it again. */
#define FIND_AGAIN                                               \
    "then echo 1 >/sys/bus/pci/devices/%s/remove; "              \
    "echo 1 >/sys/bus/pci/rescan, and give the guest what lspci" \
    " has then"

/* Class codes (PCI Code and ID Assignment Specification 1.11). */
#define CLASS_HOST 0x0600U
#define CLASS_ISA 0x0601U

static const struct xpci_device_info *device_at(const struct guest_words *words,
                                                uint32_t sbdf)
{
    return xpci_snapshot_device(&words->history->now.snapshot, sbdf);
}

static void say_moved(const struct guest_words *words, char *text,
                      const struct guest_entry *entry)
{
    const struct xpci_device_info *device = device_at(words, entry->sbdf);
    char now[XPCI_SBDF_LENGTH], name[NAME_LENGTH];

    snprintf(text, GUEST_WORDS_LENGTH, "what it named is at %s now, %s%.120s",
             xpci_sbdf_format(now, entry->now),
             device ? "and it names " : "and it names nothing",
             device ? names_device(words->names, name, device, false) : "");
}

/* ", and ... is here", of what is where the entry points. */
static const char *say_here(const struct guest_words *words, char *text,
                            size_t size, const struct guest_entry *entry)
{
    const struct xpci_device_info *device = device_at(words, entry->sbdf);
    char name[NAME_LENGTH];

    *text = '\0';
    if ( device )
        snprintf(text, size, ", and it names %.120s now",
                 names_device(words->names, name, device, false));
    return text;
}

#define HERE_LENGTH 160

static void say_gone(const struct guest_words *words, char *text,
                     const struct guest_entry *entry)
{
    bool listed = !words->dom0 || view_lists(words->dom0, entry->sbdf);
    char here[HERE_LENGTH];

    if ( entry->config == GUEST_RUNNING && !listed )
        snprintf(text, GUEST_WORDS_LENGTH,
                 "dom0's kernel has no such device any more; shut %.64s down "
                 "(xl shutdown %u), then xl-pci repair",
                 entry->guest, entry->domain);
    else
        snprintf(text, GUEST_WORDS_LENGTH,
                 "what it named is gone%s; take the entry out, or put the "
                 "device back",
                 say_here(words, here, sizeof(here), entry));
}

static void say_replaced(const struct guest_words *words, char *text,
                         const struct guest_entry *entry)
{
    const struct xpci_device_info *device = device_at(words, entry->now);
    char place[XPCI_SBDF_LENGTH], name[NAME_LENGTH], here[HERE_LENGTH] = "";

    if ( entry->now != entry->sbdf )
        say_here(words, here, sizeof(here), entry);
    snprintf(text, GUEST_WORDS_LENGTH,
             "what it named is gone, and %.120s is in its place, at %s%s; if "
             "that is meant, write %s%s",
             device ? names_device(words->names, name, device, false)
                    : "another device",
             xpci_sbdf_format(place, entry->now), here, place,
             entry->note ? ", and take its xl-pci: note out" : "");
}

static void say_never(const struct guest_words *words, char *text,
                      const struct guest_entry *entry)
{
    char here[HERE_LENGTH];

    if ( *say_here(words, here, sizeof(here), entry) )
        snprintf(text, GUEST_WORDS_LENGTH,
                 "it named no device before%s; if that is meant, xl-pci guests "
                 "--note, without --from",
                 here);
    else
        snprintf(text, GUEST_WORDS_LENGTH,
                 "there is no such device, and there was none before");
}

static void say_unsure(const struct guest_words *words, char *text,
                       const struct guest_entry *entry)
{
    char here[HERE_LENGTH];

    snprintf(text, GUEST_WORDS_LENGTH,
             "nobody can say which device it means: the file was changed since "
             "it was noted, or devices are alike%s; if that is meant, xl-pci "
             "guests --note, without --from",
             say_here(words, here, sizeof(here), entry));
}

static void say_shared(const struct guest_words *words, char *text,
                       const struct guest_entry *entry)
{
    const struct guest_entry *other = &words->guests->entries[entry->shared];
    uint32_t sbdf = guests_meant(entry);
    const struct xpci_bus_info *bus = xpci_snapshot_bus(
        &words->history->now.snapshot, XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf));
    char alias[XPCI_SBDF_LENGTH], place[XPCI_SBDF_LENGTH];

    snprintf(text, GUEST_WORDS_LENGTH,
             "its DMA carries the ID of bridge %s, as that of %s of guest "
             "%.64s does; give both to one guest",
             xpci_sbdf_format(alias, bus->upstream),
             xpci_sbdf_format(place, guests_meant(other)), other->guest);
}

static void say_orphan(const struct guest_words *words, char *text,
                       const struct guest_entry *entry)
{
    const struct xpci_device_info *device =
        device_at(words, guests_meant(entry));
    char physfn[XPCI_SBDF_LENGTH];

    if ( device && (device->flags & XPCI_VIRTFN) )
        snprintf(text, GUEST_WORDS_LENGTH,
                 "it is a VF, and its PF %s is not there",
                 xpci_sbdf_format(physfn, device->physfn));
    else
        snprintf(text, GUEST_WORDS_LENGTH,
                 "it reads as a VF does, and no PF says that it is its");
}

/* What the guest's user has to do before dom0 can find the device again. */
static void say_find_again(char *text, const struct guest_entry *entry,
                           const char *what)
{
    char place[XPCI_SBDF_LENGTH];

    xpci_sbdf_format(place, guests_meant(entry));
    if ( entry->hidden )
        snprintf(text, GUEST_WORDS_LENGTH,
                 "%s; give it to no guest: " FIND_AGAIN, what, place);
    else if ( entry->config == GUEST_RUNNING )
        snprintf(text, GUEST_WORDS_LENGTH,
                 "%s; shut %.64s down (xl shutdown %u), " FIND_AGAIN, what,
                 entry->guest, entry->domain, place);
    else
        snprintf(text, GUEST_WORDS_LENGTH,
                 "%s; do not start %.64s with it: " FIND_AGAIN, what,
                 entry->guest, place);
}

static void say_changed(const struct guest_words *words, char *text,
                        const struct guest_entry *entry)
{
    uint32_t sbdf = guests_meant(entry);
    const struct xpci_device_info *known = device_at(words, sbdf);
    const struct xpci_device_info *answer =
        words->dom0 ? xpci_snapshot_device(&words->dom0->snapshot, sbdf) : NULL;
    const char *verb = entry->config == GUEST_RUNNING
                           ? "shut it down, and do not start"
                           : "do not start";

    if ( known && answer &&
         (known->vendor != answer->vendor || known->device != answer->device) )
        snprintf(text, GUEST_WORDS_LENGTH,
                 "it reads as %04x:%04x, and Xen has it as %04x:%04x; %s %.64s "
                 "before the device was reset",
                 answer->vendor, answer->device, known->vendor, known->device,
                 verb, entry->guest);
    else
        snprintf(text, GUEST_WORDS_LENGTH,
                 "it reads otherwise than when dom0 owned it; %s %.64s before "
                 "the device was reset",
                 verb, entry->guest);
}

static void say_owner(const struct guest_words *words, char *text,
                      const struct guest_entry *entry)
{
    const struct xpci_device_info *known =
        device_at(words, guests_meant(entry));
    char owner[OWNERSHIP_LENGTH];
    const char *whose = known ? ownership_format(owner, known->owner) : NULL;

    snprintf(text, GUEST_WORDS_LENGTH,
             "Xen has it as %s's%s, and not as dom%u's; shut %.64s down (xl "
             "shutdown %u), then xl-pci audit",
             whose ? whose : "nobody",
             known && known->owner == XPCI_OWNER_QUARANTINE ? ", without DMA"
                                                            : "",
             entry->domain, entry->guest, entry->domain);
}

static void say_text(char *text, const char *said)
{
    snprintf(text, GUEST_WORDS_LENGTH, "%s", said);
}

static void say_stale(const struct guest_words *words, char *text,
                      const struct guest_entry *entry)
{
    (void)words;
    (void)entry;
    say_text(text, "there is no such device");
}

static void say_bridge(const struct guest_words *words, char *text,
                       const struct guest_entry *entry)
{
    const struct xpci_device_info *device =
        device_at(words, guests_meant(entry));
    unsigned int class = device ? device->class_revision >> 16 : 0;

    if ( !device || !guests_is_machines(device) )
        say_text(text, "it is a bridge; guests can be given what is behind it");
    else
        snprintf(text, GUEST_WORDS_LENGTH,
                 "it is %s, which the machine itself needs; take the entry out",
                 class == CLASS_HOST  ? "a host bridge"
                 : class == CLASS_ISA ? "an ISA bridge"
                                      : "a bridge of the machine's own");
}

static void say_twice(const struct guest_words *words, char *text,
                      const struct guest_entry *entry)
{
    const struct guest_entry *other = &words->guests->entries[entry->twice];

    if ( guests_same(entry, other) )
        snprintf(text, GUEST_WORDS_LENGTH,
                 "the same guest names it as %.64s as well; take one of the "
                 "two out",
                 other->text);
    else
        snprintf(text, GUEST_WORDS_LENGTH,
                 "guest %.64s %s it as well; give it to one of the two",
                 other->guest,
                 other->config == GUEST_RUNNING ? "has" : "wants");
}

static void say_alone(const struct guest_words *words, char *text,
                      const struct guest_entry *entry)
{
    uint32_t sbdf = guests_meant(entry);
    const struct xpci_bus_info *bus = xpci_snapshot_bus(
        &words->history->now.snapshot, XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf));
    char alias[XPCI_SBDF_LENGTH], place[XPCI_SBDF_LENGTH], more[40] = "";

    if ( entry->alone_count > 1 )
        snprintf(more, sizeof(more), " and %zu more", entry->alone_count - 1);
    snprintf(text, GUEST_WORDS_LENGTH,
             "its DMA carries the ID of bridge %s, as that of %s%s does, which "
             "%.64s is not given; give it all of them or none",
             xpci_sbdf_format(alias, bus->upstream),
             xpci_sbdf_format(place, entry->alone), more, entry->guest);
}

static void say_unknown(const struct guest_words *words, char *text,
                        const struct guest_entry *entry)
{
    (void)words;
    (void)entry;
    say_text(text, "it is no SBDF, and is not checked; `xl "
                   "pci-assignable-list -n` knows the names");
}

static void say_displaced(const struct guest_words *words, char *text,
                          const struct guest_entry *entry)
{
    (void)words;
    say_find_again(text, entry,
                   "another bridge leads to its bus now, and Xen took its DMA "
                   "away");
}

static void say_silent(const struct guest_words *words, char *text,
                       const struct guest_entry *entry)
{
    (void)words;
    if ( entry->problems & GUEST_DISPLACED )
        say_text(text, "its config space reads as nothing");
    else
        say_find_again(text, entry,
                       "it does not answer: its config space reads as nothing");
}

static const struct {
    unsigned int flag;
    const char *word;
    void (*say)(const struct guest_words *words, char *text,
                const struct guest_entry *entry);
} kinds[] = {
    { GUEST_MOVED, "moved", say_moved },
    { GUEST_GONE, "gone", say_gone },
    { GUEST_REPLACED, "replaced", say_replaced },
    { GUEST_NEVER, "never", say_never },
    { GUEST_UNSURE, "unsure", say_unsure },
    { GUEST_STALE, "stale", say_stale },
    { GUEST_DISPLACED, "displaced", say_displaced },
    { GUEST_SILENT, "silent", say_silent },
    { GUEST_CHANGED, "changed", say_changed },
    { GUEST_OWNER, "owner", say_owner },
    { GUEST_BRIDGE, "bridge", say_bridge },
    { GUEST_ORPHAN, "orphan", say_orphan },
    { GUEST_TWICE, "twice", say_twice },
    { GUEST_SHARED, "shared", say_shared },
    { GUEST_ALONE, "shared", say_alone },
    { GUEST_UNKNOWN, "unknown", say_unknown },
};

void guest_words_tell(const struct guest_words *words,
                      const struct guest_entry *entry, guest_problem_told *tell,
                      void *data)
{
    char text[GUEST_WORDS_LENGTH];
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(kinds); i++ )
    {
        if ( !(entry->problems & kinds[i].flag) )
            continue;
        kinds[i].say(words, text, entry);
        tell(data, kinds[i].word, text);
    }
}
