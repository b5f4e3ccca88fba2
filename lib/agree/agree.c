/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one cycle: look, plan, recheck, make, confirm.
 */
#include <stdlib.h>

#include "agree.h"
#include "lock.h"
#include "message.h"

void agree_look_init(struct agree_look *look)
{
    view_init(&look->dom0);
    xpci_snapshot_init(&look->hypervisor);
    plan_init(&look->plan);
}

void agree_look_dispose(struct agree_look *look)
{
    view_dispose(&look->dom0);
    xpci_snapshot_dispose(&look->hypervisor);
    plan_dispose(&look->plan);
}

void agree_init(struct agree *agree, struct backend *backend,
                const struct view_source *source,
                const struct agree_front *front, void *data)
{
    const char *path = getenv("XEN_PCID_LOCK");

    *agree = (struct agree){
        .backend = backend,
        .source = source,
        .front = front,
        .data = data,
        .lock_wait = AGREE_LOCK_WAIT,
        .lock = -1,
    };
    if ( path && *path )
        agree->lock_path = path;
    else if ( backend->ops->is_shared )
        agree->lock_path = AGREE_LOCK;
    agree_look_init(&agree->look);
}

enum plan_repair agree_default_repair(const struct backend *backend)
{
    return backend->ops->is_module(backend) ? PLAN_REPAIR_ALL
                                            : PLAN_REPAIR_NONE;
}

int agree_open_embedded(struct backend **backend, struct config_space **space,
                        const struct view_source *source,
                        const struct view_source *boot, config_space_warn *warn,
                        void *data, struct xpci_message *message)
{
    struct config_space *booted = NULL;
    int rc = view_open_space(space, source, warn, data, message);

    if ( !rc && boot )
        rc = view_open_space(&booted, boot, warn, data, message);
    if ( !rc )
        rc = backend_embedded_open(backend, booted ? booted : *space, *space,
                                   message);
    config_space_close(booted);

    return rc;
}

void agree_dispose(struct agree *agree)
{
    agree_look_dispose(&agree->look);
    agree_look_init(&agree->look);
    agree->has_look = false;
    ask_owners_dispose(&agree->owners);
    config_space_close(agree->space);
    agree->space = NULL;
}

static uint64_t clock_of(const struct agree *agree)
{
    return agree->clock ? agree->clock() : 0;
}

/*
 * dom0's config space as it is now.  A dump does not change, and standard
 * input can be read only once.
 */
static int open_space(struct agree *agree, struct xpci_message *message)
{
    struct config_space *fresh;
    int rc;

    if ( agree->space &&
         (agree->source->kind == VIEW_DUMP || agree->space_is_new) )
    {
        agree->space_is_new = false;
        return 0;
    }
    /* What is odd about the machine is said once, not at every look. */
    rc = view_open_space(&fresh, agree->source,
                         agree->space ? NULL : agree->front->warn, agree->data,
                         message);
    if ( rc )
        return rc;
    if ( agree->backend->ops->set_space )
        agree->backend->ops->set_space(agree->backend, fresh);
    config_space_close(agree->space);
    agree->space = fresh;

    return 0;
}

static bool removes(const struct plan *plan)
{
    size_t i;

    for ( i = 0; i < plan->step_count; i++ )
    {
        if ( plan->steps[i].action == PLAN_REMOVE )
            return true;
    }

    return false;
}

/* What the hypervisor knows, with owners asked anew or not, and the plan. */
static int ask_and_plan(struct agree *agree, struct agree_look *look,
                        const struct plan_input *input, bool anew,
                        struct xpci_message *message)
{
    int rc = ask_owners_snapshot(&agree->owners, agree->ask_owners, anew,
                                 agree->backend, &look->dom0, &look->hypervisor,
                                 message);

    if ( rc )
        return rc;
    if ( !look->dom0.listed.count && look->hypervisor.device_count )
    {
        message_set(message,
                    "dom0 lists no PCI device, and the hypervisor knows %zu: "
                    "dom0's view is broken, and nothing is changed",
                    look->hypervisor.device_count);
        return -ENODATA;
    }
    rc = plan_make(&look->plan, input);
    if ( rc )
        message_set(message, "cannot plan: %s", strerror(-rc));

    return rc;
}

int agree_take_look(struct agree *agree, struct agree_look *look,
                    enum plan_repair repair, struct xpci_message *message)
{
    struct backend *backend = agree->backend;
    bool repairs = repair != PLAN_REPAIR_NONE;
    const struct plan_input input = {
        .dom0 = &look->dom0.snapshot,
        .hypervisor = &look->hypervisor,
        .listed = &look->dom0.listed,
        .returned = repairs ? agree->returned : NULL,
        .everything = repairs && agree->everything,
        .module = backend->ops->is_module(backend),
        .force = agree->force,
        .owners_unasked = agree->ask_owners == OWNERS_NEVER,
        .repair = repair,
        .known_before = agree->known,
    };
    int rc;

