/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one cycle that brings a hypervisor into agreement with dom0: look at
 * both, plan, make each step after looking at its device once more, and look
 * again.  The daemon, `xen-pcid --once` and `xl-pci repair` are callbacks of
 * it, so a removal is decided and carried out here and nowhere else:
 *
 * - under one lock for all of them, where the hypervisor is not one's own;
 * - never in a plan that would take away too much at once (plan.h);
 * - never because of one read: a device is gone where dom0 does not list it
 *   at the look and does not list it right before the hypercall either;
 * - never after an old look: where somebody was asked, or the look is older
 *   than AGREE_FRESH, the plan of a new one must have the same step.
 */
#ifndef LIB_AGREE_AGREE_H
#define LIB_AGREE_AGREE_H

#include "ask_owners.h"
#include "plan.h"

/* Both views at one moment, and what follows from them. */
struct agree_look {
    struct view dom0;
    struct xpci_snapshot hypervisor;
    struct plan plan;
};

void agree_look_init(struct agree_look *look);
void agree_look_dispose(struct agree_look *look);

enum agree_outcome {
    AGREE_PENDING,
    AGREE_DONE,
    AGREE_FAILED,  /* the hypervisor said no: `rc` */
    AGREE_SKIPPED, /* it hangs on a step that was not done: `because` */
    AGREE_HELD,    /* the front end does not want it now: `rc` */
    AGREE_STALE,   /* not made: dom0 or the hypervisor changed since the look */
    AGREE_STOPPED, /* not tried: the run ended before its turn */
};

struct agree_result {
    enum agree_outcome outcome;
    int rc;
    uint32_t because; /* SBDF of the step that it hangs on */
};

/*
 * A front end.  Every function gets agree->data, and may be NULL.  The calls
 * of a run, in order:
 *
 *   looked
 *   start, then for each step: allow, making, the hypercall, made; told
 *   looked                                     and so on
 */
struct agree_front {
    /* A look succeeded; `before` is the one before it, NULL: the first. */
    void (*looked)(void *data, const struct agree_look *before,
                   const struct agree_look *now);
    /* The plan of agree->look would be carried out: true, or not now. */
    bool (*start)(void *data);
    /* May this step be made?  0, or a negative errno value: it is held. */
    int (*allow)(void *data, const struct plan_step *step);
    void (*making)(void *data, const struct plan_step *step);
    /* What the hypercall returned. */
    void (*made)(void *data, const struct plan_step *step, int rc);
    /* Each step once, in order, when its outcome is known. */
    void (*told)(void *data, const struct plan_step *step,
                 const struct agree_result *result);
    /* Another process has the lock; once in a run at most. */
    void (*waits)(void *data, const char *text);
    /* What is odd about dom0's devices; at the first look only. */
    config_space_warn *warn;
    /*
     * `allow` waits for somebody to answer: the lock is not held meanwhile,
     * and everything is looked at again after the answer.
     */
    bool asks;
};

struct agree {
    struct backend *backend;          /* the caller's */
    const struct view_source *source; /* dom0; the caller's */
    const struct agree_front *front;
    void *data; /* the front end's own */
    enum plan_repair repair;
    bool force;      /* see PLAN_GONE_FEW */
    bool everything; /* a resync: report all devices once */
    enum owners_asked ask_owners;
    struct owners_memory owners;
    const struct sbdf_set *returned; /* see plan.h */
    /* NULL: the hypervisor is nobody else's.  Set by agree_init(). */
    const char *lock_path;
    unsigned int lock_wait; /* milliseconds */
    /* Milliseconds; NULL: a look never gets old. */
    uint64_t (*clock)(void);

    /* dom0's config space, as it was opened for the latest look. */
    struct config_space *space;
    bool space_is_new;      /* the caller opened it right now: read it once */
    struct agree_look look; /* the latest that succeeded, if has_look */
    bool has_look;
    uint64_t looked_at;
    size_t known; /* devices that the hypervisor knew when the run began */
    /* Of the latest plan that was carried out. */
    size_t done;
    size_t again;  /* not made, or not taken, as something changed meanwhile */
    size_t undone; /* failed, held, or hanging on such a step */
    int lock;      /* -1: not held */
};

/* Where nobody says otherwise, a front end waits so long for the lock. */
#define AGREE_LOCK_WAIT 10000U
/* A look that is older is taken again before a removal; milliseconds. */
#define AGREE_FRESH 1000U

/*
 * The lock is XEN_PCID_LOCK of the environment, else AGREE_LOCK for a
 * hypervisor that other processes make calls to as well, else none.
 */
#define AGREE_LOCK "/run/xen-pci/lock"
void agree_init(struct agree *agree, struct backend *backend,
                const struct view_source *source,
                const struct agree_front *front, void *data);
/*
 * An embedded hypervisor for a trial: it booted on `boot` (NULL: on what dom0
 * has now) and runs on dom0's `*space`, which is opened from `source`.  Both
 * are the caller's to close.  0, or a negative errno value and `message`.
 */
int __must_check agree_open_embedded(struct backend **backend,
                                     struct config_space **space,
                                     const struct view_source *source,
                                     const struct view_source *boot,
                                     config_space_warn *warn, void *data,
                                     struct xpci_message *message);

/* With the module all is repaired; a stock Xen is only looked at. */
enum plan_repair agree_default_repair(const struct backend *backend);

/* May be called twice; closes `space`. */
void agree_dispose(struct agree *agree);

/*
 * Look at dom0 and at the hypervisor as they are now, and plan with `repair`.
 * The caller disposes of `look` in any case.  0, or a negative errno value and
 * `message`; -ENODATA: dom0 lists no device, which is a view that is broken.
 */
int __must_check agree_take_look(struct agree *agree, struct agree_look *look,
                                 enum plan_repair repair,
                                 struct xpci_message *message);

/* A look into agree->look, without a plan to carry out.  As above. */
int __must_check agree_look(struct agree *agree, struct xpci_message *message);

/*
 * Carry out the plan of agree->look: the part of agree_run() between two
 * looks.  A step that is not done takes with it the steps that hang on it, and
 * no others.  As agree_run(), and -ENOMEM: nothing was done.
 */
int __must_check agree_apply(struct agree *agree, struct xpci_message *message);

/*
 * At most AGREE_ROUNDS times look and carry out, while something changed and
 * `start` agrees; the last look, in agree->look, confirms how things stand.
 *
 * 0; or a negative errno value and `message`: a look failed; -EWOULDBLOCK: the
 * lock was not to be had; -EPERM or -ENOSYS: the hypervisor takes no such
 * calls from here.
 */
#define AGREE_ROUNDS 3
int __must_check agree_run(struct agree *agree, struct xpci_message *message);

#endif /* LIB_AGREE_AGREE_H */
