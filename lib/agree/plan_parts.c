/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of a plan: its lists, how a record differs from dom0's view, walks
 * up the tree, and the order of the steps.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "array.h"
#include "plan_parts.h"

void plan_init(struct plan *plan)
{
    *plan = (struct plan){ 0 };
}

void plan_dispose(struct plan *plan)
{
    free(plan->steps);
    free(plan->left);
    plan_init(plan);
}

static const char *const action_names[] = {
    [PLAN_REMOVE] = "remove",
    [PLAN_ADD] = "add",
    [PLAN_REPORT] = "report",
};

const char *plan_action_name(enum plan_action action)
{
    return action_names[action];
}

static const char *const repair_names[] = {
    [PLAN_REPAIR_NONE] = "none",
    [PLAN_REPAIR_SAFE] = "safe",
    [PLAN_REPAIR_ALL] = "all",
};

const char *plan_repair_name(enum plan_repair repair)
{
    return repair_names[repair];
}

int plan_repair_parse(const char *word, enum plan_repair *repair)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(repair_names); i++ )
    {
        if ( strcmp(word, repair_names[i]) )
            continue;
        *repair = i;
        return 0;
    }

    return -EINVAL;
}

bool plan_is_agreement(const struct plan *plan)
{
    return !plan->step_count && !plan->left_count;
}

static void describe(char *text, size_t size,
                     const struct xpci_device_info *info)
{
    char pf[XPCI_SBDF_LENGTH];

    if ( info->flags & XPCI_VIRTFN )
        snprintf(text, size, "VF of %s, class %06x",
                 xpci_sbdf_format(pf, info->physfn), info->class_revision >> 8);
    else
        snprintf(text, size, "%s %04x:%04x, class %06x rev %02x",
                 xpci_type_name(info->type), info->vendor, info->device,
                 info->class_revision >> 8, info->class_revision & 0xffU);
}

static void describe_numbers(char *text, size_t size,
                             const struct xpci_device_info *info)
{
    const char *because = "";

    if ( info->flags & XPCI_STALE )
        because = ", not answering as itself";
    else if ( info->flags & XPCI_CONFLICT )
        because = ", in conflict";
    else if ( !(info->flags & XPCI_CONFIGURED) )
        because = ", not configured";
    snprintf(text, size, "%02x-%02x%s", info->secondary, info->subordinate,
             because);
}

enum plan_difference plan_compare(const struct xpci_device_info *dom0,
                                  const struct xpci_device_info *recorded,
                                  char *why)
{
    unsigned int differs = identity_compare(dom0, recorded);
    char is[72], was[72];

    if ( differs & (IDENTITY_DEVICE | IDENTITY_PHYSFN) )
    {
        describe(is, sizeof(is), dom0);
        describe(was, sizeof(was), recorded);
        snprintf(why, PLAN_WHY_LENGTH,
                 "another device is there: %s; the hypervisor has %s", is, was);
        return PLAN_ANOTHER;
    }
    if ( (dom0->flags & XPCI_BRIDGE) &&
         (differs & (IDENTITY_NUMBERS | IDENTITY_STATE)) )
    {
        describe_numbers(is, sizeof(is), dom0);
        describe_numbers(was, sizeof(was), recorded);
        snprintf(why, PLAN_WHY_LENGTH,
                 "the bridge leads to buses %s; the hypervisor has %s", is,
                 was);
        return PLAN_OUTDATED;
    }
    if ( differs & IDENTITY_EXTFN )
    {
        snprintf(why, PLAN_WHY_LENGTH,
                 "it is %s extended function (ARI); "
                 "the hypervisor has it the other way round",
                 dom0->flags & XPCI_EXTFN ? "an" : "no");
        return PLAN_OUTDATED;
    }
    if ( differs & IDENTITY_REVISION )
    {
        snprintf(why, PLAN_WHY_LENGTH,
                 "its revision is %02x; the hypervisor has %02x",
                 dom0->class_revision & 0xffU,
                 recorded->class_revision & 0xffU);
        return PLAN_OUTDATED;
    }

    return PLAN_SAME;
}

bool plan_above(const struct xpci_snapshot *snapshot, uint32_t sbdf,
                uint32_t *bridge)
{
    const struct xpci_bus_info *bus =
        xpci_snapshot_bus(snapshot, XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf));

    if ( !bus )
        return false;
    *bridge = bus->bridge;

    return true;
}

bool plan_is_behind(const struct xpci_snapshot *snapshot, uint32_t sbdf,
                    uint32_t bridge)
{
    uint32_t at = sbdf;
    unsigned int level;

    for ( level = 0; level < PLAN_MAX_DEPTH; level++ )
    {
        if ( !plan_above(snapshot, at, &at) )
            return false;
        if ( at == bridge )
            return true;
    }

    return false;
}

static uint16_t depth_of(const struct xpci_snapshot *snapshot, uint32_t sbdf)
{
    uint32_t at = sbdf;
    uint16_t depth = 0;

    while ( depth < PLAN_MAX_DEPTH && plan_above(snapshot, at, &at) )
        depth++;

    return depth;
}

