/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>

#include <CUnit/CUnit.h>

#include "agree/report.h"
#include "machine.h"
#include "ownership.h"

#define TEXT_ROOM 2048
#define WAYS_ROOM 16

static const struct {
    const char *word;
    enum xpci_type type;
    uint16_t device;
    uint32_t class_code;
} kinds[] = {
    { "host", XPCI_TYPE_HOST_BRIDGE, 1, 0x060000 },
    { "port", XPCI_TYPE_ROOT_PORT, 2, 0x060400 },
    { "p2p", XPCI_TYPE_PCIE_TO_PCI_BRIDGE, 3, 0x060400 },
    { "pci2", XPCI_TYPE_PCI_BRIDGE, 2, 0x060400 },
    { "pci", XPCI_TYPE_PCI_BRIDGE, 4, 0x060400 },
    { "way", XPCI_TYPE_ROOT_PORT, 2, 0x060400 },
    { "disk", XPCI_TYPE_ENDPOINT, 5, 0x010802 },
    { "card", XPCI_TYPE_ENDPOINT, 6, 0x020000 },
    { "nic", XPCI_TYPE_PCI_DEVICE, 7, 0x020000 },
    { "vf", XPCI_TYPE_ENDPOINT, 0xffff, 0x020000 },
};

static void give_up(const char *what)
{
    fprintf(stderr, "this test's machine cannot be read: \"%s\"\n", what);
    abort();
}

static uint32_t to_sbdf(const char *text)
{
    uint32_t sbdf;

    if ( xpci_sbdf_parse(text, &sbdf) )
        give_up(text);

    return sbdf;
}

static void take_kind(struct xpci_device_info *info, const char *word)
{
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(kinds); i++ )
    {
        if ( strncmp(word, kinds[i].word, strlen(kinds[i].word)) )
            continue;
        info->type = kinds[i].type;
        info->vendor = kinds[i].device == 0xffff ? 0xffff : 0x1234;
        info->device = kinds[i].device;
        info->class_revision = kinds[i].class_code << 8;
        if ( !strncmp(word, "vf=", 3) )
        {
            info->flags |= XPCI_VIRTFN;
            info->physfn = to_sbdf(word + 3);
        }
        if ( !strcmp(word, "way") )
            info->flags |= XPCI_BRIDGE_ONLY;
        return;
    }
    give_up(word);
}

static void take_word(struct xpci_device_info *info, const char *word)
{
    unsigned int secondary, subordinate, node, revision;

    if ( sscanf(word, "%2x-%2x", &secondary, &subordinate) == 2 )
    {
        info->flags |= XPCI_BRIDGE;
        info->header_type = 1;
        info->secondary = secondary;
        info->subordinate = subordinate;
        if ( XPCI_BUS(info->sbdf) < secondary && secondary <= subordinate )
            info->flags |= XPCI_CONFIGURED;
    }
    else if ( !strncmp(word, "owner=", 6) )
    {
        if ( ownership_parse(word + 6, &info->owner) )
            give_up(word);
    }
    else if ( !strcmp(word, "changed") )
        info->flags |= XPCI_CHANGED;
    else if ( !strcmp(word, "displaced") )
        info->flags |= XPCI_DISPLACED;
    else if ( sscanf(word, "rev=%x", &revision) == 1 )
        info->class_revision |= revision;
    else if ( !strcmp(word, "stale") )
        info->flags |= XPCI_STALE;
    else if ( !strcmp(word, "conflict") )
        info->flags |= XPCI_CONFLICT;
    else if ( !strcmp(word, "extfn") )
        info->flags |= XPCI_EXTFN;
    else if ( sscanf(word, "node=%u", &node) == 1 )
        info->node = node;
    else
        give_up(word);
}

/* False: there is only space. */
static bool read_device(struct xpci_device_info *info, char *text)
{
    char *rest, *word = strtok_r(text, " ", &rest);

    if ( !word )
        return false;
    *info = (struct xpci_device_info){ .owner = XPCI_OWNER_UNKNOWN,
                                       .node = XPCI_NO_NODE };
    info->sbdf = to_sbdf(word);
    word = strtok_r(NULL, " ", &rest);
    take_kind(info, word ? word : "");
    while ( (word = strtok_r(NULL, " ", &rest)) )
        take_word(info, word);

    return true;
}

