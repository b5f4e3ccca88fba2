/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-pcid --once: the one cycle with nobody to ask and nothing to keep.
 */
#include "agree/report.h"
#include "message.h"
#include "once.h"

struct once {
    const struct options *options;
    struct agree agree;
};

static void complain(void *data, const char *text)
{
    (void)data;
    fprintf(stderr, "xen-pcid: %s\n", text);
}

/* A step that failed would only be tried again. */
static bool once_start(void *data)
{
    const struct once *once = data;

    return !once->options->dry_run && !once->agree.undone;
}

static void once_told(void *data, const struct plan_step *step,
                      const struct agree_result *result)
{
    (void)data;
    report_outcome(stdout, step, result);
}

static const struct agree_front once_front = {
    .start = once_start,
    .told = once_told,
    .waits = complain,
    .warn = complain,
};

static bool is_trial(const struct options *options)
{
    return options->source.kind != VIEW_LIVE || options->boot_given;
}

/* Without Xen there is no agreement: the embedded one is for trials only. */
static bool use_xen(const struct options *options, const struct conf *conf)
{
    return conf->backend == CONF_BACKEND_XEN ||
           (conf->backend == CONF_BACKEND_AUTO && !is_trial(options));
}

static int check(const struct options *options, const struct conf *conf)
{
    if ( use_xen(options, conf) && options->boot_given )
        return options_usage("--boot-from goes with --backend=embedded");
    if ( use_xen(options, conf) && is_trial(options) && !options->dry_run )
        return options_usage("a Xen is not made to agree with what is not its "
                             "own dom0: --sysfs and -F need --dry-run or "
                             "--backend=embedded");

    return 0;
}

static void report(const struct once *once)
{
    const struct agree_look *look = &once->agree.look;

    if ( once->options->dry_run )
        report_plan(stdout, &look->plan);
    report_left(stdout, &look->plan);
    report_silent(stdout, &look->dom0);
    if ( !once->options->dry_run )
        report_problems(stdout, &look->hypervisor);
    report_state(stdout, &look->plan, &look->hypervisor);
    if ( once->options->dry_run && !plan_is_agreement(&look->plan) )
        printf("nothing was changed (dry run)\n");
}

static int run(const struct options *options, const struct conf *conf,
               struct xpci_message *message)
{
    struct once once = { .options = options };
    struct agree *agree = &once.agree;
    struct config_space *space = NULL;
    struct backend *backend = NULL;
    int rc;

    if ( use_xen(options, conf) )
        rc = backend_xen_open(&backend, message);
    else
        rc = agree_open_embedded(&backend, &space, &options->source,
                                 options->boot_given ? &options->boot : NULL,
                                 complain, NULL, message);
    if ( rc )
    {
        config_space_close(space);
        return rc;
    }
    agree_init(agree, backend, &options->source, &once_front, &once);
    agree->space = space;
    agree->space_is_new = space;
    agree->repair =
        conf->repair_given ? conf->repair : agree_default_repair(backend);
    agree->force = options->force;
    agree->ask_owners = OWNERS_ALWAYS;
    if ( options->dry_run )
        agree->lock_path = NULL;
    rc = agree_run(agree, message);
    if ( !rc )
        report(&once);
    if ( !rc && agree->look.plan.shrunken && !options->dry_run )
    {
        rc = -ENODATA;
        message_set(message, "nothing was changed: dom0's view is broken");
    }
    backend_close(backend);
    agree_dispose(agree);

    return rc;
}

int once_main(const struct options *options)
{
    struct xpci_message message = { "" };
    struct conf conf;
    int rc;

    rc = options_conf(options, &conf, complain, NULL) ? EXIT_USAGE
                                                      : check(options, &conf);
    if ( rc )
        goto out;
    rc = run(options, &conf, &message);
    if ( rc )
        complain(NULL, message.text);
    if ( fflush(stdout) || ferror(stdout) )
    {
        complain(NULL, "cannot write the report");
        rc = -EIO;
    }
    rc = rc ? EXIT_SYSTEM : 0;

out:
    conf_dispose(&conf);

    return rc;
}
