/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One cycle: look, plan, carry out, look again.
 */
#ifndef XEN_PCID_CYCLE_H
#define XEN_PCID_CYCLE_H

#include "daemon.h"

/* A resync reports every device to the hypervisor, needed or not. */
void cycle_run(struct daemon *daemon, bool everything, uint64_t now);

/* Look with `repair`; the caller disposes of `look` in any case. */
int __must_check cycle_look(struct daemon *daemon, struct agree_look *look,
                            enum plan_repair repair,
                            struct xpci_message *message);

#endif /* XEN_PCID_CYCLE_H */