struct plan_step *plan_append(struct plan *plan, enum plan_action action,
                              enum plan_phase phase,
                              const struct xpci_device_info *info,
                              const struct xpci_snapshot *snapshot)
{
    struct plan_step step = {
        .action = action,
        .sbdf = info->sbdf,
        .report = { .is_virtfn = info->flags & XPCI_VIRTFN,
                    .is_extfn = info->flags & XPCI_EXTFN,
                    .node = info->node },
        .after = { PLAN_NO_STEP, PLAN_NO_STEP },
        .before = { PLAN_NO_STEP, PLAN_NO_STEP },
        .phase = phase,
        .is_virtfn = info->flags & XPCI_VIRTFN,
        .is_bridge = info->flags & XPCI_BRIDGE,
        .depth = depth_of(snapshot, info->sbdf),
    };

    if ( step.is_virtfn )
    {
        step.report.physfn_bus = XPCI_BUS(info->physfn);
        step.report.physfn_devfn = XPCI_DEVFN(info->physfn);
    }

    return ARRAY_APPEND(plan->steps, plan->step_count, step)
               ? &plan->steps[plan->step_count - 1]
               : NULL;
}

int plan_leave(struct plan *plan, uint32_t sbdf, const char *format, ...)
{
    struct plan_left left = { .sbdf = sbdf };
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(left.why, sizeof(left.why), format, arguments);
    va_end(arguments);

    return ARRAY_APPEND(plan->left, plan->left_count, left) ? 0 : -ENOMEM;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b;
}

/*
 * Removes: VFs first, then the deepest, of one depth bridges last, from high
 * SBDFs to low.  Reports and adds exactly the other way round.
 */
static int compare_steps(const void *first, const void *second)
{
    const struct plan_step *a = first, *b = second;
    int order = compare_numbers(a->phase, b->phase);

    if ( order )
        return order;
    order = compare_numbers(a->is_virtfn, b->is_virtfn);
    if ( !order )
        order = compare_numbers(a->depth, b->depth);
    if ( !order )
        order = compare_numbers(b->is_bridge, a->is_bridge);
    if ( !order )
        order = compare_numbers(a->sbdf, b->sbdf);

    return a->phase == PLAN_PHASE_REMOVE ? -order : order;
}

/* The step for an SBDF; a device has at most one. */
struct step_index {
    uint32_t sbdf;
    uint32_t index;
};

struct step_table {
    struct step_index *entries; /* sorted by SBDF */
    size_t count;
};

static uint32_t step_of(const struct step_table *table, uint32_t sbdf)
{
    const struct step_index *found =
        sorted_find(table->entries, table->count, sizeof(*found), sbdf);

    return found ? found->index : PLAN_NO_STEP;
}

/* The device on record leaves the tables by this step. */
static bool leaves(const struct plan_step *step)
{
    return step->action == PLAN_REMOVE || step->action == PLAN_ADD;
}

/*
 * The step of the first bridge on the walk up that has one; with `leaving`,
 * one by which the bridge leaves the tables.
 */
static uint32_t step_above(const struct plan *plan,
                           const struct step_table *table,
                           const struct xpci_snapshot *snapshot, uint32_t sbdf,
                           bool leaving)
{
    uint32_t at = sbdf, index;
    unsigned int level;

    for ( level = 0; level < PLAN_MAX_DEPTH; level++ )
    {
        if ( !plan_above(snapshot, at, &at) )
            break;
        index = step_of(table, at);
        if ( index != PLAN_NO_STEP &&
             (!leaving || leaves(&plan->steps[index])) )
            return index;
    }

    return PLAN_NO_STEP;
}

/*
 * What the tables have behind a bridge or below a PF that goes is out of the
 * way before; if it is not, the bridge or the PF has to stay.
 */
static void hold_back(struct plan *plan, struct plan_step *step,
                      const struct step_table *table,
                      const struct xpci_snapshot *hypervisor)
{
    const struct xpci_device_info *recorded =
        xpci_snapshot_device(hypervisor, step->sbdf);

    step->before[0] = step_above(plan, table, hypervisor, step->sbdf, true);
    if ( recorded && (recorded->flags & XPCI_VIRTFN) )
        step->before[1] = step_of(table, recorded->physfn);
}

static void wait_for(struct plan *plan, struct plan_step *step,
                     const struct step_table *table,
                     const struct xpci_snapshot *dom0)
{
    step->after[0] = step_above(plan, table, dom0, step->sbdf, false);
    if ( step->is_virtfn )
        step->after[1] = step_of(table, XPCI_SBDF(XPCI_SEGMENT(step->sbdf),
                                                  step->report.physfn_bus,
                                                  step->report.physfn_devfn));
}

int plan_order(struct plan *plan, const struct plan_input *input)
{
    struct step_table table = { .count = plan->step_count };
    uint32_t i;

    if ( !plan->step_count )
        return 0;
    qsort(plan->steps, plan->step_count, sizeof(*plan->steps), compare_steps);

    table.entries = calloc(table.count, sizeof(*table.entries));
    if ( !table.entries )
        return -ENOMEM;
    for ( i = 0; i < table.count; i++ )
        table.entries[i] = (struct step_index){ plan->steps[i].sbdf, i };
    qsort(table.entries, table.count, sizeof(*table.entries), sorted_compare);

    for ( i = 0; i < plan->step_count; i++ )
    {
        if ( plan->steps[i].phase == PLAN_PHASE_ADD )
            wait_for(plan, &plan->steps[i], &table, input->dom0);
        else
            hold_back(plan, &plan->steps[i], &table, input->hypervisor);
    }
    free(table.entries);

    return 0;
}
