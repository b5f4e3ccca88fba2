/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line of xen-pcid: one table of options for the daemon and for
 * --once.
 */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include <xen-pci/version.h>

#include "message.h"
#include "options.h"

static const char daemon_help[] =
    "usage: xen-pcid [OPTIONS]\n"
    "       xen-pcid --once [...]         (see xen-pcid --once --help)\n"
    "Keeps the hypervisor's knowledge of PCI devices in agreement with dom0.\n"
    "\n"
    "  --foreground        stay in the foreground, and log to stderr\n"
    "  --config FILE       instead of " CONF_DEFAULT_PATH "\n"
    "  --check-config      say what is wrong with the configuration, and end\n"
    "  --set KEY=VALUE     a setting, over the configuration file's\n"
    "  --record FILE       the same as --set record=FILE (absolute path)\n"
    "  --repair POLICY     the same as --set repair=POLICY\n"
    "  --backend BACKEND   the same as --set backend=BACKEND\n"
    "  --sysfs DIR         dom0 is what DIR, laid out like /sys, shows (with\n"
    "                      --backend embedded)\n"
    "  --boot-from DIR|DUMP  the embedded hypervisor booted on this\n"
    "  --help, --version\n"
    "\n"
    "SIGHUP: read the configuration again. SIGTERM: end. Exit codes: 0, 100\n"
    "usage or configuration, 111 system.\n";

static const char once_help[] =
    "usage: xen-pcid --once [--dry-run] [--repair=none|safe|all] [--force]\n"
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
    "  --force           also if over half of the machine is gone from dom0\n"
    "  --backend=xen     the Xen that this machine runs on (default)\n"
    "  --backend=embedded  a hypervisor inside this process (default with the\n"
    "                    next three)\n"
    "  --sysfs DIR       dom0 is what DIR, laid out like /sys, shows\n"
    "  -F DUMP           dom0 is what `lspci -xxxx` printed to DUMP\n"
    "  --boot-from DIR|DUMP  the embedded hypervisor booted on this\n"
    "  --help, --version\n"
    "\n"
    "The last line says \"in agreement\" or \"needs attention\". Exit codes: "
    "0, 100\nusage, 111 dom0 or the hypervisor could not be asked.\n";

enum {
    OPTION_ONCE = 256,
    OPTION_DRY_RUN,
    OPTION_FORCE,
    OPTION_FOREGROUND,
    OPTION_CONFIG,
    OPTION_CHECK_CONFIG,
    OPTION_SET,
    OPTION_RECORD,
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
    { "force", no_argument, NULL, OPTION_FORCE },
    { "foreground", no_argument, NULL, OPTION_FOREGROUND },
    { "config", required_argument, NULL, OPTION_CONFIG },
    { "check-config", no_argument, NULL, OPTION_CHECK_CONFIG },
    { "set", required_argument, NULL, OPTION_SET },
    { "record", required_argument, NULL, OPTION_RECORD },
    { "repair", required_argument, NULL, OPTION_REPAIR },
    { "backend", required_argument, NULL, OPTION_BACKEND },
    { "sysfs", required_argument, NULL, OPTION_SYSFS },
    { "boot-from", required_argument, NULL, OPTION_BOOT_FROM },
    { "help", no_argument, NULL, OPTION_HELP },
    { "version", no_argument, NULL, OPTION_VERSION },
    { NULL, 0, NULL, 0 },
};

int options_usage(const char *text)
{
    fprintf(stderr, "xen-pcid: %s\nxen-pcid: try --help\n", text);

    return EXIT_USAGE;
}

static int print(const char *text)
{
    return fputs(text, stdout) < 0 || fflush(stdout) ? EXIT_SYSTEM : 0;
}

/* "--record FILE" is kept as "record", then "FILE": see apply_settings(). */
static int keep(struct options *options, const char *key, const char *value)
{
    if ( options->setting_count + 2 > OPTIONS_SETTINGS )
        return options_usage("too many settings");
    options->settings[options->setting_count++] = key;
    options->settings[options->setting_count++] = value;

    return -1;
}

static int choose_source(struct options *options, enum view_kind kind,
                         const char *path)
{
    if ( options->source.kind != VIEW_LIVE )
        return options_usage("one of --sysfs and -F, and once, is enough");
    options->source = (struct view_source){ kind, path };

    return -1;
}

