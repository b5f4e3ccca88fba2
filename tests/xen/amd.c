/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake of AMD's IOMMU: the device table of each segment, the IVRS table,
 * interrupt tables.  The module is called where the hooks in amd.cocci and
 * amdmap.cocci call it.
 */
#include <stdlib.h>

#include "control.h"
#include "xen/hooks.h"

#define UNITS 3U
#define IVRS_ENTRIES 0x800
#define ALIASES 8

LIST_HEAD(amd_iommu_head);
unsigned int ivrs_bdf_entries;
bool amd_iommu_perdev_intremap = true;
void *shared_intremap_table;
unsigned long *shared_intremap_inuse;
static const uint16_t segment_of[UNITS] = { 0, 1, 0xffff };
static struct amd_iommu iommus[UNITS];
static struct ivrs_mappings *mappings[UNITS];
static unsigned long domids[UNITS];
static bool bus_is_used[UNITS][256];

static struct {
    uint16_t bdf, requester;
} aliases[ALIASES];
static unsigned int alias_count;

void fake_ivrs_alias(uint16_t bdf, uint16_t requester)
{
    ASSERT(alias_count < ALIASES);
    aliases[alias_count].bdf = bdf;
    aliases[alias_count++].requester = requester;
}

int stock_amd_iommu_get_ivrs_dev_entries(void)
{
    return IVRS_ENTRIES;
}

static unsigned int index_of(uint16_t seg)
{
    unsigned int i = 0;

    while ( i < UNITS && segment_of[i] != seg )
        i++;

    return i;
}

struct ivrs_mappings *get_ivrs_mappings(uint16_t seg)
{
    unsigned int index = index_of(seg);

    return index < UNITS ? mappings[index] : NULL;
}

int iterate_ivrs_mappings(int (*each)(uint16_t seg, struct ivrs_mappings *map))
{
    unsigned int i;
    int rc = 0;

    for ( i = 0; !rc && i < UNITS; i++ )
        rc = each(segment_of[i], mappings[i]);

    return rc;
}

/* What IVRS speaks of are buses 00 to 07. */
static void read_ivrs(unsigned int unit)
{
    unsigned int i, bdf;

    for ( bdf = 0; bdf < ivrs_bdf_entries; bdf++ )
    {
        mappings[unit][bdf].dte_requestor_id = (uint16_t)bdf;
        if ( bdf >= IVRS_ENTRIES )
            continue;
        mappings[unit][bdf].iommu = &iommus[unit];
        mappings[unit][bdf].valid = true;
    }
    for ( i = 0; !unit && i < alias_count; i++ )
    {
        mappings[unit][aliases[i].bdf].dte_requestor_id = aliases[i].requester;
        mappings[unit][aliases[i].bdf].valid = false;
    }
}

void fake_amd_boot(void)
{
    unsigned int i;

    ivrs_bdf_entries = (unsigned int)amd_iommu_get_ivrs_dev_entries();
    for ( i = 0; i < UNITS; i++ )
    {
        iommus[i].seg = segment_of[i];
        iommus[i].domid_map = &domids[i];
        iommus[i].ats_devices =
            (struct list_head)LIST_HEAD_INIT(iommus[i].ats_devices);
        iommus[i].dev_table.buffer =
            calloc(0x10000, sizeof(struct amd_iommu_dte));
        mappings[i] = calloc(ivrs_bdf_entries, sizeof(*mappings[i]));
        ASSERT(mappings[i] && iommus[i].dev_table.buffer);
        list_add_tail(&iommus[i].list, &amd_iommu_head);
        read_ivrs(i);
    }
    fake_scan();
}

static uint16_t requester_of(const struct ivrs_mappings *map, uint16_t bdf)
{
    uint16_t requester = map[bdf].dte_requestor_id;

    return map[bdf].valid && map[requester].valid ? bdf : requester;
}

/* --- Interrupt tables -------------------------------------------------- */

void *amd_iommu_alloc_intremap_table(const struct amd_iommu *iommu,
                                     unsigned long **inuse, unsigned int nr)
{
    void *table = iommu ? fake_alloc(64, true) : NULL;

    (void)nr;
    *inuse = table;

    return table;
}

/* No entry of the device table may name it any more. */
void amd_iommu_free_intremap_table(const struct amd_iommu *iommu,
                                   struct ivrs_mappings *map, uint16_t bdf)
{
    const struct amd_iommu_dte *dte = iommu->dev_table.buffer;
    const struct ivrs_mappings *all = get_ivrs_mappings(iommu->seg);
    unsigned int other;