static void add_bus(struct xpci_snapshot *snapshot,
                    const struct xpci_device_info *bridges, size_t count,
                    uint16_t segment, unsigned int bus)
{
    const struct xpci_device_info *best = NULL;
    struct xpci_bus_info info = { .segment = segment, .bus = bus };
    size_t i;

    for ( i = 0; i < count; i++ )
    {
        const struct xpci_device_info *bridge = &bridges[i];

        if ( !(bridge->flags & XPCI_CONFIGURED) ||
             XPCI_SEGMENT(bridge->sbdf) != segment || bridge->secondary > bus ||
             bridge->subordinate < bus )
            continue;
        if ( !best || bridge->secondary > best->secondary )
            best = bridge;
    }
    if ( !best )
        return;
    info.bridge = best->sbdf;
    if ( xpci_snapshot_add_bus(snapshot, &info) )
        abort();
}

void machine_read(struct xpci_snapshot *snapshot, const char *text)
{
    struct xpci_device_info bridges[WAYS_ROOM];
    char copy[TEXT_ROOM], *rest, *device;
    size_t count = 0, i;
    unsigned int bus;

    snprintf(copy, sizeof(copy), "%s", text);
    for ( device = strtok_r(copy, ";", &rest); device;
          device = strtok_r(NULL, ";", &rest) )
    {
        struct xpci_device_info info;

        if ( !read_device(&info, device) )
            continue;
        if ( (info.flags & XPCI_BRIDGE) && count < WAYS_ROOM )
            bridges[count++] = info;
        if ( !(info.flags & XPCI_BRIDGE_ONLY) &&
             xpci_snapshot_add_device(snapshot, &info) )
            abort();
    }
    for ( i = 0; i < count; i++ )
    {
        uint16_t segment = XPCI_SEGMENT(bridges[i].sbdf);
        size_t before;

        for ( before = 0; before < i; before++ )
        {
            if ( XPCI_SEGMENT(bridges[before].sbdf) == segment )
                break;
        }
        for ( bus = 0; before == i && bus < 256; bus++ )
            add_bus(snapshot, bridges, count, segment, bus);
    }
    xpci_snapshot_sort(snapshot);
}

void machine_steps(const struct plan *plan, char *text, size_t size)
{
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i, length = 0;

    text[0] = '\0';
    for ( i = 0; i < plan->step_count && length < size; i++ )
        length +=
            snprintf(text + length, size - length, "%s%s %s", i ? "; " : "",
                     plan_action_name(plan->steps[i].action),
                     xpci_sbdf_format(sbdf, plan->steps[i].sbdf) + 5);
}

void machine_left(const struct plan *plan, char *text, size_t size)
{
    char sbdf[XPCI_SBDF_LENGTH];
    size_t i, length = 0;

    text[0] = '\0';
    for ( i = 0; i < plan->left_count && length < size; i++ )
        length += snprintf(text + length, size - length, "%s%s", i ? " " : "",
                           xpci_sbdf_format(sbdf, plan->left[i].sbdf) + 5);
}

struct once {
    struct agree agree;
    bool dry_run;
    FILE *out;
};

static bool once_start(void *data)
{
    const struct once *once = data;

    return !once->dry_run && !once->agree.undone;
}

static void once_told(void *data, const struct plan_step *step,
                      const struct agree_result *result)
{
    report_outcome(((struct once *)data)->out, step, result);
}

char *machine_once(struct backend *backend, struct config_space *space,
                   const struct view_source *source, enum plan_repair repair,
                   bool dry_run)
{
    static const struct agree_front front = { .start = once_start,
                                              .told = once_told };
    struct once once = { .dry_run = dry_run };
    const struct agree_look *look = &once.agree.look;
    struct xpci_message message = { "" };
    char *text = NULL;
    size_t size;

    once.out = open_memstream(&text, &size);
    agree_init(&once.agree, backend, source, &front, &once);
    once.agree.space = space;
    once.agree.repair = repair;
    once.agree.ask_owners = OWNERS_ALWAYS;
    /* Machines made by chance lose anything. */
    once.agree.force = true;
    CU_ASSERT_EQUAL(agree_run(&once.agree, &message), 0);
    if ( dry_run )
        report_plan(once.out, &look->plan);
    report_left(once.out, &look->plan);
    report_state(once.out, &look->plan, &look->hypervisor);
    fclose(once.out);
    once.agree.space = NULL;
    agree_dispose(&once.agree);

    return text;
}

void machine_set(struct sbdf_set *set, const char *text)
{
    char copy[TEXT_ROOM], *rest, *word;

    snprintf(copy, sizeof(copy), "%s", text ? text : "");
    for ( word = strtok_r(copy, " ", &rest); word;
          word = strtok_r(NULL, " ", &rest) )
    {
        if ( sbdf_set_add(set, to_sbdf(word)) )
            abort();
    }
    sbdf_set_sort(set);
}
