/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What follows from the naive model's records: for the model itself.
 */
#ifndef TESTS_MODEL_NAIVE_RULES_H
#define TESTS_MODEL_NAIVE_RULES_H

#include "naive.h"

static inline uint16_t segment_of(const struct naive_device *device)
{
    return (uint16_t)(device->sbdf >> 16);
}

static inline uint8_t bus_of(const struct naive_device *device)
{
    return (uint8_t)(device->sbdf >> 8);
}

struct naive_device *naive_record(const struct naive *naive, uint32_t sbdf);
struct naive_device *naive_leads_to(const struct naive *naive, uint16_t segment,
                                    uint8_t bus);
bool naive_covers(const struct naive_device *device, uint8_t bus);
bool naive_clash(const struct naive_device *a, const struct naive_device *b);
/* Does the way from `bus` up pass `bridge`, in the same segment? */
bool naive_is_behind(const struct naive *naive, uint8_t bus,
                     const struct naive_device *bridge);

#endif /* TESTS_MODEL_NAIVE_RULES_H */
