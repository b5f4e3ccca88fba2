/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small machines, written in a line.
 */
#ifndef TESTS_AGENT_MACHINE_H
#define TESTS_AGENT_MACHINE_H

#include "agree/agree.h"

/*
 * Devices separated by "; ", each an SBDF and what it is:
 *
 *   host            a host bridge           disk, card   two endpoints
 *   port S-E        a root port             nic          a PCI device
 *   p2p S-E         a PCIe-to-PCI bridge    vf=BB:DD.F   a VF of that PF
 *   pci S-E         a legacy bridge         way S-E      only a way, no device
 *
 *   pci2 S-E        a legacy bridge with the IDs of port
 *
 * with words after it: stale, conflict, extfn, changed, displaced, node=N,
 * rev=HH, owner=dom0 and so on.  Buses by the rule of the innermost range.
 * `snapshot` is initialised and empty.
 */
void machine_read(struct xpci_snapshot *snapshot, const char *text);

/* The steps of a plan, "remove 0000:01:00.0; add ..."; `text` is emptied. */
void machine_steps(const struct plan *plan, char *text, size_t size);
void machine_left(const struct plan *plan, char *text, size_t size);

/*
 * One run of the cycle on dom0's `space`, which stays the caller's: a report
 * as that of xen-pcid --once, to be freed.
 */
char *machine_once(struct backend *backend, struct config_space *space,
                   const struct view_source *source, enum plan_repair repair,
                   bool dry_run);

/* SBDFs separated by spaces. */
void machine_set(struct sbdf_set *set, const char *text);

#endif /* TESTS_AGENT_MACHINE_H */
