/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SBDFs that devices had before buses were renumbered: from an older
 * snapshot, or from the daemon's report.
 */
#ifndef XL_PCI_HISTORY_H
#define XL_PCI_HISTORY_H

#include "source.h"
#include "xenstore.h"

struct history {
    struct topology now;
    bool has_before;
    struct topology before;         /* of --from */
    struct renumbering renumbering; /* of the daemon */
};

/* The options that history_read() looks at. */
#define HISTORY_OPTIONS SOURCE_OPTIONS "AX"

void history_init(struct history *history);
void history_dispose(struct history *history);

/*
 * The topology that the options name, and the one before it: --from, or on
 * this machine what the daemon saw, where it runs.  TOOL_DONE, or the exit
 * code after the error was said.
 */
enum tool_exit history_read(struct history *history,
                            const struct invocation *call);

/* What became of what was at an SBDF before. */
enum fate {
    FATE_UNKNOWN, /* nothing was there, or nobody knows */
    FATE_SAME,    /* it is there still */
    FATE_MOVED,   /* it is at `*to` */
    FATE_GONE,
    FATE_REPLACED, /* another device is at its place */
};
enum fate history_fate(const struct history *history, uint32_t from,
                       uint32_t *to);

/* Where what is at `to` was; false: there too, or nobody knows. */
bool history_from(const struct history *history, uint32_t to, uint32_t *from);

/* The device with a stable path, or NULL. */
const struct xpci_device_info *topology_at_path(
    const struct xpci_snapshot *snapshot, const char *path);

#endif /* XL_PCI_HISTORY_H */
