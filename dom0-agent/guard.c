/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <unistd.h>

#include "fault.h"
#include "guard.h"
#include "log.h"

static struct guard *guard_of(struct backend *backend)
{
    return (struct guard *)backend;
}

static bool guard_is_module(const struct backend *backend)
{
    const struct backend *inner = ((const struct guard *)backend)->inner;

    return inner->ops->is_module(inner);
}

static int guard_snapshot(struct backend *backend,
                          const struct xpci_snapshot *dom0,
                          struct xpci_snapshot *snapshot,
                          struct sbdf_set *owned, struct xpci_message *message)
{
    struct backend *inner = guard_of(backend)->inner;

    return inner->ops->snapshot(inner, dom0, snapshot, owned, message);
}

/* Does dom0's kernel list the device at this moment?  -errno: not known. */
static int is_listed(const struct guard *guard, uint32_t sbdf)
{
    const char *root =
        guard->source->kind == VIEW_LIVE ? "/sys" : guard->source->path;
    char name[XPCI_SBDF_LENGTH], path[4096];

    snprintf(path, sizeof(path), "%s/bus/pci/devices/%s", root,
             xpci_sbdf_format(name, sbdf));
    if ( !access(path, F_OK) )
        return true;

    return errno == ENOENT || errno == ENOTDIR ? false : -errno;
}

/*
 * 0: make the step.  Between the look that the plan was made from and now,
 * dom0's kernel may have told the hypervisor itself of a device that came or
 * went: a removal would then hit a device in use.
 */
static int check_step(struct guard *guard, uint32_t sbdf, bool remove)
{
    const struct retry_item *failed = retry_find(guard->retry, sbdf);
    int listed;

    if ( guard->should_stop && guard->should_stop(guard->data) )
        return GUARD_STOPPING;
    if ( failed && (failed->action == PLAN_REMOVE) == remove &&
         failed->next > guard->now )
        return failed->rc;
    if ( guard->source->kind == VIEW_DUMP )
        return 0;
    listed = is_listed(guard, sbdf);
    if ( listed < 0 )
        return listed;
    if ( listed != remove )
        return 0;
    guard->look_again = true;

    return GUARD_LOOK_AGAIN;
}

static void settle(struct guard *guard, uint32_t sbdf, enum plan_action action,
                   int rc)
{
    guard->attempted = true;
    guard->counts.failures += !!rc;
    if ( !rc )
    {
        guard->done++;
        retry_forget(guard->retry, sbdf);
    }
    else if ( retry_failed(guard->retry, sbdf, action, rc, guard->now) )
        log_error("no memory to note that a step failed");
}

static int guard_add(struct backend *backend, uint32_t sbdf,
                     const struct xpci_report *report)
{
    struct guard *guard = guard_of(backend);
    int rc = check_step(guard, sbdf, false);

    if ( rc )
        return rc;
    fault_point("add-before");
    rc = guard->inner->ops->add(guard->inner, sbdf, report);
    fault_point("add-after");
    guard->counts.adds++;
    record_add(guard->record, sbdf, report, rc);
    settle(guard, sbdf, PLAN_ADD, rc);
    /*
     * A removal that was pending here ends with it: what sat here was
     * replaced, or is brought up to date.
     */
    if ( !rc )
        journal_done(guard->journal, sbdf);

    return rc;
}

static void journal_before(struct guard *guard, uint32_t sbdf)
{
    struct xpci_message message;

    /*
     * Where the disk fails, the removal is still right, and the comparison
     * after a restart finds it again: it is made, and the disk reported.
     */
    fault_point("remove-journal");
    if ( !journal_has(guard->journal, sbdf) &&
         journal_pend(guard->journal, &sbdf, 1, &message) )
        log_warning("a removal is carried out though the journal cannot be "
                    "written: %s",
                    message.text);
}

static int guard_remove(struct backend *backend, uint32_t sbdf)
{
    struct guard *guard = guard_of(backend);
    int rc = check_step(guard, sbdf, true);

    if ( rc )
        return rc;
    journal_before(guard, sbdf);
    fault_point("remove-before");
    rc = guard->inner->ops->remove(guard->inner, sbdf);
    fault_point("remove-after");
    guard->counts.removes++;
    record_remove(guard->record, sbdf, rc);
    /* Not known any more: what was wanted is so. */
    if ( rc == -ENODEV )
        rc = 0;
    settle(guard, sbdf, PLAN_REMOVE, rc);
    if ( !rc )
    {
        fault_point("remove-clear");
        journal_done(guard->journal, sbdf);
        fault_point("remove-cleared");
    }

    return rc;
}

static int guard_reset(struct backend *backend, uint32_t sbdf)
{
    struct backend *inner = guard_of(backend)->inner;

    return inner->ops->reset(inner, sbdf);
}

static void guard_set_space(struct backend *backend, struct config_space *space)
{
    struct backend *inner = guard_of(backend)->inner;

    if ( inner->ops->set_space )
        inner->ops->set_space(inner, space);
}

static void guard_close(struct backend *backend)
{
    (void)backend;
}

static const struct backend_ops guard_ops = {
    .name = "guard",
    .is_module = guard_is_module,
    .snapshot = guard_snapshot,
    .add = guard_add,
    .remove = guard_remove,
    .reset = guard_reset,
    .set_space = guard_set_space,
    .close = guard_close,
};

void guard_init(struct guard *guard, struct backend *inner,
                const struct view_source *source, struct journal *journal,
                struct retry *retry, struct record *record)
{
    *guard = (struct guard){ .backend = { &guard_ops },
                             .inner = inner,
                             .source = source,
                             .journal = journal,
                             .retry = retry,
                             .record = record };
}
