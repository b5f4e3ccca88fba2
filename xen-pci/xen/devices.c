/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of Xen's devices is which of the tables': Xen's is attached to the
 * tables' from when it is entered in Xen's list until it is freed.
 */
#include <xen/sched.h>

#include "glue.h"

/* Xen has, or may have, a device that the tables have not. */
static bool incomplete;

void xpci_xen_has_more(void)
{
    incomplete = true;
}

bool xpci_xen_has_all(void)
{
    return !incomplete;
}

bool xpci_xen_may_have(const struct xpci *xpci, uint32_t sbdf)
{
    return incomplete || xpci_lookup(xpci, sbdf);
}

struct pci_dev *xpci_xen_pdev(uint32_t sbdf)
{
    const struct xpci *xpci = xpci_instance();
    struct pci_dev *pdev = xpci ? xpci_attached(xpci, sbdf) : NULL;

    if ( pdev || (xpci && !incomplete) )
        return pdev;

    return pci_get_pdev(NULL, (pci_sbdf_t){ .sbdf = sbdf });
}

/* Reported devices are in the tables by now; the others Xen has scanned. */
static int attach(struct xpci *xpci, struct pci_dev *pdev)
{
    int rc = xpci_attach(xpci, pdev->sbdf.sbdf, pdev);

    if ( !rc )
        return 0;
    rc = xpci_scan_device(xpci, pdev->sbdf.sbdf);

    return rc ?: xpci_attach(xpci, pdev->sbdf.sbdf, pdev);
}

void xpci_hook_entered(struct pci_dev *pdev)
{
    struct xpci *xpci = xpci_instance_get();
    int rc = xpci ? attach(xpci, pdev) : -ENODEV;

    if ( rc )
        xpci_xen_has_more();
    if ( rc == -ENOMEM )
        printk(XENLOG_WARNING "xen-pci: no memory for %pp\n", &pdev->sbdf);
}

void xpci_xen_detach(const struct pci_dev *pdev)
{
    struct xpci *xpci = xpci_instance();

    /* What the tables do not know has nothing attached. */
    if ( xpci && xpci_attach(xpci, pdev->sbdf.sbdf, NULL) )
        ASSERT(incomplete);
}
