/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake of Xen's list of PCI devices: they are added, removed, assigned and
 * given back, and the module is called where the hooks in pci.cocci call it.
 */
#include <stdlib.h>

#include "control.h"
#include "xen/hooks.h"

struct pci_seg {
    struct pci_seg *next;
    struct list_head alldevs_list;
    uint16_t nr;
};

enum fake_vendor fake_vendor;
bool fake_scratch_page;
bool iommu_quarantine = true;
bool iommu_intremap = true;
static struct pci_seg *segments;

static struct {
    uint32_t sbdf;
    uint8_t stride;
} phantoms[4];

const struct fake_unit_ops *fake_ops(void)
{
    return fake_vendor == FAKE_VTD ? &fake_vtd_ops : &fake_amd_ops;
}

void fake_set_phantom(uint32_t sbdf, uint8_t stride)
{
    size_t i = 0;

    while ( phantoms[i].stride )
        ASSERT(++i < ARRAY_SIZE(phantoms));
    phantoms[i].sbdf = sbdf;
    phantoms[i].stride = stride;
}

/* --- The list ---------------------------------------------------------- */

static struct pci_seg *get_pseg(uint16_t nr)
{
    struct pci_seg *pseg = segments;

    while ( pseg && pseg->nr != nr )
        pseg = pseg->next;

    return pseg;
}

/* Lives as long as the program, as in Xen. */
static struct pci_seg *alloc_pseg(uint16_t nr)
{
    struct pci_seg *pseg = get_pseg(nr);

    if ( pseg || fake_fails() )
        return pseg;
    pseg = calloc(1, sizeof(*pseg));
    ASSERT(pseg);
    pseg->nr = nr;
    pseg->alldevs_list = (struct list_head)LIST_HEAD_INIT(pseg->alldevs_list);
    pseg->next = segments;
    segments = pseg;

    return pseg;
}

static struct pci_dev *find(struct pci_seg *pseg, pci_sbdf_t sbdf)
{
    struct pci_dev *pdev;

    list_for_each_entry(pdev, &pseg->alldevs_list,
                        alldevs_list) if ( pdev->sbdf.sbdf ==
                                           sbdf.sbdf ) return pdev;

    return NULL;
}

struct pci_dev *pci_get_pdev(const struct domain *d, pci_sbdf_t sbdf)
{
    struct pci_seg *pseg = get_pseg(sbdf.seg);
    struct pci_dev *pdev = pseg ? find(pseg, sbdf) : NULL;

    return pdev && (!d || pdev->domain == d) ? pdev : NULL;
}

struct pci_dev *fake_next_pdev(struct pci_dev *pdev)
{
    struct pci_seg *pseg = pdev ? get_pseg(pdev->seg) : segments;
    struct list_head *next = pdev   ? pdev->alldevs_list.next
                             : pseg ? pseg->alldevs_list.next
                                    : NULL;

    while ( pseg && next == &pseg->alldevs_list )
    {
        pseg = pseg->next;
        next = pseg ? pseg->alldevs_list.next : NULL;
    }

    return pseg ? list_entry(next, struct pci_dev, alldevs_list) : NULL;
}

/* MSI-X has a structure of its own in Xen, which there may be no memory for. */
static int init_msi(struct pci_dev *pdev)
{
    unsigned int msi = fake_capability(pdev->sbdf.sbdf, PCI_CAP_ID_MSI);
    unsigned int msix = fake_capability(pdev->sbdf.sbdf, PCI_CAP_ID_MSIX);

    pdev->msi_list = (struct list_head)LIST_HEAD_INIT(pdev->msi_list);
    if ( msi )
        pdev->msi_maxvec =
            (uint8_t)multi_msi_capable(pci_conf_read32(pdev->sbdf, msi) >> 16);
    if ( !msix )
        return 0;
    pdev->msix = fake_alloc(sizeof(*pdev->msix), true);
    if ( !pdev->msix )
        return -ENOMEM;
    pdev->msix->nr_entries =
        msix_table_size(pci_conf_read32(pdev->sbdf, msix) >> 16);

    return 0;
}

static void note_phantoms(struct pci_dev *pdev)
{
    size_t i;

    if ( pdev->type == DEV_TYPE_PCIe_ENDPOINT )
        for ( i = 0; i < ARRAY_SIZE(phantoms); i++ )
            if ( phantoms[i].stride && phantoms[i].sbdf == pdev->sbdf.sbdf )
                pdev->phantom_stride = phantoms[i].stride;
}

