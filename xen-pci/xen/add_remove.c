/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where Xen hears of devices: its own bus scan, and dom0's hypercalls.
 */
#include <xen/sched.h>
#include <xsm/xsm.h>

#include "doors.h"
#include "glue.h"
#include "iommu.h"

/* The device that is new to Xen, or XPCI_NO_SBDF. */
static uint64_t is_new = XPCI_NO_SBDF;

bool xpci_hook_may_be_listed(uint16_t seg, uint8_t bus, uint8_t devfn)
{
    ASSERT_PCIDEVS();

    return is_new != XPCI_SBDF(seg, bus, devfn);
}

/*
 * The tables tell one device from another by what they keep.  Xen keeps more:
 * where any of that is different now, the device is made anew.  What is not
 * dom0's is what it was when it was.
 */
static int add_to_tables(struct xpci *xpci, uint32_t sbdf, bool in_xen,
                         const struct xpci_report *report)
{
    struct pci_dev *pdev;
    int rc = xpci_add(xpci, sbdf, report);

    if ( rc || !in_xen )
        return rc;

    pdev = xpci_xen_pdev(sbdf);
    if ( !pdev || (pdev->domain && pdev->domain != hardware_domain) )
        return 0;

    switch ( xpci_xen_identify(pdev) )
    {
    case XPCI_IDENTITY_SAME:
        return xpci_xen_has_all() ? 0 : xpci_attach(xpci, sbdf, pdev);

    case XPCI_IDENTITY_UNSURE:
        return -EAGAIN;

    case XPCI_IDENTITY_OTHER:
        break;
    }

    printk(XENLOG_INFO "xen-pci: %pp is another device now\n", &pdev->sbdf);
    rc = xpci_depart(xpci, sbdf);

    return rc ?: xpci_add(xpci, sbdf, report);
}

/* Is it assigned, and not there, or not as it was?  Then Xen leaves it be. */
static bool is_left_alone(const struct xpci *xpci, uint32_t sbdf)
{
    struct xpci_device_info info;

    return !xpci_device(xpci, sbdf, &info) &&
           info.flags & (XPCI_CHANGED | XPCI_DISPLACED);
}

/*
 * What Xen does not have can be there only as a bridge that it refused before:
 * it stays one until the way to its bus is known.
 */
static int leave_alone(struct xpci *xpci, uint32_t sbdf)
{
    if ( xpci_xen_pdev(sbdf) )
        return 0;
    xpci_refuse(xpci, sbdf);

    return -EAGAIN;
}

/* Xen's part.  What it refuses, it does not keep half of. */
static int add_to_xen(struct xpci *xpci, uint32_t sbdf, bool in_xen,
                      const struct pci_dev_info *info, nodeid_t node)
{
    struct pci_dev *pdev;
    int rc = xpci_rid_reserve(sbdf);

    if ( !rc )
        rc = xpci_iommu_prepare(sbdf);
    ASSERT(in_xen || !xpci_xen_pdev(sbdf));
    if ( !rc )
    {
        is_new = in_xen ? XPCI_NO_SBDF : sbdf;
        rc = stock_pci_add_device(XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf),
                                  XPCI_DEVFN(sbdf), info, node);
        is_new = XPCI_NO_SBDF;
    }
    pdev = xpci_xen_pdev(sbdf);
    if ( !rc && pdev && pdev->domain == dom_io )
        rc = xpci_iommu_entered_quarantined(pdev);
    if ( !rc )
        return 0;

    if ( pdev && pdev->domain )
        return rc;
    if ( pdev )
        xpci_door_free(pdev);
    xpci_refuse(xpci, sbdf);

    return rc;
}

/* Xen needs to know a VF's PF first; dom0 may not have told it (yet). */
static int add_physfn(struct xpci *xpci, uint32_t sbdf,
                      const struct pci_dev_info *info, nodeid_t node)
{
    uint32_t physfn;

    if ( !info || !info->is_virtfn )
        return 0;

    physfn =
        XPCI_SBDF(XPCI_SEGMENT(sbdf), info->physfn.bus, info->physfn.devfn);
    if ( xpci_xen_pdev(physfn) )
        return 0;

    return add_to_xen(xpci, physfn, false, NULL, node);
}

