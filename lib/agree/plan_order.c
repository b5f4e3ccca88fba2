/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The order of the steps, and which hangs on which.  A device has at most
 * one step.
 */
#include <stdlib.h>

#include "plan_parts.h"

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

/* Where the step for an SBDF is. */
struct place {
    uint32_t sbdf;
    uint32_t index;
};

struct places {
    struct place *place;
    size_t count;
};

static int compare_places(const void *first, const void *second)
{
    const struct place *a = first, *b = second;

    return compare_numbers(a->sbdf, b->sbdf);
}

static uint32_t step_of(const struct places *places, uint32_t sbdf)
{
    struct place key = { .sbdf = sbdf };
    const struct place *found = bsearch(&key, places->place, places->count,
                                        sizeof(key), compare_places);

    return found ? found->index : PLAN_NO_STEP;
}

/* The device on record leaves the tables by this step. */
static bool leaves(const struct plan_step *step)
{
    return step->action == PLAN_REMOVE || step->action == PLAN_ADD;
}

/*
 * The step of the first bridge on the way up that has one; with `leaving`,
 * one by which the bridge leaves the tables.
 */
static uint32_t step_above(const struct plan *plan, const struct places *places,
                           const struct xpci_snapshot *snapshot, uint32_t sbdf,
                           bool leaving)
{
    uint32_t at = sbdf, index;
    unsigned int level;

    for ( level = 0; level < PLAN_MAX_DEPTH; level++ )
    {
        if ( !plan_above(snapshot, at, &at) )
            break;
        index = step_of(places, at);
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
                      const struct places *places,
                      const struct xpci_snapshot *hypervisor)
{
    const struct xpci_device_info *recorded =
        xpci_snapshot_device(hypervisor, step->sbdf);

    step->before[0] = step_above(plan, places, hypervisor, step->sbdf, true);
    if ( recorded && (recorded->flags & XPCI_VIRTFN) )
        step->before[1] = step_of(places, recorded->physfn);
}

static void wait_for(struct plan *plan, struct plan_step *step,
                     const struct places *places,
                     const struct xpci_snapshot *dom0)
{
    step->after[0] = step_above(plan, places, dom0, step->sbdf, false);
    if ( step->is_virtfn )
        step->after[1] = step_of(places, XPCI_SBDF(XPCI_SEGMENT(step->sbdf),
                                                   step->report.physfn_bus,
                                                   step->report.physfn_devfn));
}

int plan_order(struct plan *plan, const struct plan_input *input)
{
    struct places places = { .count = plan->step_count };
    uint32_t i;

    if ( !plan->step_count )
        return 0;
    qsort(plan->steps, plan->step_count, sizeof(*plan->steps), compare_steps);

    places.place = calloc(places.count, sizeof(*places.place));
    if ( !places.place )
        return -ENOMEM;
    for ( i = 0; i < places.count; i++ )
        places.place[i] = (struct place){ plan->steps[i].sbdf, i };
    qsort(places.place, places.count, sizeof(*places.place), compare_places);

    for ( i = 0; i < plan->step_count; i++ )
    {
        if ( plan->steps[i].phase == PLAN_PHASE_ADD )
            wait_for(plan, &plan->steps[i], &places, input->dom0);
        else
            hold_back(plan, &plan->steps[i], &places, input->hypervisor);
    }
    free(places.place);

    return 0;
}
