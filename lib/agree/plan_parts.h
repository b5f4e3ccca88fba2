/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the plan share: comparison, walks up the tree, the lists,
 * and the order.  Nobody else includes this.
 */
#ifndef LIB_AGREE_PLAN_PARTS_H
#define LIB_AGREE_PLAN_PARTS_H

#include "identity.h"
#include "plan.h"

enum plan_phase {
    PLAN_PHASE_RESCUE, /* what stays, but behind a bridge that goes */
    PLAN_PHASE_REMOVE,
    PLAN_PHASE_ADD,
};

enum plan_difference {
    PLAN_SAME,
    PLAN_OUTDATED, /* the same device, with a record that is no longer true */
    PLAN_ANOTHER,  /* another device */
};

/*
 * How what the hypervisor has on record differs from what dom0 has; unless
 * it is the same, `why` (PLAN_WHY_LENGTH bytes) says so.
 */
enum plan_difference plan_compare(const struct xpci_device_info *dom0,
                                  const struct xpci_device_info *recorded,
                                  char *why);

/*
 * One step up the tree from a device at `sbdf`: true and the bridge that
 * leads to its bus, or false at the root.  Callers bound their walks with
 * PLAN_MAX_DEPTH: another's tables may go round.
 */
#define PLAN_MAX_DEPTH 256
bool plan_above(const struct xpci_snapshot *snapshot, uint32_t sbdf,
                uint32_t *bridge);

/* The walk up from `sbdf` passes `bridge`. */
bool plan_is_behind(const struct xpci_snapshot *snapshot, uint32_t sbdf,
                    uint32_t bridge);

/*
 * Append a step for the device `info`, whose depth is that in `snapshot`;
 * NULL when there is no memory.  The caller fills in `why`.
 */
struct plan_step *plan_append(struct plan *plan, enum plan_action action,
                              enum plan_phase phase,
                              const struct xpci_device_info *info,
                              const struct xpci_snapshot *snapshot);

/* A difference that stays; printf-like.  0 or -ENOMEM. */
int __must_check plan_leave(struct plan *plan, uint32_t sbdf,
                            const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Put the steps into order and say which hangs on which.  0 or -ENOMEM. */
int __must_check plan_order(struct plan *plan, const struct plan_input *input);

/*
 * The differences, as steps in any order and what is left.  0 or -ENOMEM.
 */
int __must_check plan_module(struct plan *plan, const struct plan_input *input);
int __must_check plan_stock(struct plan *plan, const struct plan_input *input);

#endif /* LIB_AGREE_PLAN_PARTS_H */
