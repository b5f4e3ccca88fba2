/* SPDX-License-Identifier: GPL-2.0-only */
#include <getopt.h>
#include <stdlib.h>

#include <xen-pci/version.h>

#include "agree/agree.h"
#include "daemon_main.h"

/* The daemon's exit codes. */
#define EXIT_USAGE 100
#define EXIT_SYSTEM 111

enum backend_choice {
    BACKEND_AUTO,
    BACKEND_EMBEDDED,
    BACKEND_XEN
};

struct options {
    bool once;
    bool dry_run;
    bool repair_given;
    enum plan_repair repair;
    enum backend_choice backend;
    struct view_source view;
    bool boot_given;
    struct view_source boot;
};

static const char help[] =
    "usage: xen-pcid --once [--dry-run] [--repair=none|safe|all]\n"
    "                [--backend=xen|embedded] [--sysfs DIR | -F DUMP]\n"
    "                [--boot-from DIR|DUMP]\n"
    "Makes the hypervisor know the PCI devices that dom0 has.\n"
    "\n"
    "  --once            once, then end\n"
    "  --dry-run         only print what would be done, and why\n"
    "  --repair=none     only say what differs\n"
    "  --repair=safe     repair what is shown to hurt nobody\n"
    "  --repair=all      repair what can be repaired at all\n"
    "                    (default: all with the module, none on a stock Xen)\n"
    "  --backend=xen     the Xen that this machine runs on\n"
    "  --backend=embedded  a hypervisor inside this process\n"
    "                    (default: xen where there is one)\n"
    "  --sysfs DIR       dom0 is what DIR, laid out like /sys, shows\n"
    "  -F DUMP           dom0 is what `lspci -xxxx` printed to DUMP\n"
    "  --boot-from DIR|DUMP  the embedded hypervisor booted on this\n"
    "                    (default: on what dom0 sees)\n"
    "  --help, --version\n"
    "\n"
    "The last line says \"in agreement\" or \"needs attention\". Exit codes: "
    "0,\n100 usage, 111 dom0 or the hypervisor could not be asked.\n";

static void complain(const char *text)
{
    fprintf(stderr, "xen-pcid: %s\n", text);
}

static void warn(void *data, const char *text)
{
    (void)data;
    complain(text);
}

static int usage(const char *text)
{
    complain(text);
    fputs("xen-pcid: try --help\n", stderr);

    return EXIT_USAGE;
}

enum {
    OPTION_ONCE = 256,
    OPTION_DRY_RUN,
    OPTION_REPAIR,
    OPTION_BACKEND,
    OPTION_SYSFS,
    OPTION_BOOT_FROM,
    OPTION_HELP,
    OPTION_VERSION,
};

static const struct option long_options[] = {
    { "once", no_argument, NULL, OPTION_ONCE },
    { "dry-run", no_argument, NULL, OPTION_DRY_RUN },
    { "repair", required_argument, NULL, OPTION_REPAIR },
    { "backend", required_argument, NULL, OPTION_BACKEND },
    { "sysfs", required_argument, NULL, OPTION_SYSFS },
    { "boot-from", required_argument, NULL, OPTION_BOOT_FROM },
    { "help", no_argument, NULL, OPTION_HELP },
    { "version", no_argument, NULL, OPTION_VERSION },
    { NULL, 0, NULL, 0 },
};

static int choose_backend(struct options *options, const char *word)
{
    if ( !strcmp(word, "embedded") )
        options->backend = BACKEND_EMBEDDED;
    else if ( !strcmp(word, "xen") )
        options->backend = BACKEND_XEN;
    else
        return usage("--backend takes xen or embedded");

    return 0;
}

static int choose_view(struct options *options, enum view_kind kind,
                       const char *path)
{
    if ( options->view.kind != VIEW_LIVE )
        return usage("one of --sysfs and -F, and once, is enough");
    options->view = (struct view_source){ kind, path };

    return 0;
}

