/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake of VT-d: units, their context entries, the DMAR table's scopes. The
 * module is called where the hooks in vtd.cocci and dmar.cocci call it.
 */
#include <stdlib.h>

#include "control.h"
#include "xen/hooks.h"

#define UNITS 4U

LIST_HEAD(acpi_drhd_units);
static const uint16_t segment_of[UNITS] = { 0, 0, 1, 0xffff };
static struct acpi_drhd_unit drhds[UNITS];
static struct vtd_iommu iommus[UNITS];
static unsigned long domids[UNITS];
static uint16_t scope_device;
static int scope_devfn = -1;

/* In quarantine without page tables, nothing is mapped. */
static bool skips(const struct domain *d, const struct pci_dev *pdev)
{
    return d == dom_io && !(pdev && pdev->arch.page_tables);
}

static domid_t id_for(const struct domain *d, const struct pci_dev *pdev)
{
    return d == dom_io ? pdev->arch.pseudo_domid : d->domain_id;
}

static uint64_t tables_for(const struct domain *d, const struct pci_dev *pdev)
{
    return d == dom_io ? pdev->arch.page_tables : d->page_tables;
}

domid_t iommu_alloc_domid(unsigned long *map)
{
    unsigned int bit = 0;

    if ( fake_fails() )
        return DOMID_INVALID;
    /* So many are never needed; what is used twice is no harm here. */
    while ( bit < BITS_OF_LONG - 1 && test_bit(bit, map) )
        bit++;
    set_bit(bit, map);

    return (domid_t)(0x8000U | bit);
}

static void free_domid(struct pci_dev *pdev, unsigned long *map)
{
    if ( pdev->arch.pseudo_domid != DOMID_INVALID )
        clear_bit(pdev->arch.pseudo_domid & 0x3fU, map);
    pdev->arch.pseudo_domid = DOMID_INVALID;
}

static struct fake_context *context_at(struct vtd_iommu *iommu, uint8_t bus,
                                       uint8_t devfn)
{
    if ( !iommu->bus[bus] )
        iommu->bus[bus] = calloc(256, sizeof(struct fake_context));
    ASSERT(iommu->bus[bus]);

    return &iommu->bus[bus][devfn];
}

/* --- The scopes -------------------------------------------------------- */

void fake_scope(uint8_t devfn)
{
    scope_devfn = devfn;
}

/* As Xen reads the table at boot, with the bus numbers that there are then. */
static void parse_scope(void)
{
    static struct {
        struct acpi_dmar_device_scope head;
        struct acpi_dmar_pci_path path;
    } entry = { .head = { .entry_type = ACPI_DMAR_SCOPE_TYPE_BRIDGE,
                          .length = sizeof(entry) } };
    struct acpi_drhd_unit *drhd = &drhds[1];
    uint32_t numbers;
    unsigned int bus;

    drhd->scope.devices = &scope_device;
    drhd->scope.devices_cnt = 1;
    entry.path.dev = PCI_SLOT(scope_devfn);
    entry.path.fn = PCI_FUNC(scope_devfn);
    numbers = pci_conf_read32(PCI_SBDF(0, 0, scope_devfn), 0x18);
    for ( bus = numbers >> 8 & 0xff; bus <= (numbers >> 16 & 0xff); bus++ )
        set_bit(bus, drhd->scope.buses);
    xpci_hook_scope_stored(&drhd->scope, 0, &entry, &entry + 1, 0);
    scope_device = (uint16_t)scope_devfn;
}

struct acpi_drhd_unit *acpi_find_matched_drhd_unit(const struct pci_dev *pdev)
{
    struct acpi_drhd_unit *drhd, *others = NULL;
    uint8_t bus, devfn;

