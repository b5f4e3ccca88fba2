/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking a snapshot of the tables, with their problems in words: a conflict
 * names both bridges, and a run of buses with one problem is told once.
 */
#include <stdio.h>
#include <stdlib.h>

#include <xen-pci/snapshot.h>

#define PAGE_DEVICES 256U
#define PAGE_BUSES 256U

int xpci_snapshot_add_problem_of(struct xpci_snapshot *snapshot,
                                 const struct xpci_device_info *info)
{
    enum xpci_problem kind = xpci_device_problem(info);
    char sbdf[XPCI_SBDF_LENGTH];

    xpci_sbdf_format(sbdf, info->sbdf);
    switch ( kind )
    {
    case XPCI_PROBLEM_MISMATCH:
        return xpci_snapshot_add_problem(
            snapshot, kind, &info->sbdf, -1, -1,
            "%s is not dom0's, and reads otherwise than when it was; do not "
            "trust it",
            sbdf);
    case XPCI_PROBLEM_STALE:
        if ( info->flags & XPCI_DISPLACED )
            return xpci_snapshot_add_problem(
                snapshot, kind, &info->sbdf, -1, -1,
                "another bridge leads to the bus of %s now, so it has no DMA; "
                "report what is there now",
                sbdf);
        return xpci_snapshot_add_problem(
            snapshot, kind, &info->sbdf, -1, -1,
            "%s was read again and is no longer the bridge that was reported; "
            "remove it, and report what is there now",
            sbdf);
    case XPCI_PROBLEM_CONFLICT:
        return xpci_snapshot_add_problem(
            snapshot, kind, &info->sbdf, -1, -1,
            "the buses %02x-%02x of bridge %s clash with another bridge's; "
            "report both again once their bus numbers are right",
            info->secondary, info->subordinate, sbdf);
    case XPCI_PROBLEM_UNCONFIGURED:
        return xpci_snapshot_add_problem(
            snapshot, kind, &info->sbdf, -1, -1,
            "bridge %s on bus %02x reads secondary %02x and subordinate %02x, "
            "which covers no bus; report it again once it is configured",
            sbdf, XPCI_BUS(info->sbdf), info->secondary, info->subordinate);
    default:
        return 0;
    }
}

#define BRIDGE_CLASH (XPCI_BRIDGE | XPCI_CONFIGURED | XPCI_CONFLICT)

/* Tables of a hypervisor can say anything: only these can clash. */
static bool can_clash(const struct xpci_device_info *bridge)
{
    return (bridge->flags & BRIDGE_CLASH) == BRIDGE_CLASH &&
           XPCI_BUS(bridge->sbdf) < bridge->secondary &&
           bridge->secondary <= bridge->subordinate;
}

/* `inner` sits in the range of `outer`, and its own range ends in there. */
static bool nests(const struct xpci_device_info *inner,
                  const struct xpci_device_info *outer)
{
    return outer->secondary <= XPCI_BUS(inner->sbdf) &&
           XPCI_BUS(inner->sbdf) <= outer->subordinate &&
           inner->subordinate <= outer->subordinate;
}

/* docs/rules.md: they share a bus, and neither nests in the other. */
static bool clash(const struct xpci_device_info *a,
                  const struct xpci_device_info *b)
{
    return a->sbdf != b->sbdf && can_clash(b) &&
           a->secondary <= b->subordinate && b->secondary <= a->subordinate &&
           !nests(a, b) && !nests(b, a);
}

/*
 * To count the bridges that clash with one, it need not be compared with all
 * others: below[x][y] bridges have a bus number below x (the bus that they
 * are on, or their secondary bus), and a subordinate bus below y.
 */
#define BUSES 256U

struct bus_counts {
    uint32_t below[BUSES + 1][BUSES + 1];
};

struct clashes {
    const struct xpci_device_info *first, *end; /* of the segment */
    struct bus_counts by_bus;                   /* the bus a bridge is on */
    struct bus_counts by_secondary;
};

static void counts_add_up(struct bus_counts *counts)
{
    unsigned int x, y;

    for ( x = 1; x <= BUSES; x++ )
        for ( y = 1; y <= BUSES; y++ )
            counts->below[x][y] += counts->below[x - 1][y] +
                                   counts->below[x][y - 1] -
                                   counts->below[x - 1][y - 1];
}

/* Bridges whose two numbers are in these ranges. */
static uint32_t count_box(const struct bus_counts *counts, unsigned int first,
                          unsigned int last, unsigned int subordinate_first,
                          unsigned int subordinate_last)
{
    return counts->below[last + 1][subordinate_last + 1] -
           counts->below[first][subordinate_last + 1] -
           counts->below[last + 1][subordinate_first] +
           counts->below[first][subordinate_first];
}

