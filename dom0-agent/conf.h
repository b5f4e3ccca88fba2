/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration file: lines "key = value", "#" begins a comment line.
 * dom0-agent/xen-pcid.conf has every key with its meaning.
 */
#ifndef XEN_PCID_CONF_H
#define XEN_PCID_CONF_H

#include <xen-pci/embedded.h>

#include "agree/plan.h"
#include "log.h"

#define CONF_DEFAULT_PATH "/etc/xen/xen-pcid.conf"

enum conf_backend {
    CONF_BACKEND_AUTO,
    CONF_BACKEND_XEN,
    CONF_BACKEND_EMBEDDED
};

enum conf_log_target {
    CONF_LOG_AUTO, /* by how the daemon was started */
    CONF_LOG_STDERR,
    CONF_LOG_SYSLOG,
};

/* Strings are owned; NULL stands for "off". */
struct conf {
    enum conf_backend backend;
    bool repair_given; /* else: all with the module, none on a stock Xen */
    enum plan_repair repair;
    bool ask_owners;             /* of a stock Xen, by its console */
    unsigned int check_interval; /* seconds, 0: off */
    unsigned int retry_first;    /* seconds */
    unsigned int retry_most;     /* seconds, not below retry_first */
    unsigned int record_most;    /* MiB */
    enum log_level log_level;
    enum conf_log_target log_target;
    char *journal;
    char *pid_file;
    char *xenstore; /* a path in xenstore */
    char *metrics;
    char *record;
    char *events; /* NULL: the kernel's; else a FIFO */
};

/* Told of each thing that is wrong, as "FILE:LINE: what". */
typedef void conf_complain(void *data, const char *text);

/* The defaults.  0 or -ENOMEM. */
int __must_check conf_init(struct conf *conf);
void conf_dispose(struct conf *conf);

/*
 * Read the file at `path` over the defaults in `conf`.  All that is wrong is
 * said, not only the first thing.  0; -EINVAL: something is wrong in it;
 * -ENOENT and others: it cannot be read.  On an error `conf` may be changed
 * in part, and is to be disposed of.
 */
int __must_check conf_read(struct conf *conf, const char *path,
                           conf_complain *complain, void *data);

/* One setting.  0 or -EINVAL or -ENOMEM, and `message`. */
int __must_check conf_set(struct conf *conf, const char *key, const char *value,
                          struct xpci_message *message);

#endif /* XEN_PCID_CONF_H */
