/* SPDX-License-Identifier: GPL-2.0-only */
#include "agree.h"
#include "apply.h"
#include "report.h"

void agree_look_init(struct agree_look *look)
{
    view_init(&look->dom0);
    xpci_snapshot_init(&look->hypervisor);
    sbdf_set_init(&look->owned);
    plan_init(&look->plan);
    look->ask_owners = false;
}

void agree_look_dispose(struct agree_look *look)
{
    view_dispose(&look->dom0);
    xpci_snapshot_dispose(&look->hypervisor);
    sbdf_set_dispose(&look->owned);
    plan_dispose(&look->plan);
}

int agree_look_take(struct agree_look *look, struct config_space *space,
                    const struct view_source *source, struct backend *backend,
                    enum plan_repair repair, struct xpci_message *message)
{
    const struct plan_input input = {
        .dom0 = &look->dom0.snapshot,
        .hypervisor = &look->hypervisor,
        .unreadable = &look->dom0.unreadable,
        .owned = &look->owned,
        .module = backend->ops->is_module(backend),
        .repair = repair,
    };
    int rc = view_read(&look->dom0, space, source, message);

    if ( rc )
        return rc;
    rc = backend->ops->snapshot(
        backend, &look->dom0.snapshot, &look->hypervisor,
        look->ask_owners || repair != PLAN_REPAIR_NONE ? &look->owned : NULL,
        message);
    if ( rc )
        return rc;
    sbdf_set_sort(&look->owned);
    rc = plan_make(&look->plan, &input);
    if ( rc )
        snprintf(message->text, sizeof(message->text), "cannot plan: %s",
                 strerror(-rc));

    return rc;
}

/*
 * dom0's config space as it is now.  A dump does not change, and standard
 * input can be read only once.
 */
static int open_again(struct config_space **space, struct backend *backend,
                      const struct view_source *source,
                      struct xpci_message *message)
{
    struct config_space *fresh;
    int rc;

    if ( source->kind == VIEW_DUMP )
        return 0;
    /* What there is to warn of was said when it was opened first. */
    rc = view_open_space(&fresh, source, NULL, NULL, message);
    if ( rc )
        return rc;
    if ( backend->ops->set_space )
        backend->ops->set_space(backend, fresh);
    config_space_close(*space);
    *space = fresh;

    return 0;
}

static int look_again(struct agree_look *look, struct config_space **space,
                      struct backend *backend, const struct view_source *source,
                      enum plan_repair repair, struct xpci_message *message)
{
    int rc = open_again(space, backend, source, message);

    agree_look_dispose(look);
    agree_look_init(look);
    look->ask_owners = true;

    return rc ? rc
              : agree_look_take(look, *space, source, backend, repair, message);
}

static int carry_out(struct backend *backend, const struct plan *plan,
                     FILE *out, size_t *undone, struct xpci_message *message)
{
    int rc = apply_plan(plan, backend, report_outcome, out, undone);

    if ( rc )
        snprintf(message->text, sizeof(message->text),
                 "the hypervisor takes no such calls from here: %s",
                 strerror(-rc));

    return rc;
}

static void print_dry_run(FILE *out, const struct agree_look *look)
{
    report_plan(out, &look->plan);
    report_left(out, &look->plan);
    report_state(out, &look->plan, &look->hypervisor);
    if ( !plan_is_agreement(&look->plan) )
        fprintf(out, "nothing was changed (dry run)\n");
}

int agree_once(struct backend *backend, struct config_space **space,
               const struct view_source *source,
               const struct agree_options *options,
               struct xpci_message *message)
{
    struct agree_look look;
    unsigned int round;
    size_t undone = 0;
    int rc;

    agree_look_init(&look);
    look.ask_owners = true;
    rc = agree_look_take(&look, *space, source, backend, options->repair,
                         message);
    if ( rc )
        goto out;
    if ( options->dry_run )
    {
        print_dry_run(options->out, &look);
        goto out;
    }

    for ( round = 0; look.plan.step_count && !undone && round < AGREE_ROUNDS;
          round++ )
    {
        rc = carry_out(backend, &look.plan, options->out, &undone, message);
        if ( rc )
            goto out;
        rc =
            look_again(&look, space, backend, source, options->repair, message);
        if ( rc )
            goto out;
    }
    report_left(options->out, &look.plan);
    report_problems(options->out, &look.hypervisor);
    report_state(options->out, &look.plan, &look.hypervisor);

out:
    agree_look_dispose(&look);

    return rc;
}
