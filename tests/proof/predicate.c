/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The predicate says false where it should: one word of good tables at a time
 * is made wrong, and the rule that this breaks must be named.
 */
#include <xen-pci/process.h>

#include "../model/host.h"
#include "core/quarantine.h"

#include <err.h>
#include <stdio.h>

#define AGREE "the index by BDF and the records agree"
#define LOOKUPS "lookups say what the records say"
#define LISTED "every bridge is listed once"
#define BEST "no stale entry, and the best bridge leads to a bus"
#define CONFLICT "bridges in conflict are marked"
#define READERS "readers see what bus2bridge says"
#define PHYSFN "a VF has its PF"
#define PATHS "stable paths are bus2bridge's"
#define DISPLACED "what is displaced is marked, and nobody is where it was"

#define OUTER XPCI_SBDF(0, 0, 0x08)
#define INNER XPCI_SBDF(0, 1, 0x00)
#define PF XPCI_SBDF(0, 1, 0x08)
#define VF_OLD XPCI_SBDF(0, 1, 0x09)
#define VF_NEW XPCI_SBDF(0, 1, 0x0a)
#define FAR_PF XPCI_SBDF(1, 1, 0x08)

static unsigned int failures;
static unsigned int checks;

static void expect(const struct xpci *xpci, const char *broken)
{
    const char *rule = NULL;
    bool valid = xpci_is_valid(xpci, &rule);

    checks++;
    if ( valid == !broken && (valid || (broken && !strcmp(rule, broken))) )
        return;
    failures++;
    printf("check %u: found '%s', expected '%s'\n", checks,
           valid ? "all holds" : rule, broken ? broken : "all holds");
}

/* With `value` in the `size` bytes at `at`, this rule is broken. */
static void breaks(const struct xpci *xpci, const char *rule, void *at,
                   size_t size, uint32_t value)
{
    unsigned char good[sizeof(value)];

    memcpy(good, at, size);
    memcpy(at, &value, size);
    expect(xpci, rule);
    memcpy(at, good, size);
    expect(xpci, NULL);
}

#define BREAKS(rule, word, value) \
    breaks(xpci, rule, &(word), sizeof(word), (uint32_t)(value))

static void add(struct xpci *xpci, struct world *world, uint32_t sbdf,
                uint8_t secondary, uint8_t subordinate, bool virtfn)
{
    const struct world_function function = {
        .sbdf = sbdf,
        .vendor = 0x8086,
        .class_revision = secondary ? 0x06040000 : 0x02000000,
        .layout = secondary ? 1 : 0,
        .pcie = WORLD_NO_PCIE,
        .primary = XPCI_BUS(sbdf),
        .secondary = secondary,
        .subordinate = subordinate,
    };
    const struct xpci_report report = {
        .is_virtfn = virtfn,
        .physfn_bus = XPCI_BUS(PF),
        .physfn_devfn = XPCI_DEVFN(PF),
        .node = XPCI_NO_NODE,
    };

    world_set(world, &function);
    xpci_host_lock(xpci->host);
    if ( xpci_add(xpci, sbdf, &report) )
        errx(1, "%08x cannot be added", sbdf);
    xpci_host_unlock(xpci->host);
}

static uint32_t *slot_of(const struct xpci_segment *segment, uint32_t sbdf)
{
    return &segment->page[xpci_page_number(sbdf)]->slot[xpci_page_offset(sbdf)];
}

static uint8_t *seen_of(const struct xpci_segment *segment, uint32_t sbdf)
{
    return &segment->seen[xpci_seen_number(sbdf)]->byte[xpci_seen_offset(sbdf)];
}

