/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to be done so that a hypervisor knows what dom0 has.  A pure
 * function of the two views: nothing is asked, nothing is changed.
 */
#ifndef LIB_AGREE_PLAN_H
#define LIB_AGREE_PLAN_H

#include <xen-pci/snapshot.h>

#include "sbdf_set.h"

enum plan_repair {
    PLAN_REPAIR_NONE, /* audit: every difference is left and named */
    PLAN_REPAIR_SAFE, /* what is shown to hurt nobody */
    PLAN_REPAIR_ALL,  /* what can be repaired at all */
};

enum plan_action {
    PLAN_REMOVE,
    PLAN_ADD,    /* unknown to the hypervisor, or known as something else */
    PLAN_REPORT, /* known already; so that its record is read again */
};

#define PLAN_NO_STEP UINT32_MAX
#define PLAN_WHY_LENGTH 320

struct plan_step {
    enum plan_action action;
    uint32_t sbdf;
    uint16_t owner; /* of what the hypervisor has there: XPCI_OWNER_* */
    struct xpci_report report; /* of PLAN_ADD and PLAN_REPORT */
    char why[PLAN_WHY_LENGTH]; /* a sentence without its full stop */

    /* Indexes of steps that must have succeeded before this one. */
    uint32_t after[2];
    /* Indexes of steps that must not be made if this one did not succeed. */
    uint32_t before[2];

    /* The sort key, see plan_order(). */
    uint8_t phase;
    bool is_virtfn;
    bool is_bridge;
    uint16_t depth; /* bridges above it */
};

/* A difference that stays, and why. */
struct plan_left {
    uint32_t sbdf;
    uint16_t owner;
    char why[PLAN_WHY_LENGTH];
};

struct plan {
    struct plan_step *steps; /* in the order in which to make them */
    size_t step_count;
    struct plan_left *left; /* by SBDF */
    size_t left_count;
    /*
     * Too many devices are gone at once: there are no steps, and what would
     * be done is left.
     */
    bool shrunken;
    size_t present; /* devices that dom0 lists, VFs not counted */
    size_t known;   /* devices that the hypervisor knows, VFs not counted */
};

/*
 * What goes at once, in one run: PLAN_GONE_FEW devices, or of a large machine
 * one in PLAN_GONE_SHARE.  More is taken for a view that is broken, unless
 * `force` says otherwise.  VFs do not count: they go in hundreds with their
 * PF, or by one write to its sriov_numvfs.
 */
#define PLAN_GONE_FEW 8U
#define PLAN_GONE_SHARE 2U

struct plan_input {
    const struct xpci_snapshot *dom0;
    const struct xpci_snapshot *hypervisor;
    /* What dom0 lists, described or not: never removed. */
    const struct sbdf_set *listed;
    /*
     * Devices that left and are there again: reported even where their record
     * looks right.  NULL: none.
     */
    const struct sbdf_set *returned;
    bool everything; /* report all devices, needed or not */
    bool module;
    bool force;
    bool owners_unasked; /* a stock Xen was not asked whose its devices are */
    enum plan_repair repair;
    /* Devices that the hypervisor knew when the run began; 0: it begins. */
    size_t known_before;
};

void plan_init(struct plan *plan);
void plan_dispose(struct plan *plan);

/*
 * Make the plan; `plan` is initialised and empty.  0 or -ENOMEM.
 *
 * Order: first the reports of devices that stay but are recorded behind a
 * bridge that goes (their bridges are right again before that one takes along
 * what is behind it), then the removes (VFs, then the deepest first), then the
 * adds and reports (bridges before what is behind them, VFs last).
 *
 * Nothing is taken from a guest: there is no removal of a guest's device or of
 * Xen's own, of a bridge that one is behind or of its PF, and no report by
 * which another device or another bridge would take its place.  These are left,
 * with whose it is and what to do.
 *
 * On a stock Xen a device is never removed unless Xen shows it as dom0's:
 * removing one whose add failed takes the host down.
 */
int __must_check plan_make(struct plan *plan, const struct plan_input *input);

/* Nothing to do, and nothing that stays different. */
bool plan_is_agreement(const struct plan *plan);

/* The word for an action that users read, such as "remove". */
const char *plan_action_name(enum plan_action action);

/* 0 or -EINVAL: not one of none, safe, all. */
int __must_check plan_repair_parse(const char *word, enum plan_repair *repair);
const char *plan_repair_name(enum plan_repair repair);

#endif /* LIB_AGREE_PLAN_H */