    for ( other = 0; other < ivrs_bdf_entries; other++ )
        ASSERT(&all[other] == map ||
               all[other].intremap_table != map->intremap_table);
    ASSERT(&all[bdf] == map);
    ASSERT(dte[bdf].interrupts != map->intremap_table ||
           dte[bdf].int_ctl == IOMMU_DEV_TABLE_INT_CONTROL_ABORTED);
    xfree(map->intremap_table);
    map->intremap_table = NULL;
    map->intremap_inuse = NULL;
}

void amd_iommu_set_intremap_table(void *dte, const void *table,
                                  const struct amd_iommu *iommu, bool valid)
{
    struct amd_iommu_dte *entry = dte;

    ASSERT(iommu->lock.held && valid);
    entry->interrupts = table;
    entry->int_ctl = table ? 2 : IOMMU_DEV_TABLE_INT_CONTROL_ABORTED;
}

void amd_iommu_flush_device(struct amd_iommu *iommu, uint16_t bdf, domid_t id)
{
    (void)bdf;
    (void)id;
    ASSERT(!iommu->lock.held);
}

/* --- Device table entries ---------------------------------------------- */

static bool skips(const struct domain *d, const struct pci_dev *pdev)
{
    return d == dom_io && !pdev->arch.page_tables;
}

static int amd_iommu_setup_domain_device(struct domain *domain,
                                         struct amd_iommu *iommu, uint8_t devfn,
                                         struct pci_dev *pdev)
{
    const struct ivrs_mappings *map = get_ivrs_mappings(pdev->seg);
    struct amd_iommu_dte *dte = iommu->dev_table.buffer;
    uint16_t requester;
    int rc;

    if ( skips(domain, pdev) )
        return 0;
    rc = xpci_hook_amd_map(domain, iommu, devfn, pdev);
    if ( rc )
        return rc < 0 ? rc : 0;
    if ( fake_fails() )
        return -ENOMEM;
    requester = requester_of(map, (uint16_t)PCI_BDF(pdev->bus, devfn));
    bus_is_used[index_of(pdev->seg)][requester >> 8] = true;
    dte += requester;
    dte->domain_id =
        domain == dom_io ? pdev->arch.pseudo_domid : domain->domain_id;
    dte->page_tables =
        domain == dom_io ? pdev->arch.page_tables : domain->page_tables;
    dte->v = dte->tv = true;
    if ( dte->interrupts )
        dte->int_ctl = 2;
    ASSERT(pcidevs_locked());
    if ( devfn == pdev->devfn )
        fake_enable_ats(pdev, &iommu->ats_devices);

    return 0;
}

static void disable(const struct domain *domain, struct amd_iommu *iommu,
                    uint8_t devfn, struct pci_dev *pdev)
{
    const struct ivrs_mappings *map = get_ivrs_mappings(pdev->seg);
    struct amd_iommu_dte *dte = iommu->dev_table.buffer;

    if ( skips(domain, pdev) )
        return;
    ASSERT(pcidevs_locked());
    if ( xpci_hook_amd_unmap(iommu, devfn, pdev) )
        return;
    if ( xpci_hook_ats_in_use(pdev) )
    {
        fake_touch(pdev);
        list_del(&pdev->ats.list);
    }
    dte += requester_of(map, (uint16_t)PCI_BDF(pdev->bus, devfn));
    if ( !dte->v && !dte->tv )
        return;
    dte->int_ctl = IOMMU_DEV_TABLE_INT_CONTROL_ABORTED;
    dte->tv = false;
    dte->v = true;
}

static struct amd_iommu *iommu_for(const struct pci_dev *pdev)
{
    const struct ivrs_mappings *map = get_ivrs_mappings(pdev->seg);

    return map && pdev->sbdf.bdf < ivrs_bdf_entries ? map[pdev->sbdf.bdf].iommu
                                                    : NULL;
}

static int give_table(struct amd_iommu *iommu, struct ivrs_mappings *map,
                      uint16_t bdf, const struct pci_dev *pdev)
{
    unsigned long flags;

    if ( map[bdf].dte_requestor_id != bdf || map[bdf].intremap_table )
        return 0;
    if ( pdev->msix || pdev->msi_maxvec )
    {
        map[bdf].intremap_table = amd_iommu_alloc_intremap_table(
            iommu, &map[bdf].intremap_inuse, pdev->msi_maxvec);
        if ( !map[bdf].intremap_table )
            return -ENOMEM;
    }
    spin_lock_irqsave(&iommu->lock, flags);
    amd_iommu_set_intremap_table(
        (struct amd_iommu_dte *)iommu->dev_table.buffer + bdf,
        map[bdf].intremap_table, iommu, true);
    spin_unlock_irqrestore(&iommu->lock, flags);

    return 0;
}

