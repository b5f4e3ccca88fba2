/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random places, things and events, for the parts of a story.
 */
#ifndef TESTS_MODEL_TELL_H
#define TESTS_MODEL_TELL_H

#include "stories.h"

uint16_t random_segment(struct rng *rng);
uint8_t random_devfn(struct rng *rng);
/* Mostly where something is. */
uint32_t some_sbdf(struct rng *rng, const struct world *world);

struct world_function random_function(struct rng *rng, uint32_t sbdf);
/* A bridge's bus numbers: mostly possible ones. */
void random_numbers(struct rng *rng, struct world_function *function);

void tell_config(struct story *story, const struct world_function *function);
struct event *tell(struct story *story, struct rng *rng, enum event_kind kind,
                   uint32_t sbdf);
void tell_add(struct story *story, struct rng *rng, uint32_t sbdf);
void tell_add_vf(struct story *story, struct rng *rng, uint32_t sbdf,
                 uint32_t physfn);
/* Few domains, so that they have several devices. */
void tell_toolstack(struct story *story, struct rng *rng, enum event_kind kind,
                    uint32_t sbdf);
void tell_unrest(struct story *story, struct rng *rng, uint32_t sbdf);
/* One event of any kind. */
void tell_anything(struct story *story, struct rng *rng,
                   const struct world *world);

#endif /* TESTS_MODEL_TELL_H */
