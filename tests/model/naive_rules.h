/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the naive model: what follows from its records, what config
 * space says, which way leads where.  For the model itself.
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

#define for_each_device(naive, each)     \
    for ( (each) = (naive)->now.devices; \
          (each) < (naive)->now.devices + (naive)->now.count; (each)++ )

/* --- naive_rules.c: what follows from the records ----------------------- */

struct naive_device *naive_record(const struct naive *naive, uint32_t sbdf);
struct naive_device *naive_leads_to(const struct naive *naive, uint16_t segment,
                                    uint8_t bus);
/* The same for all buses. */
void naive_leaders(const struct naive *naive, uint16_t segment,
                   const struct naive_device *leaders[256]);
bool naive_covers(const struct naive_device *device, uint8_t bus);
/* Does `a` lead to `bus` rather than `b`, where both cover it? */
bool naive_is_better(const struct naive_device *a, const struct naive_device *b,
                     uint8_t bus);
bool naive_clash(const struct naive_device *a, const struct naive_device *b);
/* Does the way from `bus` up pass `bridge`, in the same segment? */
bool naive_is_behind(const struct naive *naive, uint8_t bus,
                     const struct naive_device *bridge);
struct naive_segment *naive_segment(struct naive *naive, uint16_t number);

/* --- naive_look.c: what config space says ------------------------------- */

/* One dword, read once more. */
uint32_t naive_dword(struct naive *naive, uint32_t sbdf, unsigned int offset);
/* All that a function says of itself; false: it does not answer. */
bool naive_identify(struct naive *naive, uint32_t sbdf,
                    struct naive_device *seen);
/* The same again: 0, -ENODEV or -EAGAIN. */
int naive_identify_again(struct naive *naive, const struct naive_device *seen);
bool naive_answers(struct naive *naive, const struct naive_device *device);

enum naive_answer {
    NAIVE_SAME,
    NAIVE_OTHER,
    NAIVE_SILENT
};
/* Read a bridge again, as far as it is one; its numbers where it is. */
enum naive_answer naive_reread(struct naive *naive, struct naive_device *device,
                               uint8_t numbers[3]);
/* Does it still say so? */
bool naive_still(struct naive *naive, const struct naive_device *device);

/* --- naive_refresh.c: reading bridges again ----------------------------- */

void naive_settle(struct naive *naive);
void naive_refresh(struct naive *naive, uint16_t segment, uint8_t from);
/* The same for a device that may be a VF. */
void naive_refresh_for(struct naive *naive, uint32_t sbdf, bool virtfn,
                       uint32_t physfn);
void naive_visit(struct naive *naive, struct naive_device *device);
/* Is any bridge different from what it was before the operation? */
bool naive_is_touched(const struct naive *naive);
bool naive_bridges_confirmed(struct naive *naive, uint32_t reported);

/* --- naive_ways.c: which way leads where -------------------------------- */

/* The way to each bus of a segment, down from the root. */
struct naive_ways {
    /* The bridge, if it is more than a range, or kept; NULL: a root bus. */
    const struct naive_device *from[256];
    bool kept[256];
    int path[256];
};
void naive_ways(struct naive *naive, uint16_t segment, struct naive_ways *ways);
/* The stable path of a device, on these ways. */
int naive_path(struct naive *naive, const struct naive_ways *ways,
               const struct naive_device *device);
/* Would it be displaced, its way having been what it was before? */
bool naive_moves(struct naive *naive, const struct naive_device *device);
/* Is the place that it has now nobody else's, and was it not? */
bool naive_is_free(struct naive *naive, const struct naive_device *device);
/* Can it not be said, since only a range leads there, and guests have more? */
bool naive_is_doubtful(struct naive *naive, const struct naive_device *device);
/* May a new bridge lead anywhere?  Not one that enters in quarantine. */
bool naive_may_lead(struct naive *naive, const struct naive_device *device);
/* Not a bridge that reads as it likes: dom0 does not own it, or must not. */
bool naive_is_fixed(const struct naive *naive,
                    const struct naive_device *device);
/* New where it is: as naive_take(), and where there is doubt. */
void naive_take_new(struct naive *naive, struct naive_device *device);
/* What was scanned is where it was found. */
void naive_settle_paths(struct naive *naive, uint16_t segment);
/* The bridges are others: who is where, and who is displaced? */
void naive_displace(struct naive *naive, uint16_t segment);
/* What has come back, after all else. */
void naive_bring_back(struct naive *naive, uint16_t segment);
/* A device is where it is now; dom0 may have to do without it. */
void naive_take(struct naive *naive, struct naive_device *device);

/* --- naive.c: going and coming ------------------------------------------ */

/* An operation begins, from a copy of all that there is ... */
void naive_begin(struct naive *naive);
/* ... to which it goes back where it failed.  Returns `rc`. */
int naive_fail(struct naive *naive, int rc);
/* Mark what is behind a bridge, as it is now. */
void naive_mark_behind(struct naive *naive, const struct naive_device *bridge);
/* It goes; before it what is marked as behind it, and VFs before PFs. */
void naive_take_away(struct naive *naive, struct naive_device *device,
                     bool answers);
/* A record of it, with an ID. */
struct naive_device *naive_append(struct naive *naive,
                                  const struct naive_device *device);
/* It is known from now on; a VF of what dom0 does not own is not dom0's. */
void naive_enter(struct naive *naive, struct naive_device *device);
void naive_tell(struct naive *naive, struct naive_told_list *list,
                uint32_t sbdf, bool how);

#endif /* TESTS_MODEL_NAIVE_RULES_H */