/* 0: taken; otherwise the exit code. */
static int take_option(struct options *options, int option)
{
    switch ( option )
    {
    case OPTION_ONCE:
        options->once = true;
        return 0;
    case OPTION_DRY_RUN:
        options->dry_run = true;
        return 0;
    case OPTION_REPAIR:
        options->repair_given = true;
        if ( plan_repair_parse(optarg, &options->repair) )
            return usage("--repair takes none, safe or all");
        return 0;
    case OPTION_BACKEND:
        return choose_backend(options, optarg);
    case OPTION_SYSFS:
        return choose_view(options, VIEW_SYSFS, optarg);
    case 'F':
        return choose_view(options, VIEW_DUMP, optarg);
    case OPTION_BOOT_FROM:
        options->boot_given = true;
        options->boot = view_source_of(optarg);
        return 0;
    }

    /* getopt_long() has said what is wrong with it. */
    return EXIT_USAGE;
}

static int check_options(struct options *options)
{
    bool elsewhere = options->view.kind != VIEW_LIVE || options->boot_given;

    if ( !options->once )
        return usage("--dry-run goes with --once");
    if ( options->backend == BACKEND_AUTO )
        options->backend = !elsewhere && backend_xen_is_here()
                               ? BACKEND_XEN
                               : BACKEND_EMBEDDED;
    if ( options->backend == BACKEND_XEN && options->boot_given )
        return usage("--boot-from goes with --backend=embedded");
    if ( options->backend == BACKEND_XEN && elsewhere && !options->dry_run )
        return usage("a Xen is not made to agree with what is not its own "
                     "dom0: --sysfs and -F need --dry-run or "
                     "--backend=embedded");

    return 0;
}

static int open_embedded(struct backend **backend,
                         const struct options *options,
                         struct config_space *dom0,
                         struct xpci_message *message)
{
    struct config_space *boot = NULL;
    int rc;

    if ( options->boot_given )
    {
        rc = view_open_space(&boot, &options->boot, warn, NULL, message);
        if ( rc )
            return rc;
    }
    rc = backend_embedded_open(backend, boot ? boot : dom0, dom0, message);
    config_space_close(boot);

    return rc;
}

/* On the module everything can be repaired; a stock Xen is only looked at. */
static enum plan_repair default_repair(const struct backend *backend)
{
    return backend->ops->is_module(backend) ? PLAN_REPAIR_ALL
                                            : PLAN_REPAIR_NONE;
}

static int run(const struct options *options, struct xpci_message *message)
{
    struct agree_options agree = { .repair = options->repair,
                                   .dry_run = options->dry_run,
                                   .out = stdout };
    struct config_space *space = NULL;
    struct backend *backend = NULL;
    int rc;

    rc = view_open_space(&space, &options->view, warn, NULL, message);
    if ( rc )
        goto out;
    rc = options->backend == BACKEND_XEN
             ? backend_xen_open(&backend, message)
             : open_embedded(&backend, options, space, message);
    if ( rc )
        goto out;
    if ( !options->repair_given )
        agree.repair = default_repair(backend);
    rc = agree_once(backend, &space, &options->view, &agree, message);

out:
    backend_close(backend);
    config_space_close(space);

    return rc;
}

int main(int argc, char **argv)
{
    struct options options = { 0 };
    struct xpci_message message = { "" };
    int option, rc;

    if ( daemon_wanted(argc, argv) )
        return daemon_main(argc, argv);
    while ( (option = getopt_long(argc, argv, "F:", long_options, NULL)) != -1 )
    {
        if ( option == OPTION_HELP || option == OPTION_VERSION )
        {
            fputs(option == OPTION_HELP ? help : "xen-pcid " XPCI_VERSION "\n",
                  stdout);
            return fflush(stdout) ? EXIT_SYSTEM : 0;
        }
        rc = take_option(&options, option);
        if ( rc )
            return rc;
    }
    if ( optind < argc )
        return usage("it takes options only");
    rc = check_options(&options);
    if ( rc )
        return rc;

    rc = run(&options, &message);
    if ( rc )
        complain(message.text);
    if ( fflush(stdout) || ferror(stdout) )
    {
        complain("cannot write the report");
        rc = -EIO;
    }

    return rc ? EXIT_SYSTEM : 0;
}
