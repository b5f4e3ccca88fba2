/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One function's config space in sysfs, each dword read once.
 *
 * libpci opens the file anew for every handle that it makes, and keeps from
 * its callers whether a read failed, was short, or returned ones.
 */
#ifndef LIB_CONFIG_SPACE_SYSFS_CONFIG_H
#define LIB_CONFIG_SPACE_SYSFS_CONFIG_H

#include <xen-pci/embedded.h>

/* What is kept of what was read: the part that capabilities lie in. */
#define SYSFS_CONFIG_KEPT 256U
/* Read at once, and readable without privileges. */
#define SYSFS_CONFIG_HEADER 64U

struct sysfs_config {
    int fd;        /* -1: closed */
    int error;     /* of the first read that failed, negative; 0: none */
    unsigned cut;  /* there is nothing from here on; 0: not known */
    uint64_t kept; /* a bit for each dword */
    uint8_t bytes[SYSFS_CONFIG_KEPT];
};

/*
 * Open `name`/config below the directory `devices`, and read the header.  0 and
 * it is to be closed; or a negative errno value: -ENOENT: no such file;
 * -ENODATA: it has no whole header.
 */
int __must_check sysfs_config_open(struct sysfs_config *config, int devices,
                                   const char *name);
void sysfs_config_close(struct sysfs_config *config);

/* A config_dword; all ones where nothing is readable: see `error`, `cut`. */
uint32_t sysfs_config_dword(void *config, unsigned int offset);

/*
 * Where ".../bus/pci" is below `directory` (like /sys) or below its `sys`, into
 * `root` (SYSFS_ROOT_MOST bytes).  0, or a negative errno value and `message`.
 */
#define SYSFS_ROOT_MOST 960
int __must_check sysfs_find_root(char *root, const char *directory,
                                 struct xpci_message *message);

/* The directory of devices below such a root; -errno: it cannot be opened. */
int __must_check sysfs_open_devices(const char *root);

#endif /* LIB_CONFIG_SPACE_SYSFS_CONFIG_H */