static int add(uint8_t devfn, struct pci_dev *pdev)
{
    struct ivrs_mappings *map = get_ivrs_mappings(pdev->seg);
    struct amd_iommu *iommu = iommu_for(pdev);
    uint16_t bdf = (uint16_t)PCI_BDF(pdev->bus, devfn);
    bool is_fresh = pdev->arch.pseudo_domid == DOMID_INVALID;
    int rc;

    if ( !iommu )
        return pdev->type == DEV_TYPE_PCI_HOST_BRIDGE ? 0 : -ENODEV;
    if ( !map[map[bdf].dte_requestor_id].valid )
        return -EPERM;
    rc = give_table(iommu, map, bdf, pdev);
    if ( rc )
        return rc;
    if ( is_fresh )
        pdev->arch.pseudo_domid = iommu_alloc_domid(iommu->domid_map);
    if ( pdev->arch.pseudo_domid == DOMID_INVALID )
        return -ENOSPC;
    rc = amd_iommu_setup_domain_device(pdev->domain, iommu, devfn, pdev);
    if ( rc && is_fresh )
        pdev->arch.pseudo_domid = DOMID_INVALID;

    return rc;
}

static int remove_one(uint8_t devfn, struct pci_dev *pdev)
{
    struct ivrs_mappings *map = get_ivrs_mappings(pdev->seg);
    struct amd_iommu *iommu = iommu_for(pdev);
    uint16_t bdf = (uint16_t)PCI_BDF(pdev->bus, devfn);

    if ( !iommu )
        return -ENODEV;
    disable(pdev->domain, iommu, devfn, pdev);
    pdev->arch.page_tables = 0;
    pdev->arch.pseudo_domid = DOMID_INVALID;
    if ( amd_iommu_perdev_intremap && map[bdf].dte_requestor_id == bdf &&
         map[bdf].intremap_table )
        amd_iommu_free_intremap_table(iommu, &map[bdf], bdf);

    return 0;
}

static int reassign(struct domain *from, struct domain *to, uint8_t devfn,
                    struct pci_dev *pdev)
{
    struct amd_iommu *iommu = iommu_for(pdev);
    int rc = 0;

    if ( !iommu )
        return -ENODEV;
    if ( skips(to, pdev) )
        disable(from, iommu, devfn, pdev);
    else
        rc = amd_iommu_setup_domain_device(to, iommu, devfn, pdev);
    if ( rc )
        return rc;
    if ( devfn == pdev->devfn && pdev->domain != to )
    {
        list_move(&pdev->domain_list, &to->pdev_list);
        pdev->domain = to;
    }

    return 0;
}

/* --- For the predicate ------------------------------------------------- */

static unsigned int claims(const struct pci_dev *pdev, uint32_t *rids)
{
    const struct ivrs_mappings *map = get_ivrs_mappings(pdev->seg);
    unsigned int count = 0, devfn = pdev->devfn;

    if ( !iommu_for(pdev) )
        return 0;
    do
    {
        rids[count++] = (uint32_t)pdev->seg << 16 |
                        requester_of(map, (uint16_t)PCI_BDF(pdev->bus, devfn));
        devfn += pdev->phantom_stride;
    } while ( pdev->phantom_stride &&
              PCI_SLOT(devfn) == PCI_SLOT(pdev->devfn) );

    return count;
}

static unsigned int unit_of(const struct pci_dev *pdev)
{
    return index_of(pdev->seg);
}

static bool next_entry(unsigned int *unit, uint32_t *rid,
                       struct fake_entry *entry)
{
    for ( ; *unit < UNITS; ++*unit, *rid = 0 )
        while ( *rid < 0x10000 )
        {
            const struct amd_iommu_dte *dte = iommus[*unit].dev_table.buffer;

            if ( !bus_is_used[*unit][*rid >> 8] )
            {
                *rid = (*rid | 0xff) + 1;
                continue;
            }
            dte += *rid;
            entry->rid = (uint32_t)segment_of[*unit] << 16 | *rid;
            entry->present = dte->v && dte->tv;
            entry->page_tables = dte->page_tables;
            ++*rid;
            return true;
        }

    return false;
}

const struct fake_unit_ops fake_amd_ops = {
    .add = add,
    .remove = remove_one,
    .reassign = reassign,
    .claims = claims,
    .unit_of = unit_of,
    .next = next_entry,
};

#include "xen/doors/amd.h"