/* A report without a node does not take the one away that is known. */
static nodeid_t known_node(const struct xpci *xpci, uint32_t sbdf)
{
    struct xpci_device_info info;

    if ( xpci_device(xpci, sbdf, &info) || info.node == XPCI_NO_NODE )
        return NUMA_NO_NODE;

    return info.node;
}

static int add(struct xpci *xpci, uint32_t sbdf,
               const struct pci_dev_info *info, nodeid_t node)
{
    struct xpci_report report = {
        .node = node == NUMA_NO_NODE ? XPCI_NO_NODE : node,
    };
    bool in_xen = xpci_xen_may_have(xpci, sbdf);
    int rc;

    if ( info )
    {
        report.is_virtfn = info->is_virtfn;
        report.is_extfn = info->is_extfn;
        if ( info->is_virtfn )
        {
            report.physfn_bus = info->physfn.bus;
            report.physfn_devfn = info->physfn.devfn;
        }
    }

    rc = xpci_rid_reserve(sbdf);
    if ( !rc )
        rc = add_to_tables(xpci, sbdf, in_xen, &report);
    if ( node == NUMA_NO_NODE && in_xen )
        node = known_node(xpci, sbdf);
    xpci_iommu_refresh();
    if ( !rc && is_left_alone(xpci, sbdf) )
        return leave_alone(xpci, sbdf);
    if ( rc )
        return rc;

    rc = add_physfn(xpci, sbdf, info, node);
    if ( !rc )
        return add_to_xen(xpci, sbdf, in_xen, info, node);
    /* Unless it is gone with its PF. */
    if ( !xpci_xen_pdev(sbdf) )
        xpci_refuse(xpci, sbdf);

    return rc;
}

/*
 * PHYSDEVOP_pci_device_add, PHYSDEVOP_manage_pci_add and _add_ext.  `info` is
 * NULL where the hypercall says nothing but the place.
 */
int pci_add_device(uint16_t seg, uint8_t bus, uint8_t devfn,
                   const struct pci_dev_info *info, nodeid_t node)
{
    uint32_t sbdf = XPCI_SBDF(seg, bus, devfn);
    struct xpci *xpci;
    int rc;

    if ( !xpci_enabled() )
        return stock_pci_add_device(seg, bus, devfn, info, node);

    /* Before anything changes; Xen's own part asks once more. */
    rc = xsm_resource_plug_pci(XSM_PRIV, sbdf);
    if ( rc )
        return rc;

    pcidevs_lock();
    xpci = xpci_instance_get();
    rc = xpci ? add(xpci, sbdf, info, node)
              : stock_pci_add_device(seg, bus, devfn, info, node);
    pcidevs_unlock();

    return rc;
}

/* What only Xen knows, such as what there was no memory for. */
static int remove_from_xen(struct pci_dev *pdev)
{
    bool answers = pci_conf_read32(pdev->sbdf, PCI_CLASS_REVISION) != ~0U;
    int rc = xpci_xen_may_remove(NULL, pdev->sbdf.sbdf, pdev, answers);

    if ( !rc )
        xpci_xen_remove(NULL, pdev->sbdf.sbdf, pdev, answers);

    return rc;
}

static int remove(struct xpci *xpci, uint32_t sbdf)
{
    int rc = xpci_remove(xpci, sbdf);
    struct pci_dev *pdev;

    xpci_iommu_refresh();
    if ( rc != -ENODEV )
        return rc;
    pdev = xpci_xen_pdev(sbdf);

    return pdev ? remove_from_xen(pdev) : rc;
}

/* PHYSDEVOP_pci_device_remove, PHYSDEVOP_manage_pci_remove. */
int pci_remove_device(uint16_t seg, uint8_t bus, uint8_t devfn)
{
    uint32_t sbdf = XPCI_SBDF(seg, bus, devfn);
    struct xpci *xpci;
    int rc;

    if ( !xpci_enabled() )
        return stock_pci_remove_device(seg, bus, devfn);

    rc = xsm_resource_unplug_pci(XSM_PRIV, sbdf);
    if ( rc )
        return rc;

    pcidevs_lock();
    xpci = xpci_instance_get();
    rc = xpci ? remove(xpci, sbdf) : stock_pci_remove_device(seg, bus, devfn);
    pcidevs_unlock();

    return rc;
}
