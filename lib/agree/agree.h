/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bringing a hypervisor into agreement with dom0: look at both, plan, carry
 * out, look again.
 */
#ifndef LIB_AGREE_AGREE_H
#define LIB_AGREE_AGREE_H

#include <stdio.h>

#include "hypervisor/backend.h"
#include "plan.h"
#include "view.h"

/* Both views at one moment, and what follows from them. */
struct agree_look {
    struct view dom0;
    struct xpci_snapshot hypervisor;
    struct sbdf_set owned;
    struct plan plan;
    /*
     * Ask a stock Xen for owners even where nothing is repaired; it prints
     * all its devices to its console for that.  Set by the caller.
     */
    bool ask_owners;
};

void agree_look_init(struct agree_look *look);
void agree_look_dispose(struct agree_look *look);

/*
 * Look at dom0 (through `space`, opened from `source`) and at the hypervisor,
 * and plan.  `look` is initialised and empty.  0, or a negative errno value
 * and `message`.
 */
int __must_check agree_look_take(struct agree_look *look,
                                 struct config_space *space,
                                 const struct view_source *source,
                                 struct backend *backend,
                                 enum plan_repair repair,
                                 struct xpci_message *message);

struct agree_options {
    enum plan_repair repair;
    bool dry_run;
    FILE *out; /* the report */
};

/*
 * Once: at most AGREE_ROUNDS times look and carry out, until there is nothing
 * left to do or a step was not done, then say how things stand.  With
 * `dry_run` only look and print the plan.
 *
 * `*space` is dom0's config space; it is opened again from `source` for each
 * look, so that it is seen as it is then, and stays the caller's to close.
 *
 * 0: the report says how things stand; a negative errno value and `message`:
 * dom0 or the hypervisor could not be read, or takes no hypercalls from here.
 */
#define AGREE_ROUNDS 3
int __must_check agree_once(struct backend *backend,
                            struct config_space **space,
                            const struct view_source *source,
                            const struct agree_options *options,
                            struct xpci_message *message);

#endif /* LIB_AGREE_AGREE_H */