static struct pci_dev *alloc_pdev(struct pci_seg *pseg, uint8_t bus,
                                  uint8_t devfn)
{
    pci_sbdf_t sbdf = PCI_SBDF(pseg->nr, bus, devfn);
    struct pci_dev *pdev = NULL;

    if ( xpci_hook_may_be_listed(pseg->nr, bus, devfn) )
        pdev = find(pseg, sbdf);
    if ( pdev )
        return pdev;
    ASSERT(!find(pseg, sbdf));
    pdev = fake_alloc(sizeof(*pdev), true);
    if ( !pdev )
        return NULL;
    pdev->sbdf = sbdf;
    pdev->arch.pseudo_domid = DOMID_INVALID;
    fake_remember(pdev);
    if ( init_msi(pdev) )
    {
        xfree(pdev);
        return NULL;
    }
    list_add(&pdev->alldevs_list, &pseg->alldevs_list);
    pdev->type = pdev_type(pseg->nr, bus, devfn);
    note_phantoms(pdev);
    xpci_hook_entered(pdev);

    return pdev;
}

static void free_pdev(struct pci_seg *pseg, struct pci_dev *pdev)
{
    ASSERT(pseg && pdev->seg == pseg->nr);
    /* A stock Xen reads a bridge's bus numbers here. */
    if ( xpci_hook_type_to_free(pdev) == DEV_TYPE_PCIe2PCI_BRIDGE )
        (void)pci_conf_read32(pdev->sbdf, 0x18);
    xpci_hook_freeing(pdev);
    list_del(&pdev->alldevs_list);
    ASSERT(list_empty(&pdev->msi_list));
    ASSERT(!pdev->ats.list.next || pdev->ats.list.next == LIST_POISON1);
    xfree(pdev->msix);
    xfree(pdev);
}

/* --- The IOMMU --------------------------------------------------------- */

/* The first function that fails ends it; phantom ones may, as in Xen. */
static int iommu_add_device(struct pci_dev *pdev)
{
    unsigned int devfn = pdev->devfn;
    int rc;

    if ( !pdev->domain )
        return -EINVAL;
    ASSERT(pcidevs_locked());
    rc = fake_ops()->add(pdev->devfn, pdev);
    while ( !rc && pdev->phantom_stride )
    {
        devfn += pdev->phantom_stride;
        if ( PCI_SLOT(devfn) != PCI_SLOT(pdev->devfn) )
            break;
        (void)fake_ops()->add((uint8_t)devfn, pdev);
    }

    return rc;
}

static int iommu_remove_device(struct pci_dev *pdev)
{
    unsigned int devfn = pdev->devfn;
    int rc = 0;

    if ( !pdev->domain )
        return -EINVAL;
    while ( pdev->phantom_stride )
    {
        devfn += pdev->phantom_stride;
        if ( PCI_SLOT(devfn) != PCI_SLOT(pdev->devfn) )
            break;
        rc = fake_ops()->remove((uint8_t)devfn, pdev);
        if ( rc )
            return rc;
    }

    return fake_ops()->remove(pdev->devfn, pdev);
}

/* Page tables of its own in quarantine, where that has some. */
static int quarantine_init(struct pci_dev *pdev)
{
    static uint64_t last = 1ULL << 32;

    if ( !fake_scratch_page || pdev->arch.page_tables )
        return 0;
    if ( fake_fails() )
        return -ENOMEM;
    pdev->arch.page_tables = ++last;

    return 0;
}

static int reassign(struct domain *from, struct domain *to,
                    struct pci_dev *pdev)
{
    unsigned int devfn = pdev->devfn;
    int rc;

    while ( pdev->phantom_stride )
    {
        devfn += pdev->phantom_stride;
        if ( PCI_SLOT(devfn) != PCI_SLOT(pdev->devfn) )
            break;
        rc = fake_ops()->reassign(from, to, (uint8_t)devfn, pdev);
        if ( rc )
            return rc;
    }

    return fake_ops()->reassign(from, to, pdev->devfn, pdev);
}