    if ( !pdev )
        return NULL;
    if ( xpci_hook_unit(pdev) )
        return xpci_hook_unit(pdev);
    bus = pdev->info.is_virtfn ? pdev->info.physfn.bus : pdev->bus;
    devfn = pdev->info.is_virtfn ? pdev->info.physfn.devfn : pdev->devfn;
    for_each_drhd_unit(drhd)
    {
        if ( drhd->segment != pdev->seg )
            continue;
        if ( drhd->include_all )
            others = drhd;
        else if ( drhd->scope.devices[0] == PCI_BDF(bus, devfn) ||
                  test_bit(bus, drhd->scope.buses) )
            return drhd;
    }

    return others;
}

void fake_vtd_boot(void)
{
    unsigned int i;

    for ( i = 0; i < UNITS; i++ )
    {
        if ( i == 1 && scope_devfn < 0 )
            continue;
        iommus[i].index = i;
        iommus[i].drhd = &drhds[i];
        iommus[i].pseudo_domid_map = &domids[i];
        iommus[i].ats_devices =
            (struct list_head)LIST_HEAD_INIT(iommus[i].ats_devices);
        drhds[i].iommu = &iommus[i];
        drhds[i].segment = segment_of[i];
        drhds[i].include_all = i != 1;
        list_add(&drhds[i].list, &acpi_drhd_units);
    }
    if ( scope_devfn >= 0 )
        parse_scope();
    fake_scan();
}

/* --- Context entries --------------------------------------------------- */

int domain_context_unmap_one(struct domain *d, struct vtd_iommu *iommu,
                             uint8_t bus, uint8_t devfn)
{
    struct fake_context *context = context_at(iommu, bus, devfn);

    ASSERT(d && pcidevs_locked());
    if ( xpci_hook_unmap(iommu, bus, devfn) )
        return 0;
    if ( !context->present )
        return 0;
    *context = (struct fake_context){ 0 };

    /* It is the flush that fails. */
    return fake_fails() ? -ETIMEDOUT : 0;
}

static struct domain *domain_of(const struct fake_context *context)
{
    struct domain *d;

    if ( context->id >= DOMID_FIRST_RESERVED )
        return dom_io;
    for_each_domain(d) if ( d->domain_id == context->id ) return d;

    return NULL;
}

static int map_one(struct domain *d, struct vtd_iommu *iommu, uint8_t bus,
                   uint8_t devfn, const struct pci_dev *pdev, domid_t id,
                   uint64_t tables, bool is_recovery)
{
    struct fake_context *context = context_at(iommu, bus, devfn);
    struct domain *before = NULL;
    int rc;

    if ( d == dom_io && !tables )
        return 0;
    rc = xpci_hook_map(d, iommu, bus, devfn, pdev);
    if ( rc )
        return rc < 0 ? rc : 0;
    ASSERT(pcidevs_locked());
    if ( context->present )
    {
        before = domain_of(context);
        if ( !before )
            return -ESRCH;
    }
    if ( fake_fails() )
        return -ENOMEM;
    if ( before == d )
    {
        ASSERT(context->page_tables == tables);
        return pdev ? 1 : 0;
    }
    *context = (struct fake_context){ .present = true,
                                      .id = id,
                                      .page_tables = tables };
    if ( !fake_fails() )
        return pdev && before;
    if ( is_recovery )
        return -ETIMEDOUT;
    if ( !before || (before == dom_io && !pdev) )
        (void)domain_context_unmap_one(d, iommu, bus, devfn);
    else
        (void)map_one(before, iommu, bus, devfn, pdev, id_for(before, pdev),
                      tables_for(before, pdev), true);

    return -ETIMEDOUT;
}

/* The door calls it by Xen's name, with Xen's macros. */
#define DEVICE_DOMID(d, pdev) id_for(d, pdev)
#define DEVICE_PGTABLE(d, pdev) tables_for(d, pdev)
static int domain_context_mapping_one(struct domain *d, struct vtd_iommu *iommu,
                                      uint8_t bus, uint8_t devfn,
                                      const struct pci_dev *pdev, domid_t id,
                                      uint64_t tables, unsigned int mode)
{
    ASSERT(!mode);

    return map_one(d, iommu, bus, devfn, pdev, id, tables, false);
}

