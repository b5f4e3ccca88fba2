/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a trial looks at while an event is carried out, and after it.
 */
#ifndef TESTS_MODEL_TRIAL_CHECK_H
#define TESTS_MODEL_TRIAL_CHECK_H

#include "trial.h"

/* Say what is wrong; the first complaint about an event counts.  False. */
bool __attribute__((format(printf, 2, 3)))
trial_complain(struct trial *trial, const char *format, ...);

/* What the naive model says of each bus's upstream bridge. */
void trial_ask_naive(const struct naive *naive, uint16_t segment,
                     struct trial_buses *buses);

/* What the host calls; `data` is the trial. */
void trial_on_remove(void *data, uint32_t sbdf);
void trial_on_displaced(void *data, uint32_t sbdf, bool away);
void trial_on_remap(void *data, uint16_t segment);

/* After an event that both have carried out. */
void trial_check(struct trial *trial, const struct event *event);

#endif /* TESTS_MODEL_TRIAL_CHECK_H */
