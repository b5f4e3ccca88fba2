/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-pcid's command line, of the daemon and of --once, and the configuration
 * that follows from it and from the file.
 */
#ifndef XEN_PCID_OPTIONS_H
#define XEN_PCID_OPTIONS_H

#include "agree/view.h"
#include "conf.h"

/* Exit codes. */
#define EXIT_USAGE 100
#define EXIT_SYSTEM 111

#define OPTIONS_SETTINGS 32U

struct options {
    bool once; /* --once, or --dry-run */
    bool dry_run;
    bool force;
    bool foreground;
    bool check_config;
    const char *config;        /* NULL: the default, which need not be there */
    struct view_source source; /* dom0 */
    bool boot_given;
    struct view_source boot; /* of an embedded hypervisor */
    /* "key=value" from the command line, over the file. */
    const char *settings[OPTIONS_SETTINGS];
    unsigned int setting_count;
};

/*
 * -1: go on; otherwise the exit code to end with, and everything that there
 * is to say (help, version, what is wrong) was said.
 */
int options_parse(struct options *options, int argc, char **argv);

/* Says what is wrong and that there is --help.  EXIT_USAGE. */
int options_usage(const char *text);

/*
 * The file's settings (not with --once), then the command line's.  0, or a
 * negative errno value after each thing that is wrong was said.  `conf` is to
 * be disposed of in any case.
 */
int __must_check options_conf(const struct options *options, struct conf *conf,
                              conf_complain *complain, void *data);

#endif /* XEN_PCID_OPTIONS_H */