/* What the options that were taken so far ask for. */
struct asked {
    bool help;
    bool version;
    const char *of_daemon; /* an option that --once does not take */
    const char *of_once;   /* one that the daemon does not take */
};

static int take(struct options *options, struct asked *asked, int option)
{
    switch ( option )
    {
    case OPTION_ONCE:
        options->once = true;
        return -1;
    case OPTION_DRY_RUN:
        asked->of_once = "--dry-run goes with --once";
        options->dry_run = true;
        return -1;
    case OPTION_FORCE:
        asked->of_once = "--force goes with --once";
        options->force = true;
        return -1;
    case 'F':
        asked->of_once = "-F goes with --once";
        return choose_source(options, VIEW_DUMP, optarg);
    case OPTION_SYSFS:
        return choose_source(options, VIEW_SYSFS, optarg);
    case OPTION_BOOT_FROM:
        options->boot_given = true;
        options->boot = view_source_of(optarg);
        return -1;
    case OPTION_REPAIR:
        return keep(options, "repair", optarg);
    case OPTION_BACKEND:
        return keep(options, "backend", optarg);
    case OPTION_HELP:
        asked->help = true;
        return -1;
    case OPTION_VERSION:
        asked->version = true;
        return -1;
    }
    asked->of_daemon = "--once takes none of the daemon's options";
    switch ( option )
    {
    case OPTION_FOREGROUND:
        options->foreground = true;
        return -1;
    case OPTION_CHECK_CONFIG:
        options->check_config = true;
        return -1;
    case OPTION_CONFIG:
        options->config = optarg;
        return -1;
    case OPTION_SET:
        return keep(options, "", optarg);
    case OPTION_RECORD:
        return keep(options, "record", optarg);
    }

    /* getopt_long() has said what is wrong with it. */
    return EXIT_USAGE;
}

int options_parse(struct options *options, int argc, char **argv)
{
    struct asked asked = { 0 };
    int option, code;

    *options = (struct options){ .source = { VIEW_LIVE, NULL } };
    while ( (option = getopt_long(argc, argv, "F:", long_options, NULL)) != -1 )
    {
        code = take(options, &asked, option);
        if ( code != -1 )
            return code;
    }
    if ( asked.version )
        return print("xen-pcid " XPCI_VERSION "\n");
    if ( asked.help )
        return print(options->once ? once_help : daemon_help);
    if ( optind < argc )
        return options_usage("it takes options only");
    if ( options->once ? asked.of_daemon : asked.of_once )
        return options_usage(options->once ? asked.of_daemon : asked.of_once);

    return -1;
}

static int apply_setting(struct conf *conf, const char *key, const char *value,
                         struct xpci_message *message)
{
    char name[64];
    const char *equals;

    if ( *key )
        return conf_set(conf, key, value, message);
    equals = strchr(value, '=');
    if ( !equals || equals == value ||
         (size_t)(equals - value) >= sizeof(name) )
    {
        message_set(message, "expected KEY=VALUE, found \"%.64s\"", value);
        return -EINVAL;
    }
    snprintf(name, sizeof(name), "%.*s", (int)(equals - value), value);

    return conf_set(conf, name, equals + 1, message);
}

static int apply_settings(const struct options *options, struct conf *conf,
                          conf_complain *complain, void *data)
{
    struct xpci_message message;
    char text[1024];
    unsigned int i;
    int rc = 0, outcome;

    for ( i = 0; i < options->setting_count; i += 2 )
    {
        outcome = apply_setting(conf, options->settings[i],
                                options->settings[i + 1], &message);
        if ( !outcome )
            continue;
        rc = outcome;
        snprintf(text, sizeof(text), "command line: %s%s%s",
                 options->settings[i], *options->settings[i] ? ": " : "",
                 message.text);
        complain(data, text);
    }
    if ( !rc && conf->retry_first > conf->retry_most )
    {
        complain(data, "command line: retry-first is longer than retry-most");
        rc = -EINVAL;
    }

    return rc;
}

int options_conf(const struct options *options, struct conf *conf,
                 conf_complain *complain, void *data)
{
    const char *path = options->config ? options->config : CONF_DEFAULT_PATH;
    int rc, outcome;

    rc = conf_init(conf);
    if ( rc )
    {
        complain(data, "no memory");
        return rc;
    }
    if ( !options->once && (options->config || !access(path, F_OK)) )
        rc = conf_read(conf, path, complain, data);
    outcome = apply_settings(options, conf, complain, data);

    return rc ? rc : outcome;
}
