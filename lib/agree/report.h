/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the agent says to people: plans, outcomes, the state, in words.
 */
#ifndef LIB_AGREE_REPORT_H
#define LIB_AGREE_REPORT_H

#include <stdio.h>

#include "agree.h"

/* A line for each step: what and why. */
void report_plan(FILE *out, const struct plan *plan);

/* A line for each difference that stays: where and why. */
void report_left(FILE *out, const struct plan *plan);

/* A line for a step and what came of it. */
void report_outcome(FILE *out, const struct plan_step *step,
                    const struct agree_result *result);

/* A line for each function that dom0 lists and cannot describe. */
void report_silent(FILE *out, const struct view *dom0);

/* What is odd about the machine itself, and known to both sides. */
void report_problems(FILE *out, const struct xpci_snapshot *snapshot);

/*
 * The last line: "in agreement: ..." or "needs attention: ...", by the
 * plan that would be made now; before it, why a view is taken for broken.
 */
void report_state(FILE *out, const struct plan *plan,
                  const struct xpci_snapshot *hypervisor);

/* Why plan->shrunken is set, in a sentence without its full stop. */
#define REPORT_SHRUNKEN_LENGTH 256
const char *report_shrunken(char *text, const struct plan *plan);

/* A negative errno value in words, with its name where it has one. */
const char *report_error(int rc, char *text, size_t size);

#endif /* LIB_AGREE_REPORT_H */
