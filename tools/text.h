/* SPDX-License-Identifier: GPL-2.0-only */
/* Small pieces of text that several commands print in the same way. */
#ifndef XL_PCI_TEXT_H
#define XL_PCI_TEXT_H

#include <xen-pci/snapshot.h>

#include "json.h"

/* Room for the bus numbers of a bridge: "[06-08]". */
#define RANGE_LENGTH 8

/* "[06-08]", "[06]"; "-" for what has none.  Returns `text`. */
const char *range_format(char *text, const struct xpci_device_info *info);

/* Room for "buses 06-08". */
#define BUSES_LENGTH 16

/* "bus 06", "buses 06-08", of a bridge.  Returns `text`. */
const char *buses_format(char *text, const struct xpci_device_info *info);

/* An SBDF as a JSON string, or null where `sbdf` is NULL. */
void json_sbdf(struct json_writer *json, const char *key, const uint32_t *sbdf);

#endif /* XL_PCI_TEXT_H */
