/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the agent says to people: plans, outcomes, the state, in words.
 */
#ifndef LIB_AGREE_REPORT_H
#define LIB_AGREE_REPORT_H

#include <stdio.h>

#include "apply.h"

/* A line for each step: what and why. */
void report_plan(FILE *out, const struct plan *plan);

/* A line for each difference that stays: where and why. */
void report_left(FILE *out, const struct plan *plan);

/* apply_told: a line for a step and what came of it; `data` is a FILE. */
void report_outcome(void *data, const struct plan_step *step,
                    const struct apply_result *result);

/* What is odd about the machine itself, and known to both sides. */
void report_problems(FILE *out, const struct xpci_snapshot *snapshot);

/*
 * The last line: "in agreement: ..." or "needs attention: ...", by the
 * plan that would be made now.
 */
void report_state(FILE *out, const struct plan *plan,
                  const struct xpci_snapshot *hypervisor);

/* A negative errno value in words, with its name where it has one. */
const char *report_error(int rc, char *text, size_t size);

#endif /* LIB_AGREE_REPORT_H */