static int deassign_device(struct domain *d, uint16_t seg, uint8_t bus,
                           uint8_t devfn)
{
    struct pci_dev *pdev = pci_get_pdev(d, PCI_SBDF(seg, bus, devfn));
    struct domain *target = hardware_domain;
    int rc;

    ASSERT(pcidevs_locked());
    if ( !pdev )
        return -ENODEV;
    if ( (pdev->quarantine || iommu_quarantine) && pdev->domain != dom_io )
    {
        rc = quarantine_init(pdev);
        if ( rc )
            return rc;
        target = dom_io;
    }
    rc = reassign(d, target, pdev);
    if ( !rc && pdev->domain == hardware_domain )
        pdev->quarantine = false;

    return rc;
}

/* --- dom0's hypercalls ------------------------------------------------- */

static int give_to_dom0(struct pci_dev *pdev)
{
    int rc;

    pdev->domain = hardware_domain;
    list_add(&pdev->domain_list, &hardware_domain->pdev_list);
    rc = fake_fails() ? -ENOMEM : iommu_add_device(pdev);
    if ( rc )
    {
        list_del(&pdev->domain_list);
        pdev->domain = NULL;
    }

    return rc;
}

int stock_pci_add_device(uint16_t seg, uint8_t bus, uint8_t devfn,
                         const struct pci_dev_info *info, nodeid_t node)
{
    const struct pci_dev *physfn;
    struct pci_dev *pdev;
    struct pci_seg *pseg;
    bool is_extfn = info && info->is_extfn;
    int rc;

    if ( info && info->is_virtfn )
    {
        const pci_sbdf_t pf =
            PCI_SBDF(seg, info->physfn.bus, info->physfn.devfn);

        physfn = pci_get_pdev(NULL, pf);
        is_extfn = physfn && physfn->info.is_extfn;
        if ( !physfn )
            (void)pci_add_device(pf.seg, pf.bus, pf.devfn, NULL, node);
    }
    rc = xsm_resource_plug_pci(XSM_PRIV, PCI_SBDF(seg, bus, devfn).sbdf);
    if ( rc )
        return rc;

    pcidevs_lock();
    pseg = alloc_pseg(seg);
    pdev = pseg ? alloc_pdev(pseg, bus, devfn) : NULL;
    rc = pdev ? 0 : -ENOMEM;
    if ( pdev && info )
    {
        pdev->info = *info;
        pdev->info.is_extfn = is_extfn;
    }
    if ( pdev )
        pdev->node = node;
    if ( pdev && !pdev->domain )
        rc = give_to_dom0(pdev);
    pcidevs_unlock();

    return rc;
}

/* Frees the device whatever the IOMMU says, and reports that. */
int stock_pci_remove_device(uint16_t seg, uint8_t bus, uint8_t devfn)
{
    struct pci_seg *pseg = get_pseg(seg);
    struct pci_dev *pdev;
    int rc = xsm_resource_unplug_pci(XSM_PRIV, PCI_SBDF(seg, bus, devfn).sbdf);

    if ( rc )
        return rc;
    pcidevs_lock();
    pdev = pseg ? find(pseg, PCI_SBDF(seg, bus, devfn)) : NULL;
    rc = -ENODEV;
    if ( pdev )
    {
        pci_cleanup_msi(pdev);
        rc = iommu_remove_device(pdev);
        if ( pdev->domain )
            list_del(&pdev->domain_list);
        free_pdev(pseg, pdev);
    }
    pcidevs_unlock();

    return rc;
}

int stock_find_upstream_bridge(uint16_t seg, uint8_t *bus, uint8_t *devfn,
                               uint8_t *secbus)
{
    (void)seg;
    (void)bus;
    (void)devfn;
    (void)secbus;

    return 0;
}

/* --- Boot -------------------------------------------------------------- */

static void scan(uint32_t sbdf)
{
    struct pci_seg *pseg = alloc_pseg((uint16_t)(sbdf >> 16));
    struct pci_dev *pdev;

    pcidevs_lock();
    pdev = pseg ? alloc_pdev(pseg, (uint8_t)(sbdf >> 8), (uint8_t)sbdf) : NULL;
    ASSERT(pdev);
    pcidevs_unlock();
}

static void set_up_for_dom0(struct pci_dev *pdev)
{
    unsigned int devfn = pdev->devfn;

    pdev->domain = hardware_domain;
    list_add(&pdev->domain_list, &hardware_domain->pdev_list);
    pcidevs_lock();
    do
    {
        (void)fake_ops()->add((uint8_t)devfn, pdev);
        devfn += pdev->phantom_stride;
    } while ( devfn != pdev->devfn &&
              PCI_SLOT(devfn) == PCI_SLOT(pdev->devfn) );
    pcidevs_unlock();
}