/* Count the bridges in the segment of `member`. */
static void clashes_fill(struct clashes *clashes,
                         const struct xpci_snapshot *snapshot,
                         const struct xpci_device_info *member)
{
    const struct xpci_device_info *end =
        snapshot->devices + snapshot->device_count;
    uint16_t segment = XPCI_SEGMENT(member->sbdf);
    const struct xpci_device_info *bridge = member;

    memset(clashes, 0, sizeof(*clashes));
    while ( bridge > snapshot->devices &&
            XPCI_SEGMENT(bridge[-1].sbdf) == segment )
        bridge--;
    clashes->first = bridge;
    for ( ; bridge < end && XPCI_SEGMENT(bridge->sbdf) == segment; bridge++ )
    {
        if ( !can_clash(bridge) )
            continue;
        clashes->by_bus
            .below[XPCI_BUS(bridge->sbdf) + 1U][bridge->subordinate + 1U]++;
        clashes->by_secondary
            .below[bridge->secondary + 1U][bridge->subordinate + 1U]++;
    }
    clashes->end = bridge;
    counts_add_up(&clashes->by_bus);
    counts_add_up(&clashes->by_secondary);
}

static uint32_t count_clashes(const struct clashes *clashes,
                              const struct xpci_device_info *bridge)
{
    unsigned int bus = XPCI_BUS(bridge->sbdf), secondary = bridge->secondary;
    unsigned int subordinate = bridge->subordinate, last = BUSES - 1;
    uint32_t overlapping =
        count_box(&clashes->by_secondary, 0, subordinate, secondary, last);
    uint32_t around =
        count_box(&clashes->by_secondary, 0, bus, subordinate, last);
    uint32_t inside =
        count_box(&clashes->by_bus, secondary, subordinate, 0, subordinate);

    /* It overlaps with itself, and does not nest in itself. */
    return overlapping - around - inside - 1;
}

static int name_conflict(const struct clashes *clashes,
                         const struct xpci_device_info *bridge,
                         struct xpci_snapshot_problem *problem)
{
    uint32_t count = count_clashes(clashes, bridge);
    char sbdf[XPCI_SBDF_LENGTH], others[XPCI_SBDF_LENGTH], more[32] = "";
    const struct xpci_device_info *other = clashes->first;
    char *text;

    while ( other < clashes->end && !clash(bridge, other) )
        other++;
    /* The other one can be a bridge only, and no device. */
    if ( other == clashes->end )
        return 0;
    if ( count > 1 )
        snprintf(more, sizeof(more), " and %u more", count - 1);
    if ( asprintf(&text,
                  "the buses %02x-%02x of bridge %s clash with %02x-%02x of "
                  "bridge %s%s; report both again once their bus numbers are "
                  "right",
                  bridge->secondary, bridge->subordinate,
                  xpci_sbdf_format(sbdf, bridge->sbdf), other->secondary,
                  other->subordinate, xpci_sbdf_format(others, other->sbdf),
                  more) < 0 )
        return -ENOMEM;
    free(problem->text);
    problem->text = text;

    return 0;
}

int xpci_snapshot_name_conflicts(struct xpci_snapshot *snapshot)
{
    struct clashes *clashes = NULL;
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < snapshot->problem_count; i++ )
    {
        struct xpci_snapshot_problem *problem = &snapshot->problems[i];
        const struct xpci_device_info *bridge = NULL;
        bool is_new;

        if ( problem->kind == XPCI_PROBLEM_CONFLICT && problem->has_sbdf )
            bridge = xpci_snapshot_device(snapshot, problem->sbdf);
        if ( !bridge || !can_clash(bridge) )
            continue;
        is_new = !clashes;
        if ( is_new )
            clashes = malloc(sizeof(*clashes));
        if ( !clashes )
            return -ENOMEM;
        if ( is_new || bridge < clashes->first || bridge >= clashes->end )
            clashes_fill(clashes, snapshot, bridge);
        rc = name_conflict(clashes, bridge, problem);
    }
    free(clashes);

    return rc;
}

#define BUS_WORDS "bus %02x"
#define BUS_WORDS_LENGTH 6U

/* Where the text names the problem's bus, or NULL. */
static const char *find_bus(const struct xpci_snapshot_problem *problem)
{
    char words[BUS_WORDS_LENGTH + 1];

    snprintf(words, sizeof(words), BUS_WORDS, problem->bus);

    return problem->has_bus ? strstr(problem->text, words) : NULL;
}

/* The same, but for the bus. */
static bool is_alike(const struct xpci_snapshot_problem *a,
                     const struct xpci_snapshot_problem *b)
{
    const char *in_a = find_bus(a), *in_b = find_bus(b);

    return in_a && in_b && a->kind == b->kind && a->segment == b->segment &&
           a->has_sbdf == b->has_sbdf && a->sbdf == b->sbdf &&
           in_a - a->text == in_b - b->text &&
           !memcmp(a->text, b->text, (size_t)(in_a - a->text)) &&
           !strcmp(in_a + BUS_WORDS_LENGTH, in_b + BUS_WORDS_LENGTH);
}

