/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The version of all parts.
 */
#ifndef XEN_PCI_VERSION_H
#define XEN_PCI_VERSION_H

#define XPCI_VERSION "0.1.0"

#endif /* XEN_PCI_VERSION_H */