static int unmap(struct domain *d, uint8_t devfn, struct pci_dev *pdev)
{
    struct acpi_drhd_unit *drhd = acpi_find_matched_drhd_unit(pdev);
    uint8_t bus = pdev->bus, its_devfn = devfn, secbus;
    int rc;

    switch ( pdev->type )
    {
    case DEV_TYPE_PCI_HOST_BRIDGE:
        return d == hardware_domain ? 0 : -EPERM;

    case DEV_TYPE_PCIe_BRIDGE:
    case DEV_TYPE_PCIe2PCI_BRIDGE:
    case DEV_TYPE_LEGACY_PCI_BRIDGE:
        return 0;

    case DEV_TYPE_PCIe_ENDPOINT:
        if ( !drhd )
            return -ENODEV;
        rc = domain_context_unmap_one(d, drhd->iommu, bus, devfn);
        if ( !rc && devfn == pdev->devfn && xpci_hook_ats_in_use(pdev) )
        {
            fake_touch(pdev);
            list_del(&pdev->ats.list);
        }
        return rc;

    case DEV_TYPE_PCI:
        if ( !drhd )
            return -ENODEV;
        rc = domain_context_unmap_one(d, drhd->iommu, bus, devfn);
        if ( !rc )
            rc = xpci_hook_unmap_aliases(pdev, &bus, &its_devfn, &secbus);
        return rc < 0 ? -ENXIO : 0;

    default:
        return -EINVAL;
    }
}

void fake_enable_ats(struct pci_dev *pdev, struct list_head *devices)
{
    const unsigned int at = 0x100;

    if ( (pci_conf_read32(pdev->sbdf, at) & 0xffff) != PCI_EXT_CAP_ID_ATS ||
         (pdev->ats.list.next && pdev->ats.list.next != LIST_POISON1) )
        return;
    pdev->ats.cap_pos = at;
    list_add(&pdev->ats.list, devices);
}

/* A conventional device: its own ID, and then those of the bridge above it. */
static int map_pci(struct domain *d, uint8_t devfn, struct pci_dev *pdev,
                   struct vtd_iommu *iommu)
{
    uint8_t bus = pdev->bus, its_devfn = devfn, secbus;
    int before = map_one(d, iommu, bus, devfn, pdev, id_for(d, pdev),
                         tables_for(d, pdev), false);
    int rc;

    if ( before < 0 )
        return before;
    rc = xpci_hook_map_aliases(d, pdev, &bus, &its_devfn, &secbus);
    if ( rc >= 0 )
        return 0;
    if ( !before )
        (void)unmap(d, devfn, pdev);
    else if ( pdev->domain != d )
        (void)map_pci(pdev->domain, devfn, pdev, iommu);

    return -ENXIO;
}

static int map(struct domain *d, uint8_t devfn, struct pci_dev *pdev)
{
    struct acpi_drhd_unit *drhd = acpi_find_matched_drhd_unit(pdev);
    bool is_fresh = pdev->arch.pseudo_domid == DOMID_INVALID;
    int rc;

    switch ( pdev->type )
    {
    case DEV_TYPE_PCI_HOST_BRIDGE:
        return d == hardware_domain ? 0 : -EPERM;

    case DEV_TYPE_PCIe_BRIDGE:
    case DEV_TYPE_PCIe2PCI_BRIDGE:
    case DEV_TYPE_LEGACY_PCI_BRIDGE:
        return 0;

    case DEV_TYPE_PCIe_ENDPOINT:
    case DEV_TYPE_PCI:
        break;

    default:
        return -EINVAL;
    }
    if ( !drhd )
        return -ENODEV;
    if ( is_fresh )
    {
        pdev->arch.pseudo_domid =
            iommu_alloc_domid(drhd->iommu->pseudo_domid_map);
        if ( pdev->arch.pseudo_domid == DOMID_INVALID )
            return -ENOSPC;
    }
    if ( pdev->type == DEV_TYPE_PCI )
        rc = map_pci(d, devfn, pdev, drhd->iommu);
    else
        rc = map_one(d, drhd->iommu, pdev->bus, devfn, pdev, id_for(d, pdev),
                     tables_for(d, pdev), false);
    if ( rc > 0 )
        rc = 0;
    if ( !rc && pdev->type == DEV_TYPE_PCIe_ENDPOINT && devfn == pdev->devfn )
        fake_enable_ats(pdev, &drhd->iommu->ats_devices);
    if ( rc && is_fresh )
        free_domid(pdev, drhd->iommu->pseudo_domid_map);

    return rc;
}

