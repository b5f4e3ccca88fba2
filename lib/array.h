/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arrays that grow by one element at a time.
 */
#ifndef LIB_ARRAY_H
#define LIB_ARRAY_H

#include <stdlib.h>

#define ARRAY_FIRST_ROOM 64U

/*
 * Make room for one more element than the `count` that `array` has: the array
 * doubles when `count` reaches a power of two, so nobody keeps its room.
 * NULL: no memory, and `array` stays as it is.
 */
static inline void *array_grow(void *array, size_t count, size_t size)
{
    if ( count && (count < ARRAY_FIRST_ROOM || (count & (count - 1))) )
        return array;

    return reallocarray(array, count ? 2 * count : ARRAY_FIRST_ROOM, size);
}

/* Append `element` to `array`, and count it: true, or false: no memory. */
#define ARRAY_APPEND(array, count, element)                            \
    ({                                                                 \
        void *grown_ = array_grow((array), (count), sizeof(*(array))); \
                                                                       \
        if ( grown_ )                                                  \
        {                                                              \
            (array) = grown_;                                          \
            (array)[(count)++] = (element);                            \
        }                                                              \
        grown_ != NULL;                                                \
    })

#endif /* LIB_ARRAY_H */
