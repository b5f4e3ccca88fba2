/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of devices, from pci.ids by libpci. */
#ifndef XL_PCI_NAMES_H
#define XL_PCI_NAMES_H

#include <xen-pci/snapshot.h>

#define NAME_LENGTH 256

struct names;

/* `ids`: a file like pci.ids, or NULL for the system's.  NULL: said why. */
struct names *names_open(const char *ids, bool numeric);
void names_close(struct names *names);

/*
 * "Intel Corporation 82540EM", "8086:100e" where numbers were asked for;
 * with `with_class` "Ethernet controller: ..." as lspci has it.  `text` has
 * NAME_LENGTH bytes.  Returns `text`.
 */
const char *names_device(struct names *names, char *text,
                         const struct xpci_device_info *info, bool with_class);

#endif /* XL_PCI_NAMES_H */