/* All that is there, in the order of SBDFs, and then dom0 gets it. */
void fake_scan(void)
{
    struct pci_dev *pdev;
    uint64_t next = 0;

    for ( ;; )
    {
        uint64_t best = ~0ULL;
        size_t i;

        for ( i = 0; i < fake_world.count; i++ )
            if ( fake_world.functions[i].sbdf >= next &&
                 fake_world.functions[i].sbdf < best )
                best = fake_world.functions[i].sbdf;
        if ( best == ~0ULL )
            break;
        scan((uint32_t)best);
        next = best + 1;
    }
    for ( pdev = fake_next_pdev(NULL); pdev; pdev = fake_next_pdev(pdev) )
        set_up_for_dom0(pdev);
}

void fake_hide(uint32_t sbdf)
{
    struct pci_dev *pdev = pci_get_pdev(NULL, (pci_sbdf_t){ .sbdf = sbdf });

    ASSERT(pdev && pdev->domain == hardware_domain);
    list_move(&pdev->domain_list, &dom_xen->pdev_list);
    pdev->domain = dom_xen;
}

/* --- The toolstack ----------------------------------------------------- */

static int assign(struct domain *d, struct pci_dev *pdev)
{
    int rc = 0;

    if ( pdev->domain != dom_io )
        rc = quarantine_init(pdev);
    if ( !rc )
        rc = fake_ops()->reassign(pdev->domain, d, pdev->devfn, pdev);
    if ( !rc && pdev->phantom_stride )
    {
        unsigned int devfn = pdev->devfn;

        while ( !rc && PCI_SLOT(devfn += pdev->phantom_stride) ==
                           PCI_SLOT(pdev->devfn) )
            rc = fake_ops()->reassign(pdev->domain, d, (uint8_t)devfn, pdev);
        if ( rc && deassign_device(d, pdev->seg, pdev->bus, pdev->devfn) )
            pdev->broken = true;
    }
    if ( !rc && d == dom_io )
        pdev->quarantine = true;

    return rc;
}

int fake_assign(domid_t id, uint32_t sbdf)
{
    struct domain *d = fake_domain(id);
    struct pci_dev *pdev;
    int rc = -ENODEV;

    pcidevs_lock();
    pdev = pci_get_pdev(NULL, (pci_sbdf_t){ .sbdf = sbdf });
    if ( pdev && pdev->domain != hardware_domain && pdev->domain != dom_io )
        rc = -EBUSY;
    else if ( pdev )
        rc = pdev->broken ? -EBADF : assign(d, pdev);
    pcidevs_unlock();

    return rc;
}

int fake_deassign(uint32_t sbdf)
{
    struct pci_dev *pdev;
    int rc = -ENODEV;

    pcidevs_lock();
    pdev = pci_get_pdev(NULL, (pci_sbdf_t){ .sbdf = sbdf });
    if ( pdev && pdev->domain && pdev->domain != hardware_domain &&
         pdev->domain != dom_xen )
        rc = deassign_device(pdev->domain, pdev->seg, pdev->bus, pdev->devfn);
    pcidevs_unlock();

    return rc;
}

/* A domain of which a device cannot be taken stays, dying. */
int fake_destroy(domid_t id)
{
    struct domain *d = rcu_lock_domain_by_id(id);
    struct list_head *next;
    int one, rc = 0;

    if ( !d || d == hardware_domain )
    {
        if ( d )
            rcu_unlock_domain(d);
        return -ESRCH;
    }
    rcu_unlock_domain(d);
    d->is_dying = true;
    pcidevs_lock();
    fake_free_domain_interrupts(d);
    for ( next = d->pdev_list.next; next != &d->pdev_list; )
    {
        struct pci_dev *pdev = list_entry(next, struct pci_dev, domain_list);

        next = next->next;
        one = deassign_device(d, pdev->seg, pdev->bus, pdev->devfn);
        rc = one ? one : rc;
    }
    pcidevs_unlock();
    if ( rc || !list_empty(&d->pdev_list) )
        return rc ?: -EBUSY;
    list_del(&d->list);
    free(d);

    return 0;
}

#include "xen/doors/pci.h"
