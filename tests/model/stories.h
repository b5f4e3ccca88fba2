/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random events, singly and in stories: a hot-added bridge that is programmed
 * later, a renumbering, a PF and its VFs, a switch, a subtree that vanishes.
 */
#ifndef TESTS_MODEL_STORIES_H
#define TESTS_MODEL_STORIES_H

#include "event.h"

struct rng {
    uint64_t state;
};

uint32_t rng_next(struct rng *rng);
/* 0 to `below` - 1. */
uint32_t rng_below(struct rng *rng, uint32_t below);
/* True once in `n` times. */
bool rng_once_in(struct rng *rng, uint32_t n);

/* The longest story. */
#define STORY_EVENTS 256

struct story {
    struct event events[STORY_EVENTS];
    size_t count;
};

/* The next story, for a machine whose config space reads as `world` now. */
void story_make(struct story *story, struct rng *rng,
                const struct world *world);

#endif /* TESTS_MODEL_STORIES_H */
