/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock that pauses and deadlines are measured by.
 */
#ifndef XEN_PCID_CLOCK_H
#define XEN_PCID_CLOCK_H

#include <time.h>

#include <xen-pci/env.h>

/* Milliseconds of the monotonic clock, which nobody sets back. */
static inline uint64_t clock_now(void)
{
    struct timespec now;

    /* Linux always has this clock. */
    if ( clock_gettime(CLOCK_MONOTONIC, &now) )
        return 0;

    return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* A time of that clock for the pthread calls that take one. */
static inline struct timespec clock_timespec(uint64_t at)
{
    return (struct timespec){ .tv_sec = at / 1000,
                              .tv_nsec = (long)(at % 1000) * 1000000 };
}

#endif /* XEN_PCID_CLOCK_H */
