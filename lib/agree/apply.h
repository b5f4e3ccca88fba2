/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carrying out a plan, step by step, each confirmed by the hypervisor.
 */
#ifndef LIB_AGREE_APPLY_H
#define LIB_AGREE_APPLY_H

#include "hypervisor/backend.h"
#include "plan.h"

enum apply_outcome {
    APPLY_PENDING,
    APPLY_DONE,
    APPLY_FAILED,  /* the hypervisor said no: `rc` */
    APPLY_SKIPPED, /* it hangs on a step that was not done: `because` */
    APPLY_STOPPED, /* the hypervisor takes no such calls from here at all */
};

struct apply_result {
    enum apply_outcome outcome;
    int rc;
    uint32_t because; /* SBDF of the step that it hangs on */
};

/* Told of each step once, in order, when its outcome is known. */
typedef void apply_told(void *data, const struct plan_step *step,
                        const struct apply_result *result);

/*
 * Make the steps of `plan`, in order.  A step that fails takes with it the
 * steps that hang on it, and no others; -EPERM and -ENOSYS stop the plan.
 *
 * 0: every step was done or has an outcome that `told` (may be NULL) heard
 * of, `*undone` (may be NULL) of them not done; -EPERM, -ENOSYS: stopped;
 * -ENOMEM: nothing was done.
 */
int __must_check apply_plan(const struct plan *plan, struct backend *backend,
                            apply_told *told, void *data, size_t *undone);

#endif /* LIB_AGREE_APPLY_H */