static int add(uint8_t devfn, struct pci_dev *pdev)
{
    return map(pdev->domain, devfn, pdev);
}

static int remove_one(uint8_t devfn, struct pci_dev *pdev)
{
    struct acpi_drhd_unit *drhd = acpi_find_matched_drhd_unit(pdev);
    int rc = unmap(pdev->domain, devfn, pdev);

    if ( rc )
        return rc;
    pdev->arch.page_tables = 0;
    if ( drhd )
        free_domid(pdev, drhd->iommu->pseudo_domid_map);

    return 0;
}

static int reassign(struct domain *from, struct domain *to, uint8_t devfn,
                    struct pci_dev *pdev)
{
    int rc = skips(to, pdev) ? unmap(from, devfn, pdev) : map(to, devfn, pdev);

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
    uint8_t bus = pdev->bus, devfn = pdev->devfn, secbus;
    unsigned int count = 0, phantom = pdev->devfn;

    if ( pdev->type != DEV_TYPE_PCIe_ENDPOINT && pdev->type != DEV_TYPE_PCI )
        return 0;
    rids[count++] = pdev->sbdf.sbdf;
    while ( pdev->phantom_stride &&
            PCI_SLOT(phantom += pdev->phantom_stride) == PCI_SLOT(devfn) )
        rids[count++] = PCI_SBDF(pdev->seg, bus, phantom).sbdf;
    if ( pdev->type != DEV_TYPE_PCI ||
         !find_upstream_bridge(pdev->seg, &bus, &devfn, &secbus) )
        return count;
    rids[count++] = PCI_SBDF(pdev->seg, bus, devfn).sbdf;
    if ( fake_bridge_takes_secondary(rids[count - 1]) )
        rids[count++] = PCI_SBDF(pdev->seg, secbus, 0).sbdf;

    return count;
}

static unsigned int unit_of(const struct pci_dev *pdev)
{
    const struct acpi_drhd_unit *drhd = acpi_find_matched_drhd_unit(pdev);

    return drhd ? drhd->iommu->index : UNITS;
}

static bool next_entry(unsigned int *unit, uint32_t *rid,
                       struct fake_entry *entry)
{
    for ( ; *unit < UNITS; ++*unit, *rid = 0 )
        while ( *rid < 0x10000 )
        {
            const struct fake_context *contexts = iommus[*unit].bus[*rid >> 8];

            if ( !contexts )
            {
                *rid = (*rid | 0xff) + 1;
                continue;
            }
            contexts += *rid & 0xff;
            entry->rid = (uint32_t)segment_of[*unit] << 16 | *rid;
            entry->present = contexts->present;
            entry->page_tables = contexts->page_tables;
            ++*rid;
            return true;
        }

    return false;
}

const struct fake_unit_ops fake_vtd_ops = {
    .add = add,
    .remove = remove_one,
    .reassign = reassign,
    .claims = claims,
    .unit_of = unit_of,
    .next = next_entry,
};

#include "xen/doors/vtd.h"
