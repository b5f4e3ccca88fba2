/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Xen's physdev hypercalls about PCI devices (xen/include/public/physdev.h),
 * turned into operations on the tables, as Xen itself does it.
 */
#ifndef XEN_PCI_PHYSDEV_H
#define XEN_PCI_PHYSDEV_H

#include <xen-pci/topology.h>

#include <xen/physdev.h>

/* Xen's public header has this from 4.20 on; the numbers are its ABI. */
#ifndef PHYSDEVOP_pci_device_reset
#    define PHYSDEVOP_pci_device_reset 32
struct pci_device_reset {
    struct physdev_pci_device dev;
    uint32_t flags;
};
#endif

/*
 * PHYSDEVOP_pci_device_add, _pci_device_remove, _pci_device_reset,
 * _manage_pci_add, _manage_pci_add_ext, _manage_pci_remove.  `arg` points to
 * `size` bytes of the structure that belongs to `cmd`, copied in already;
 * an add with XEN_PCI_DEV_PXM needs room for optarr[0].
 *
 * What the operation returns; -EPERM for any caller but the hardware domain,
 * -EFAULT where the structure is not whole, -EINVAL for flags that do not
 * exist, -ENOSYS for another command.  Takes the host's lock; may allocate.
 */
int __must_check xpci_physdev_op(struct xpci *xpci, bool hardware_domain,
                                 unsigned int cmd, const void *arg,
                                 size_t size);

#endif /* XEN_PCI_PHYSDEV_H */
