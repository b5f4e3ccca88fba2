/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-pcid as a daemon: its command line and its beginning.
 */
#ifndef XEN_PCID_DAEMON_MAIN_H
#define XEN_PCID_DAEMON_MAIN_H

#include <stdbool.h>

/* Is this the command line of the daemon, and not that of --once? */
bool daemon_wanted(int argc, char **argv);

/* Returns the exit code: 0, 100 (usage, configuration), 111 (system). */
int daemon_main(int argc, char **argv);

#endif /* XEN_PCID_DAEMON_MAIN_H */
