/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_MODEL_GROW_H
#define TESTS_MODEL_GROW_H

#include <stddef.h>

/*
 * An array with room for `needed` elements of `size` bytes, `*room` of which
 * it has now.  Ends the program where there is no memory.
 */
void *grow(void *array, size_t needed, size_t *room, size_t size);

#endif /* TESTS_MODEL_GROW_H */