/* Mark the same problem of the next buses as told; the last such bus. */
static uint8_t take_run(const struct xpci_snapshot *snapshot, size_t first,
                        bool *told)
{
    const struct xpci_snapshot_problem *problem = &snapshot->problems[first];
    unsigned int last = problem->bus;
    size_t i;

    if ( !find_bus(problem) )
        return problem->bus;
    for ( i = first + 1; i < snapshot->problem_count; i++ )
    {
        const struct xpci_snapshot_problem *next = &snapshot->problems[i];

        /* Problems are sorted by bus. */
        if ( next->segment != problem->segment || next->bus > last + 1 )
            break;
        if ( told[i] || next->bus != last + 1 || !is_alike(problem, next) )
            continue;
        told[i] = true;
        last = next->bus;
    }

    return (uint8_t)last;
}

static int tell_run(const struct xpci_snapshot_problem *problem, uint8_t last,
                    xpci_problem_told *tell, void *data)
{
    const char *at = find_bus(problem);
    char *text;

    if ( asprintf(&text, "%.*seach of the buses %02x-%02x%s",
                  (int)(at - problem->text), problem->text, problem->bus, last,
                  at + BUS_WORDS_LENGTH) < 0 )
        return -ENOMEM;
    tell(data, problem, last, text);
    free(text);

    return 0;
}

int xpci_snapshot_tell_problems(const struct xpci_snapshot *snapshot,
                                xpci_problem_told *tell, void *data)
{
    bool *told = calloc(snapshot->problem_count + 1, sizeof(*told));
    size_t i;
    int rc = 0;

    if ( !told )
        return -ENOMEM;
    for ( i = 0; !rc && i < snapshot->problem_count; i++ )
    {
        const struct xpci_snapshot_problem *problem = &snapshot->problems[i];
        uint8_t last;

        if ( told[i] )
            continue;
        last = take_run(snapshot, i, told);
        if ( last == problem->bus )
            tell(data, problem, last, problem->text);
        else
            rc = tell_run(problem, last, tell, data);
    }
    free(told);

    return rc;
}

/* 0, -ENOMEM, or -EAGAIN: begin again. */
static int take_devices(struct xpci_snapshot *snapshot, const struct xpci *xpci,
                        struct xpci_walk *walk)
{
    /* Tables that only describe a machine have no domains. */
    bool knows_owners = snapshot->source == XPCI_SOURCE_EMBEDDED ||
                        snapshot->source == XPCI_SOURCE_XEN_MODULE;
    struct xpci_device_info page[PAGE_DEVICES];

    while ( !walk->done )
    {
        int i, rc = 0;
        int count = xpci_walk_devices(xpci, walk, page, PAGE_DEVICES);

        if ( count < 0 )
            return count;
        for ( i = 0; i < count; i++ )
        {
            if ( !knows_owners )
                page[i].owner = XPCI_OWNER_UNKNOWN;
            /* Nobody owns what is bridge-only: its buses say that it is. */
            if ( !(page[i].flags & XPCI_BRIDGE_ONLY) )
                rc = xpci_snapshot_add_device(snapshot, &page[i]);
            if ( !rc )
                rc = xpci_snapshot_add_problem_of(snapshot, &page[i]);
            if ( rc )
                return rc;
        }
    }

    return 0;
}

static int take_buses(struct xpci_snapshot *snapshot, const struct xpci *xpci,
                      struct xpci_walk *walk)
{
    struct xpci_bus_info page[PAGE_BUSES];

    while ( !walk->done )
    {
        int i, rc;
        int count = xpci_walk_buses(xpci, walk, page, PAGE_BUSES);

        if ( count < 0 )
            return count;
        for ( i = 0; i < count; i++ )
        {
            rc = xpci_snapshot_add_bus(snapshot, &page[i]);
            if ( rc )
                return rc;
        }
    }

    return 0;
}

static int take_once(struct xpci_snapshot *snapshot, const struct xpci *xpci)
{
    struct xpci_walk devices = { 0 }, buses = { 0 };
    int rc = take_devices(snapshot, xpci, &devices);

    if ( !rc )
        rc = take_buses(snapshot, xpci, &buses);
    if ( !rc && buses.generation != devices.generation )
        rc = -EAGAIN;
    snapshot->generation = devices.generation;

    return rc;
}

int xpci_snapshot_take(struct xpci_snapshot *snapshot, const struct xpci *xpci,
                       enum xpci_source source)
{
    int rc;

    do
    {
        xpci_snapshot_dispose(snapshot);
        snapshot->source = source;
        rc = take_once(snapshot, xpci);
    } while ( rc == -EAGAIN );

    xpci_snapshot_sort(snapshot);
    if ( !rc )
        rc = xpci_snapshot_name_conflicts(snapshot);
    if ( rc )
        xpci_snapshot_dispose(snapshot);
    snapshot->source = source;

    return rc;
}
