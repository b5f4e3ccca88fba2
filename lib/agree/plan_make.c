/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plan as a whole: the differences, the guard against a broken view, and
 * the order.
 */
#include <stdio.h>
#include <stdlib.h>

#include "plan_parts.h"

static int compare_left(const void *first, const void *second)
{
    const struct plan_left *a = first, *b = second;

    return a->sbdf < b->sbdf ? -1 : a->sbdf > b->sbdf;
}

/* Make no step: each is left, with `because` in brackets. */
static int leave_all(struct plan *plan, const char *because)
{
    size_t i;
    int rc;

    for ( i = 0; i < plan->step_count; i++ )
    {
        const struct plan_step *step = &plan->steps[i];

        if ( step->phase == PLAN_PHASE_RESCUE )
            continue;
        rc = plan_leave(plan, step->sbdf, "%s (%s; %s)", step->why,
                        plan_action_name(step->action), because);
        if ( rc )
            return rc;
    }
    plan->step_count = 0;

    return 0;
}

static size_t count_physical(const struct xpci_snapshot *snapshot)
{
    size_t i, count = 0;

    for ( i = 0; i < snapshot->device_count; i++ )
        count += !(snapshot->devices[i].flags & XPCI_VIRTFN);

    return count;
}

static size_t count_listed(const struct plan_input *input)
{
    size_t i, count = count_physical(input->dom0);

    for ( i = 0; i < input->listed->count; i++ )
        count += !xpci_snapshot_device(input->dom0, input->listed->sbdf[i]);

    return count;
}

static bool has_removals(const struct plan *plan)
{
    size_t i;

    for ( i = 0; i < plan->step_count; i++ )
    {
        if ( plan->steps[i].action == PLAN_REMOVE )
            return true;
    }

    return false;
}

/* A view that lost so much is broken: hardware does not leave so. */
static void judge_view(struct plan *plan, const struct plan_input *input)
{
    size_t gone;

    plan->present = count_listed(input);
    plan->known = count_physical(input->hypervisor);
    if ( plan->known < input->known_before )
        plan->known = input->known_before;
    if ( input->force || plan->present >= plan->known || !has_removals(plan) )
        return;
    gone = plan->known - plan->present;
    plan->shrunken =
        gone > PLAN_GONE_FEW && gone > plan->known / PLAN_GONE_SHARE;
}

/* Whose it is what the hypervisor has there. */
static uint16_t owner_of(const struct plan_input *input, uint32_t sbdf)
{
    const struct xpci_device_info *recorded =
        xpci_snapshot_device(input->hypervisor, sbdf);

    return recorded ? recorded->owner : XPCI_OWNER_UNKNOWN;
}

static void name_owners(struct plan *plan, const struct plan_input *input)
{
    size_t i;

    for ( i = 0; i < plan->step_count; i++ )
        plan->steps[i].owner = owner_of(input, plan->steps[i].sbdf);
    for ( i = 0; i < plan->left_count; i++ )
        plan->left[i].owner = owner_of(input, plan->left[i].sbdf);
}

int plan_make(struct plan *plan, const struct plan_input *input)
{
    int rc = input->module ? plan_module(plan, input) : plan_stock(plan, input);

    if ( rc )
        return rc;
    judge_view(plan, input);
    if ( input->repair == PLAN_REPAIR_NONE )
        rc = leave_all(plan, "not with --repair=none");
    else if ( plan->shrunken )
        rc = leave_all(plan, "not without --force");
    if ( rc )
        return rc;
    name_owners(plan, input);
    if ( plan->left_count )
        qsort(plan->left, plan->left_count, sizeof(*plan->left), compare_left);

    return plan_order(plan, input);
}