    agree_look_init(look);
    rc = open_space(agree, message);
    if ( rc )
        return rc;
    rc = view_read(&look->dom0, agree->space, agree->source, message);
    if ( rc )
        return rc;
    rc = ask_and_plan(agree, look, &input, false, message);
    /* Nothing is removed by what was so at an earlier look. */
    if ( rc || !agree->owners.recalled || !removes(&look->plan) )
        return rc;
    plan_dispose(&look->plan);
    xpci_snapshot_dispose(&look->hypervisor);
    xpci_snapshot_init(&look->hypervisor);

    return ask_and_plan(agree, look, &input, true, message);
}

/* A new look replaces the old one. */
int agree_look(struct agree *agree, struct xpci_message *message)
{
    const struct agree_front *front = agree->front;
    struct agree_look look;
    int rc = agree_take_look(agree, &look, agree->repair, message);

    if ( rc )
    {
        agree_look_dispose(&look);
        return rc;
    }
    if ( front->looked )
        front->looked(agree->data, agree->has_look ? &agree->look : NULL,
                      &look);
    agree_look_dispose(&agree->look);
    agree->look = look;
    agree->has_look = true;
    agree->looked_at = clock_of(agree);
    if ( agree->known < look.plan.known )
        agree->known = look.plan.known;

    return 0;
}

static int take_lock(struct agree *agree, struct xpci_message *message)
{
    struct xpci_message ignored;
    int lock;

    if ( !agree->lock_path || agree->lock >= 0 ||
         agree->repair == PLAN_REPAIR_NONE )
        return 0;
    lock = lock_wait(agree->lock_path, 0600, agree->lock_wait,
                     agree->front->waits, agree->data, message);
    if ( lock < 0 )
        return lock;
    agree->lock = lock;
    /* Where this cannot be written, who waits is not told for whom. */
    (void)!lock_write_pid(lock, &ignored);

    return 0;
}

static void drop_lock(struct agree *agree)
{
    if ( agree->lock >= 0 )
        lock_release(agree->lock);
    agree->lock = -1;
}

/*
 * Does dom0 still have the step's device as the plan has it?  0, -ESTALE, or
 * why nobody can say.
 */
static int recheck_dom0(const struct agree *agree, const struct plan_step *step)
{
    int rc = agree->source->kind == VIEW_DUMP
                 ? step->action != PLAN_REMOVE
                 : view_confirm(agree->source, agree->space, step->sbdf);

    if ( step->action == PLAN_REMOVE )
        return rc == 1 ? -ESTALE : rc;

    return rc == 1 ? 0 : rc ? rc : -ESTALE;
}

static bool same_report(const struct xpci_report *a,
                        const struct xpci_report *b)
{
    return a->is_virtfn == b->is_virtfn && a->is_extfn == b->is_extfn &&
           a->physfn_bus == b->physfn_bus &&
           a->physfn_devfn == b->physfn_devfn && a->node == b->node;
}

static bool is_old(const struct agree *agree, const struct plan_step *step)
{
    return step->action == PLAN_REMOVE && agree->clock &&
           clock_of(agree) - agree->looked_at > AGREE_FRESH;
}

/* The hypercall.  What it returned, with what was wanted being so as 0. */
static int make(struct agree *agree, const struct plan_step *step)
{
    const struct agree_front *front = agree->front;
    struct backend *backend = agree->backend;
    int rc;

    if ( front->making )
        front->making(agree->data, step);
    rc = step->action == PLAN_REMOVE
             ? backend->ops->remove(backend, step->sbdf)
             : backend->ops->add(backend, step->sbdf, &step->report);
    if ( front->made )
        front->made(agree->data, step, rc);

    /* It left together with something else, or was bridge-only. */
    return step->action == PLAN_REMOVE && rc == -ENODEV ? 0 : rc;
}

/* A run through the steps of a plan. */
struct applying {
    struct agree *agree;
    const struct plan *plan;
    struct agree_result *results; /* of each step */
};

static bool has_step(const struct plan *plan, const struct plan_step *step)
{
    size_t i;

    for ( i = 0; i < plan->step_count; i++ )
    {
        const struct plan_step *now = &plan->steps[i];

        if ( now->sbdf == step->sbdf && now->action == step->action &&
             same_report(&now->report, &step->report) )
            return true;
    }

    return false;
}

/*
 * The steps from `index` on that a plan of this moment does not have are not
 * made.  0, or a negative errno value and `message`.
 */
static int recheck_plan(struct applying *applying, uint32_t index,
                        struct xpci_message *message)
{
    struct agree *agree = applying->agree;
    struct agree_look look;
    uint32_t i;
    int rc = agree_take_look(agree, &look, agree->repair, message);

    for ( i = index; !rc && i < applying->plan->step_count; i++ )
    {
        if ( applying->results[i].outcome == AGREE_PENDING &&
             !has_step(&look.plan, &applying->plan->steps[i]) )
            applying->results[i].outcome = AGREE_STALE;
    }
    agree->looked_at = clock_of(agree);
    agree_look_dispose(&look);

    return rc;
}

