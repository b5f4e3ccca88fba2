/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libpci, which by default ends the process on an error, made to return.
 */
#ifndef LIB_CONFIG_SPACE_LIBPCI_H
#define LIB_CONFIG_SPACE_LIBPCI_H

#include <pci/pci.h>

#include "device_list.h"
#include "message.h"

/*
 * An access by `method` (PCI_ACCESS_*) with `parameter` set to `value`.
 * To be given back with libpci_close() (NULL is fine).  0, -ENOMEM, or -EIO
 * and libpci's own words in `message`.
 */
int __must_check libpci_open(struct pci_access **access, unsigned int method,
                             const char *parameter, const char *value,
                             struct xpci_message *message);
void libpci_close(struct pci_access *access);

/* A handle of any function, there or not; NULL: no memory. */
struct pci_dev *libpci_device(struct pci_access *access, uint32_t sbdf);

/* `size` bytes of config space at `offset`: true, or false: not readable. */
bool libpci_read(struct pci_dev *dev, unsigned int offset, void *buffer,
                 unsigned int size);

/* A dword of a struct pci_dev; all ones where nothing is readable. */
uint32_t libpci_read_dword(void *dev, unsigned int offset);

#endif /* LIB_CONFIG_SPACE_LIBPCI_H */
