/* SPDX-License-Identifier: GPL-2.0-only */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include <xen-pci/version.h>

#include "message.h"
#include "options.h"

static const char help[] =
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

enum {
    OPTION_FOREGROUND = 256,
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

static int usage(const char *text)
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
        return usage("too many settings");
    options->settings[options->setting_count++] = key;
    options->settings[options->setting_count++] = value;

    return -1;
}

static int take(struct options *options, int option)
{
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
    case OPTION_REPAIR:
        return keep(options, "repair", optarg);
    case OPTION_BACKEND:
        return keep(options, "backend", optarg);
    case OPTION_SYSFS:
        options->source = (struct view_source){ VIEW_SYSFS, optarg };
        return -1;
    case OPTION_BOOT_FROM:
        options->boot_given = true;
        options->boot = view_source_of(optarg);
        return -1;
    case OPTION_HELP:
        return print(help);
    case OPTION_VERSION:
        return print("xen-pcid " XPCI_VERSION "\n");
    }

    /* getopt_long() has said what is wrong with it. */
    return EXIT_USAGE;
}

int options_parse(struct options *options, int argc, char **argv)
{
    int option, code;

    *options = (struct options){ .source = { VIEW_LIVE, NULL } };
    while ( (option = getopt_long(argc, argv, "", long_options, NULL)) != -1 )
    {
        code = take(options, option);
        if ( code != -1 )
            return code;
    }
    if ( optind < argc )
        return usage("it takes options only");

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
    if ( options->config || !access(path, F_OK) )
        rc = conf_read(conf, path, complain, data);
    outcome = apply_settings(options, conf, complain, data);

    return rc ? rc : outcome;
}
