/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carries out physdev hypercalls as Xen does, on the tables of a process.
 */
#include <xen-pci/host.h>
#include <xen-pci/physdev.h>

#include "core/tables.h"

#define ADD_FLAGS (XEN_PCI_DEV_EXTFN | XEN_PCI_DEV_VIRTFN | XEN_PCI_DEV_PXM)
#define RESET_FLAGS 0x3U

/* The size of an add without what may follow it. */
#define ADD_SIZE offsetof(struct physdev_pci_device_add, optarr)

static int XPCI_LOCKED device_add(struct xpci *xpci, const void *arg,
                                  size_t size)
{
    struct xpci_report report = { false, false, 0, 0, XPCI_NO_NODE };
    struct physdev_pci_device_add add;

    if ( size < ADD_SIZE )
        return -EFAULT;
    memcpy(&add, arg, ADD_SIZE);
    if ( add.flags & ~(uint32_t)ADD_FLAGS )
        return -EINVAL;
    if ( add.flags & XEN_PCI_DEV_PXM )
    {
        if ( size < ADD_SIZE + sizeof(report.node) )
            return -EFAULT;
        memcpy(&report.node, (const char *)arg + ADD_SIZE, sizeof(report.node));
    }

    report.is_extfn = add.flags & XEN_PCI_DEV_EXTFN;
    report.is_virtfn = add.flags & XEN_PCI_DEV_VIRTFN;
    report.physfn_bus = add.physfn.bus;
    report.physfn_devfn = add.physfn.devfn;

    return xpci_add(xpci, XPCI_SBDF(add.seg, add.bus, add.devfn), &report);
}

static int XPCI_LOCKED device_remove(struct xpci *xpci, const void *arg,
                                     size_t size)
{
    struct physdev_pci_device device;

    if ( size < sizeof(device) )
        return -EFAULT;
    memcpy(&device, arg, sizeof(device));

    return xpci_remove(xpci, XPCI_SBDF(device.seg, device.bus, device.devfn));
}

static int XPCI_LOCKED device_reset(struct xpci *xpci, const void *arg,
                                    size_t size)
{
    struct pci_device_reset reset;

    if ( size < sizeof(reset) )
        return -EFAULT;
    memcpy(&reset, arg, sizeof(reset));
    if ( reset.flags & ~RESET_FLAGS )
        return -EINVAL;

    return xpci_reset(xpci,
                      XPCI_SBDF(reset.dev.seg, reset.dev.bus, reset.dev.devfn));
}

static int XPCI_LOCKED manage_add(struct xpci *xpci, const void *arg,
                                  size_t size)
{
    const struct xpci_report report = { false, false, 0, 0, XPCI_NO_NODE };
    struct physdev_manage_pci manage;

    if ( size < sizeof(manage) )
        return -EFAULT;
    memcpy(&manage, arg, sizeof(manage));

    return xpci_add(xpci, XPCI_SBDF(0, manage.bus, manage.devfn), &report);
}

static int XPCI_LOCKED manage_add_ext(struct xpci *xpci, const void *arg,
                                      size_t size)
{
    struct xpci_report report = { false, false, 0, 0, XPCI_NO_NODE };
    struct physdev_manage_pci_ext manage;

    if ( size < sizeof(manage) )
        return -EFAULT;
    memcpy(&manage, arg, sizeof(manage));
    /* Xen takes the two for booleans here, and no others. */
    if ( manage.is_extfn > 1 || manage.is_virtfn > 1 )
        return -EINVAL;

    report.is_extfn = manage.is_extfn;
    report.is_virtfn = manage.is_virtfn;
    report.physfn_bus = manage.physfn.bus;
    report.physfn_devfn = manage.physfn.devfn;

    return xpci_add(xpci, XPCI_SBDF(0, manage.bus, manage.devfn), &report);
}

static int XPCI_LOCKED manage_remove(struct xpci *xpci, const void *arg,
                                     size_t size)
{
    struct physdev_manage_pci manage;

    if ( size < sizeof(manage) )
        return -EFAULT;
    memcpy(&manage, arg, sizeof(manage));

    return xpci_remove(xpci, XPCI_SBDF(0, manage.bus, manage.devfn));
}

static int XPCI_LOCKED dispatch(struct xpci *xpci, unsigned int cmd,
                                const void *arg, size_t size)
{
    switch ( cmd )
    {
    case PHYSDEVOP_pci_device_add:
        return device_add(xpci, arg, size);
    case PHYSDEVOP_pci_device_remove:
        return device_remove(xpci, arg, size);
    case PHYSDEVOP_pci_device_reset:
        return device_reset(xpci, arg, size);
    case PHYSDEVOP_manage_pci_add:
        return manage_add(xpci, arg, size);
    case PHYSDEVOP_manage_pci_add_ext:
        return manage_add_ext(xpci, arg, size);
    case PHYSDEVOP_manage_pci_remove:
        return manage_remove(xpci, arg, size);
    default:
        return -ENOSYS;
    }
}

int xpci_physdev_op(struct xpci *xpci, bool hardware_domain, unsigned int cmd,
                    const void *arg, size_t size)
{
    int rc;

    if ( !hardware_domain )
        return -EPERM;
    if ( !arg )
        return -EFAULT;

    xpci_host_lock(xpci->host);
    rc = dispatch(xpci, cmd, arg, size);
    xpci_host_unlock(xpci->host);

    return rc;
}
