/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests from xenstore's control node: resync, audit, reload.
 */
#ifndef XEN_PCID_CONTROL_H
#define XEN_PCID_CONTROL_H

#include "daemon.h"

/* Read the configuration again: 0, or -EINVAL and `message`. */
typedef int control_reload(void *data, struct xpci_message *message);

/* Carry out what stands in the control node, if anything, and answer. */
void control_work(struct daemon *daemon, control_reload *reload, void *data,
                  uint64_t now);

#endif /* XEN_PCID_CONTROL_H */
