/* SPDX-License-Identifier: GPL-2.0-only */
/* A topology with the config space that it was read from. */
#ifndef XL_PCI_SOURCE_H
#define XL_PCI_SOURCE_H

#include "agree/view.h"
#include "tool.h"

struct topology {
    struct xpci_snapshot snapshot;
    /* NULL: none can be read (a hypervisor's own tables, a JSON file). */
    struct config_space *space;
};

void topology_init(struct topology *topology);
void topology_dispose(struct topology *topology);

/*
 * The topology that the options name: a dump, a directory, or this machine.
 * On TOOL_DONE `snapshot` (initialised by the caller) is filled; otherwise
 * the error was said, and the exit code to end with is returned.
 */
enum tool_exit source_read(struct xpci_snapshot *snapshot,
                           const struct invocation *call);

/*
 * What the options name, as source_read() has it.  `topology` is initialised
 * and empty.  TOOL_DONE, or the exit code after the error was said.
 */
enum tool_exit topology_read(struct topology *topology,
                             const struct invocation *call);

/*
 * dom0's view of the machine that the options name, by its kernel: of a
 * directory or of this machine, not of a dump.  `view` is initialised and
 * empty.  The same.
 */
enum tool_exit topology_read_dom0(struct view *view,
                                  const struct invocation *call);

/*
 * What an argument names: a dump, a directory laid out like /sys, a JSON file
 * that `xl-pci dump -o json` wrote, or one of the words "live" (what no
 * option means), "hypervisor" (the Xen that this machine runs on) and "dom0"
 * (what its kernel has).
 */
enum tool_exit topology_read_word(struct topology *topology, const char *word);
#define TOPOLOGY_WORDS "live, hypervisor or dom0"

/*
 * The device that the first argument names, an SBDF.  argument_check(): it is
 * one; false after an error was said.  argument_device(): it is known, too;
 * TOOL_DONE, or the exit code after the error was said.
 */
bool argument_check(const struct invocation *call);
enum tool_exit argument_device(const struct xpci_device_info **device,
                               const struct xpci_snapshot *snapshot,
                               const struct invocation *call);

/* The source that -F or --sysfs names, else this machine. */
struct view_source topology_named_source(const struct invocation *call);

/* A config_space_warn that prints a warning. */
void topology_warn(void *data, const char *text);

#endif /* XL_PCI_SOURCE_H */
