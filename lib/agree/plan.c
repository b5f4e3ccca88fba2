/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

/* Room for one more in an array that grows by doubling; NULL: no memory. */
static void *grow(void *array, size_t count, size_t *room, size_t size)
{
    size_t more = *room ? *room * 2 : 16;
    void *bigger;

    if ( count < *room )
        return array;
    bigger = realloc(array, more * size);
    if ( bigger )
        *room = more;

    return bigger;
}

struct plan_step *plan_append(struct plan *plan, enum plan_action action,
                              enum plan_phase phase,
                              const struct xpci_device_info *info,
                              const struct xpci_snapshot *snapshot)
{
    struct plan_step *steps =
        grow(plan->steps, plan->step_count, &plan->step_room, sizeof(*steps));
    struct plan_step *step;

    if ( !steps )
        return NULL;
    plan->steps = steps;
    step = &steps[plan->step_count++];
    *step = (struct plan_step){
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
    if ( step->is_virtfn )
    {
        step->report.physfn_bus = XPCI_BUS(info->physfn);
        step->report.physfn_devfn = XPCI_DEVFN(info->physfn);
    }

    return step;
}

int plan_leave(struct plan *plan, uint32_t sbdf, const char *format, ...)
{
    struct plan_left *left =
        grow(plan->left, plan->left_count, &plan->left_room, sizeof(*left));
    va_list arguments;

    if ( !left )
        return -ENOMEM;
    plan->left = left;
    left += plan->left_count++;
    left->sbdf = sbdf;
    va_start(arguments, format);
    vsnprintf(left->why, sizeof(left->why), format, arguments);
    va_end(arguments);

    return 0;
}

static int compare_left(const void *first, const void *second)
{
    const struct plan_left *a = first, *b = second;

    return a->sbdf < b->sbdf ? -1 : a->sbdf > b->sbdf;
}

/* An audit: what would be done is what is left. */
static int leave_all(struct plan *plan)
{
    size_t i;
    int rc;

    for ( i = 0; i < plan->step_count; i++ )
    {
        const struct plan_step *step = &plan->steps[i];

        if ( step->phase == PLAN_PHASE_RESCUE )
            continue;
        rc = plan_leave(plan, step->sbdf, "%s (%s; not with --repair=none)",
                        step->why, plan_action_name(step->action));
        if ( rc )
            return rc;
    }
    plan->step_count = 0;

    return 0;
}

int plan_make(struct plan *plan, const struct plan_input *input)
{
    int rc = input->module ? plan_module(plan, input) : plan_stock(plan, input);

    if ( rc )
        return rc;
    if ( input->repair == PLAN_REPAIR_NONE )
    {
        rc = leave_all(plan);
        if ( rc )
            return rc;
    }
    if ( plan->left_count )
        qsort(plan->left, plan->left_count, sizeof(*plan->left), compare_left);

    return plan_order(plan, input);
}

bool plan_is_agreement(const struct plan *plan)
{
    return !plan->step_count && !plan->left_count;
}
