/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFs belong to their PF: each VF names its PF, and each PF has a list of its
 * VFs.  Records only; no pointer to a removed device is left anywhere.
 */
#ifndef XEN_PCI_SRIOV_H
#define XEN_PCI_SRIOV_H

#include "tables.h"

void xpci_sriov_link(struct xpci *xpci, uint32_t virtfn, uint32_t physfn);
void xpci_sriov_unlink(struct xpci *xpci, uint32_t virtfn);

#endif /* XEN_PCI_SRIOV_H */
