/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names types and problems in the words that users read.
 */
#include <xen-pci/walk.h>

const char *xpci_type_name(enum xpci_type type)
{
    static const char *const names[XPCI_TYPES] = {
        [XPCI_TYPE_UNKNOWN] = "unknown",
        [XPCI_TYPE_HOST_BRIDGE] = "host-bridge",
        [XPCI_TYPE_ROOT_PORT] = "root-port",
        [XPCI_TYPE_UPSTREAM_PORT] = "upstream-port",
        [XPCI_TYPE_DOWNSTREAM_PORT] = "downstream-port",
        [XPCI_TYPE_PCIE_TO_PCI_BRIDGE] = "pcie-to-pci-bridge",
        [XPCI_TYPE_PCI_TO_PCIE_BRIDGE] = "pci-to-pcie-bridge",
        [XPCI_TYPE_PCI_BRIDGE] = "pci-bridge",
        [XPCI_TYPE_CARDBUS_BRIDGE] = "cardbus-bridge",
        [XPCI_TYPE_ENDPOINT] = "endpoint",
        [XPCI_TYPE_RCIEP] = "rciep",
        [XPCI_TYPE_RCEC] = "rcec",
        [XPCI_TYPE_PCI_DEVICE] = "pci-device",
    };

    return type < XPCI_TYPES ? names[type] : names[XPCI_TYPE_UNKNOWN];
}

bool xpci_type_aliases(enum xpci_type type)
{
    return type == XPCI_TYPE_PCIE_TO_PCI_BRIDGE ||
           type == XPCI_TYPE_PCI_TO_PCIE_BRIDGE || type == XPCI_TYPE_PCI_BRIDGE;
}

const char *xpci_problem_name(enum xpci_problem problem)
{
    static const char *const names[XPCI_PROBLEMS] = {
        [XPCI_PROBLEM_NONE] = "none",
        [XPCI_PROBLEM_STALE] = "stale",
        [XPCI_PROBLEM_CYCLE] = "cycle",
        [XPCI_PROBLEM_CONFLICT] = "conflict",
        [XPCI_PROBLEM_UNCONFIGURED] = "unconfigured",
        [XPCI_PROBLEM_MISSING] = "missing",
        [XPCI_PROBLEM_MISMATCH] = "mismatch",
        [XPCI_PROBLEM_ORPHAN] = "orphan",
    };

    return problem < XPCI_PROBLEMS ? names[problem] : names[XPCI_PROBLEM_NONE];
}

enum xpci_problem xpci_device_problem(const struct xpci_device_info *info)
{
    if ( info->flags & (XPCI_STALE | XPCI_DISPLACED) )
        return XPCI_PROBLEM_STALE;
    if ( info->flags & XPCI_CONFLICT )
        return XPCI_PROBLEM_CONFLICT;
    if ( (info->flags & XPCI_BRIDGE) && !(info->flags & XPCI_CONFIGURED) &&
         (info->secondary || info->subordinate) )
        return XPCI_PROBLEM_UNCONFIGURED;
    if ( info->flags & XPCI_CHANGED )
        return XPCI_PROBLEM_MISMATCH;

    return XPCI_PROBLEM_NONE;
}
