/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "apply.h"

static int make_step(const struct plan_step *step, struct backend *backend)
{
    int rc;

    if ( step->action != PLAN_REMOVE )
        return backend->ops->add(backend, step->sbdf, &step->report);

    rc = backend->ops->remove(backend, step->sbdf);

    /*
     * It left together with something else, or was bridge-only: what was
     * wanted is so.
     */
    return rc == -ENODEV ? 0 : rc;
}

/* No step will do better. */
static bool stops_everything(int rc)
{
    return rc == -EPERM || rc == -ENOSYS;
}

/* A step that has to be done first was not; `*because` is its index. */
static bool must_skip(const struct plan_step *step,
                      const struct apply_result *results, uint32_t index,
                      uint32_t *because)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(step->after); i++ )
    {
        *because = step->after[i];
        /* Tables that go round can name a step that comes later. */
        if ( *because < index && results[*because].outcome != APPLY_DONE )
            return true;
    }

    return false;
}

/* What hangs on this step is skipped before its turn comes. */
static void skip_dependants(const struct plan *plan,
                            struct apply_result *results, uint32_t index)
{
    const struct plan_step *step = &plan->steps[index];
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(step->before); i++ )
    {
        uint32_t later = step->before[i];

        if ( later == PLAN_NO_STEP || later <= index )
            continue;
        results[later].outcome = APPLY_SKIPPED;
        results[later].because = step->sbdf;
    }
}

static void settle_step(const struct plan *plan, struct backend *backend,
                        struct apply_result *results, uint32_t index)
{
    const struct plan_step *step = &plan->steps[index];
    struct apply_result *result = &results[index];
    uint32_t because;

    if ( result->outcome == APPLY_SKIPPED )
        goto out;
    if ( must_skip(step, results, index, &because) )
    {
        result->outcome = APPLY_SKIPPED;
        result->because = plan->steps[because].sbdf;
        goto out;
    }
    result->rc = make_step(step, backend);
    result->outcome = result->rc ? APPLY_FAILED : APPLY_DONE;

out:
    if ( result->outcome != APPLY_DONE )
        skip_dependants(plan, results, index);
}

int apply_plan(const struct plan *plan, struct backend *backend,
               apply_told *told, void *data, size_t *undone)
{
    struct apply_result *results;
    size_t missed = 0;
    uint32_t i;
    int rc = 0;

    if ( undone )
        *undone = 0;
    if ( !plan->step_count )
        return 0;
    results = calloc(plan->step_count, sizeof(*results));
    if ( !results )
        return -ENOMEM;

    for ( i = 0; i < plan->step_count; i++ )
    {
        if ( rc )
            results[i].outcome = APPLY_STOPPED;
        else
            settle_step(plan, backend, results, i);
        if ( !rc && stops_everything(results[i].rc) )
            rc = results[i].rc;
        missed += results[i].outcome != APPLY_DONE;
        if ( told )
            told(data, &plan->steps[i], &results[i]);
    }
    free(results);
    if ( undone )
        *undone = missed;

    return rc;
}