static void break_slots(const struct xpci *xpci, struct xpci_segment *segment)
{
    uint32_t *slot = slot_of(segment, PF);
    uint8_t *seen = seen_of(segment, PF), *nobody = seen_of(segment, PF + 5U);
    struct xpci_record *record = xpci_record(xpci, xpci_find(xpci, PF));

    BREAKS(AGREE, *slot, xpci->record_count);
    BREAKS(AGREE, *slot, xpci_find(xpci, OUTER));
    BREAKS(AGREE, *slot, 0);
    BREAKS(AGREE, record->sbdf, PF + 1U);
    BREAKS(AGREE, segment->devices, segment->devices + 1U);
    BREAKS(LOOKUPS, *seen, *seen ^ (XPCI_VIRTFN << 4));
    BREAKS(LOOKUPS, *seen, *seen ^ (XPCI_EXTFN << 4));
    BREAKS(LOOKUPS, *seen, *seen & 0x7fU);
    BREAKS(LOOKUPS, *seen, *seen ^ 1U);
    BREAKS(LOOKUPS, *seen, 0);
    BREAKS(LOOKUPS, *nobody, *seen);
    BREAKS(LOOKUPS, record->type, XPCI_TYPE_RCEC);
    BREAKS(LOOKUPS, record->flags, record->flags | XPCI_BRIDGE_ONLY);
}

static void break_bridges(const struct xpci *xpci, struct xpci_segment *segment)
{
    uint32_t outer = xpci_find(xpci, OUTER), inner = xpci_find(xpci, INNER);
    struct xpci_record *record = xpci_record(xpci, inner);

    BREAKS(LISTED, segment->first_bridge, XPCI_NO_RECORD);
    BREAKS(LISTED, segment->first_bridge, outer);
    BREAKS(LISTED, segment->first_bridge, xpci_find(xpci, PF));
    BREAKS(LISTED, record->link.bridge.previous, inner);
    BREAKS(LISTED, record->link.bridge.next, inner);
    BREAKS(CONFLICT, record->flags, record->flags | XPCI_CONFLICT);
}

static void break_entries(const struct xpci *xpci, struct xpci_segment *segment)
{
    struct xpci_record *inner = xpci_record(xpci, xpci_find(xpci, INNER));

    BREAKS(BEST, segment->bus2bridge.to[2].bus, 7);
    BREAKS(BEST, segment->bus2bridge.to[2].devfn, 7);
    BREAKS(BEST, segment->bus2bridge.to[2].secondary, 0);
    BREAKS(BEST, segment->bus2bridge.to[2].subordinate, 3);
    BREAKS(BEST, segment->bus2bridge.to[2].aliases, 0);
    BREAKS(BEST, inner->subordinate, 3);
    BREAKS(READERS, segment->upstream[1][0], 0);
    BREAKS(READERS, segment->upstream[2][1], 0);
    BREAKS(READERS, segment->upstream[9][0], 1);
}

static void break_virtfns(const struct xpci *xpci)
{
    uint32_t old = xpci_find(xpci, VF_OLD), new = xpci_find(xpci, VF_NEW);
    struct xpci_record *physfn = xpci_record(xpci, xpci_find(xpci, PF));
    struct xpci_record *newer = xpci_record(xpci, new);
    struct xpci_record *older = xpci_record(xpci, old);

    BREAKS(PHYSFN, physfn->link.first_vf, XPCI_NO_RECORD);
    BREAKS(PHYSFN, physfn->link.first_vf, old);
    BREAKS(PHYSFN, newer->link.vf.next, new);
    BREAKS(PHYSFN, newer->link.vf.next, XPCI_NO_RECORD);
    BREAKS(PHYSFN, older->link.vf.previous, old);
    BREAKS(PHYSFN, older->link.vf.physfn, new);
    BREAKS(PHYSFN, older->link.vf.physfn, xpci_find(xpci, INNER));
    BREAKS(PHYSFN, older->link.vf.physfn, xpci_find(xpci, FAR_PF));
}

/* Words of 64 bits are longer than what breaks() takes. */
static void breaks_path(const struct xpci *xpci, const char *rule,
                        uint64_t *path, uint64_t value)
{
    uint64_t good = *path;

    *path = value;
    expect(xpci, rule);
    *path = good;
    expect(xpci, NULL);
}

