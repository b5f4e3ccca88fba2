/* SPDX-License-Identifier: GPL-2.0-only */
/* Included in Xen's drivers/passthrough/pci.c. */
#include <xen/compile.h>

#include "../doors.h"

/* A domain's list of devices has a lock of its own since Xen 4.19. */
#if XEN_VERSION > 4 || XEN_SUBVERSION >= 19
#    define lock_list(d) write_lock(&(d)->pci_lock)
#    define unlock_list(d) write_unlock(&(d)->pci_lock)
#else
#    define lock_list(d) ((void)(d))
#    define unlock_list(d) ((void)(d))
#endif

void xpci_door_free(struct pci_dev *pdev)
{
    free_pdev(get_pseg(pdev->seg), pdev);
}

void xpci_door_bring_forward(struct pci_dev *pdev)
{
    list_move(&pdev->alldevs_list, &get_pseg(pdev->seg)->alldevs_list);
}

int xpci_door_deassign(struct domain *d, const struct pci_dev *pdev)
{
    return deassign_device(d, pdev->seg, pdev->bus, pdev->devfn);
}

void xpci_door_enter(struct pci_dev *pdev, struct domain *d)
{
    pdev->domain = d;
    lock_list(d);
    list_add(&pdev->domain_list, &d->pdev_list);
    unlock_list(d);
}

void xpci_door_move(struct pci_dev *pdev, struct domain *d)
{
    lock_list(pdev->domain);
    list_del(&pdev->domain_list);
    unlock_list(pdev->domain);
    xpci_door_enter(pdev, d);
}

int xpci_door_iommu_add(struct pci_dev *pdev)
{
    return iommu_add_device(pdev);
}

#undef lock_list
#undef unlock_list