/* A step has to be done first and was not; `*because` is its index. */
static bool must_skip(const struct applying *applying, uint32_t index,
                      uint32_t *because)
{
    const struct plan_step *step = &applying->plan->steps[index];
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(step->after); i++ )
    {
        *because = step->after[i];
        /* Tables that go round can name a step that comes later. */
        if ( *because < index &&
             applying->results[*because].outcome != AGREE_DONE )
            return true;
    }

    return false;
}

/* What hangs on this step is skipped before its turn comes. */
static void skip_dependants(struct applying *applying, uint32_t index)
{
    const struct plan_step *step = &applying->plan->steps[index];
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(step->before); i++ )
    {
        uint32_t later = step->before[i];

        if ( later == PLAN_NO_STEP || later <= index )
            continue;
        applying->results[later].outcome = AGREE_SKIPPED;
        applying->results[later].because = step->sbdf;
    }
}

/*
 * Ask the front end, look again, and make the step.  0, or a negative errno
 * value that ends the run, and `message`.
 */
static int try_step(struct applying *applying, uint32_t index,
                    struct xpci_message *message)
{
    const struct plan_step *step = &applying->plan->steps[index];
    struct agree_result *result = &applying->results[index];
    struct agree *agree = applying->agree;
    const struct agree_front *front = agree->front;
    bool asked = front->asks;
    int rc;

    if ( front->allow )
        result->rc = front->allow(agree->data, step);
    if ( result->rc )
    {
        result->outcome = AGREE_HELD;
        return 0;
    }
    rc = take_lock(agree, message);
    if ( !rc && (asked || is_old(agree, step)) )
        rc = recheck_plan(applying, index, message);
    if ( rc || result->outcome == AGREE_STALE )
        return rc;

    rc = recheck_dom0(agree, step);
    result->rc = rc ? rc : make(agree, step);
    result->outcome = !result->rc     ? AGREE_DONE
                      : rc == -ESTALE ? AGREE_STALE
                                      : AGREE_FAILED;

    return 0;
}

/* No step will do better. */
static bool stops_everything(const struct agree_result *result)
{
    return result->outcome == AGREE_FAILED &&
           (result->rc == -EPERM || result->rc == -ENOSYS);
}

static int settle_step(struct applying *applying, uint32_t index,
                       struct xpci_message *message)
{
    struct agree_result *result = &applying->results[index];
    uint32_t because;
    int rc = 0;

    if ( result->outcome != AGREE_PENDING )
        goto out;
    if ( must_skip(applying, index, &because) )
    {
        result->outcome = AGREE_SKIPPED;
        result->because = applying->plan->steps[because].sbdf;
        goto out;
    }
    rc = try_step(applying, index, message);
    if ( applying->agree->front->asks )
        drop_lock(applying->agree);

out:
    if ( result->outcome != AGREE_DONE )
        skip_dependants(applying, index);

    return rc;
}

static void count(struct agree *agree, const struct agree_result *result)
{
    if ( result->outcome == AGREE_DONE )
        agree->done++;
    else if ( result->outcome == AGREE_STALE || result->rc == -EAGAIN )
        agree->again++;
    else
        agree->undone++;
}

int agree_apply(struct agree *agree, struct xpci_message *message)
{
    const struct agree_front *front = agree->front;
    const struct plan *plan = &agree->look.plan;
    struct applying applying = { .agree = agree, .plan = plan };
    uint32_t i;
    int rc = 0;

    agree->done = agree->again = agree->undone = 0;
    applying.results = calloc(plan->step_count, sizeof(*applying.results));
    if ( !applying.results )
    {
        message_set(message, "no memory to carry out the plan");
        return -ENOMEM;
    }
    for ( i = 0; i < plan->step_count; i++ )
    {
        struct agree_result *result = &applying.results[i];

        if ( !rc )
            rc = settle_step(&applying, i, message);
        if ( rc && result->outcome == AGREE_PENDING )
            result->outcome = AGREE_STOPPED;
        if ( !rc && stops_everything(result) )
        {
            rc = result->rc;
            message_set(message,
                        "the hypervisor takes no such calls from here: %s",
                        strerror(-rc));
        }
        count(agree, result);
        if ( front->told )
            front->told(agree->data, &plan->steps[i], result);
    }
    free(applying.results);

    return rc;
}

/* Look, and while there is something to do, carry it out and look again. */
static int run_rounds(struct agree *agree, struct xpci_message *message)
{
    const struct agree_front *front = agree->front;
    unsigned int round;
    int rc = agree_look(agree, message);

    for ( round = 0; !rc && agree->look.plan.step_count && round < AGREE_ROUNDS;
          round++ )
    {
        if ( front->start && !front->start(agree->data) )
            break;
        rc = agree_apply(agree, message);
        if ( rc || (!agree->done && !agree->again) )
            break;
        agree->everything = false;
        rc = agree_look(agree, message);
    }
    agree->everything = false;

    return rc;
}

int agree_run(struct agree *agree, struct xpci_message *message)
{
    int rc = 0;

    agree->known = 0;
    agree->undone = 0;
    if ( !agree->front->asks )
        rc = take_lock(agree, message);
    if ( !rc )
        rc = run_rounds(agree, message);
    drop_lock(agree);

    return rc;
}