static void break_paths(struct xpci *xpci, struct xpci_segment *segment)
{
    struct xpci_record *outer = xpci_record(xpci, xpci_find(xpci, OUTER));
    struct xpci_record *physfn = xpci_record(xpci, xpci_find(xpci, PF));
    struct xpci_record *inner = xpci_record(xpci, xpci_find(xpci, INNER));

    /* Behind a bridge; a root bus; what nobody keeps. */
    breaks_path(xpci, PATHS, &segment->bus_path[1], segment->bus_path[2]);
    breaks_path(xpci, PATHS, &segment->bus_path[9], segment->bus_path[8]);
    breaks_path(xpci, PATHS, &segment->bus_path[9], segment->bus_path[2]);
    breaks_path(xpci, DISPLACED, &physfn->path, inner->path);
    breaks_path(xpci, DISPLACED, &physfn->path, physfn->path ^ 2U);
    breaks_path(xpci, DISPLACED, &physfn->path, 0);
    BREAKS(DISPLACED, segment->settled, false);
    BREAKS(DISPLACED, physfn->flags, physfn->flags | XPCI_DISPLACED);
    BREAKS(DISPLACED, outer->flags, outer->flags | XPCI_DISPLACED);

    /* A device where what comes is to be quarantined. */
    if ( xpci_quarantine_reserve(xpci, segment, 1) )
        errx(1, "no memory");
    xpci_quarantine_add(segment, physfn->path);
    expect(xpci, DISPLACED);
    if ( !xpci_quarantine_delete(segment, physfn->path) )
        errx(1, "a path is lost");
    xpci_quarantine_add(segment, physfn->path ^ 2U);
    expect(xpci, NULL);
}

static void expect_map(const struct xpci_bus2bridge *map, bool valid)
{
    checks++;
    if ( xpci_bus2bridge_is_valid(map) == valid )
        return;
    failures++;
    printf("check %u: a bus2bridge table is %svalid\n", checks,
           valid ? "not " : "");
}

/* The table by itself; each of these is another clause of valid_map(). */
static void break_table(void)
{
    const struct xpci_bridge_entry good = { 0, 0, 1, 2, 0 };
    struct xpci_bus2bridge map = { { { 0, 0, 0, 0, 0 } } };

    xpci_bus2bridge_claim(&map, &good);
    expect_map(&map, true);
    map.to[2].secondary = 0;
    expect_map(&map, false); /* bus 2 is passed over, for 00:00.0 */
    map.to[2] = map.to[3] = good;
    expect_map(&map, false); /* bus 3 is not in the range */
    map.to[3].secondary = 0;
    expect_map(&map, true);
    map.to[1].bus = 1;
    expect_map(&map, false); /* bus 1 leads to itself */
    map.to[1] = (struct xpci_bridge_entry){ 0, 0, 2, 2, 0 };
    expect_map(&map, false); /* bus 1 is below the range */
    map.to[1] = good;
    map.to[0xff] = (struct xpci_bridge_entry){ 2, 0, 0xff, 0xff, 0 };
    expect_map(&map, true);
    map.to[0xff].bus = 0xff;
    expect_map(&map, false);
}

int main(void)
{
    struct test_host host;
    struct world world;
    struct xpci *xpci;

    world_init(&world);
    test_host_init(&host, &world);
    if ( xpci_create(&xpci, &host.host) )
        errx(1, "no memory");
    add(xpci, &world, OUTER, 1, 2, false);
    add(xpci, &world, INNER, 2, 2, false);
    add(xpci, &world, PF, 0, 0, false);
    add(xpci, &world, VF_OLD, 0, 0, true);
    add(xpci, &world, VF_NEW, 0, 0, true);
    add(xpci, &world, FAR_PF, 0, 0, false);
    expect(xpci, NULL);

    break_slots(xpci, xpci_segment_find(xpci, 0));
    break_bridges(xpci, xpci_segment_find(xpci, 0));
    break_entries(xpci, xpci_segment_find(xpci, 0));
    break_virtfns(xpci);
    break_paths(xpci, xpci_segment_find(xpci, 0));
    break_table();

    xpci_dispose(xpci);
    test_host_dispose(&host);
    world_dispose(&world);
    printf("predicate: %u checks, %u failed\n", checks, failures);

    return failures ? 1 : 0;
}
