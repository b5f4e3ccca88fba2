/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The predicate of the fake: what must hold whatever happened.  What is mapped
 * is derived here a second time, from Xen's list of devices and the table in
 * xen-pci/xen/README.md, and held against the IOMMUs' tables and the record.
 */
#include <stdio.h>

#include "control.h"
#include "xen/glue.h"
#include "xen/iommu.h"

#define MOST 4096

struct claim {
    uint32_t rid;
    const struct pci_dev *pdev;
};

static struct claim claims[MOST];
static struct fake_entry entries[MOST];
static unsigned int units[MOST];
static size_t claim_count, entry_count;
static char *complaint;
static size_t complaint_size;

static bool complain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
static bool complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(complaint, complaint_size, format, arguments);
    va_end(arguments);

    return false;
}

/* Who claims it, after what is wrong with it. */
static bool complain_of(uint32_t rid)
{
    size_t i, length = strlen(complaint);

    for ( i = 0; i < claim_count; i++ )
        if ( claims[i].rid == rid && length < complaint_size )
            length += (size_t)snprintf(
                complaint + length, complaint_size - length,
                "; %08x of d%u claims it", claims[i].pdev->sbdf.sbdf,
                claims[i].pdev->domain->domain_id);

    return false;
}

/* Xen may have refused the bridge, which leads to its buses all the same. */
bool fake_bridge_takes_secondary(uint32_t bridge)
{
    const struct pci_dev *pdev =
        pci_get_pdev(NULL, (pci_sbdf_t){ .sbdf = bridge });

    return pdev ? pdev->type == DEV_TYPE_PCIe2PCI_BRIDGE
                : xpci_xen_bridge_type(bridge) == XPCI_TYPE_PCIE_TO_PCI_BRIDGE;
}

/* --- Whose page tables ------------------------------------------------- */

static bool is_displaced(const struct pci_dev *pdev)
{
    struct xpci_device_info info;

    return xpci_instance() &&
           !xpci_device(xpci_instance(), pdev->sbdf.sbdf, &info) &&
           info.flags & XPCI_DISPLACED;
}

/* Device 0 on a bridge's secondary bus has the bridge's ID as its own. */
static void add_claim(uint32_t rid, struct pci_dev *pdev)
{
    size_t i;

    for ( i = 0; i < claim_count; i++ )
        if ( claims[i].rid == rid && claims[i].pdev == pdev )
            return;
    ASSERT(claim_count < MOST);
    claims[claim_count++] = (struct claim){ rid, pdev };
}

static void collect(void)
{
    struct pci_dev *pdev;
    uint32_t rids[FAKE_CLAIMS], rid = 0;
    unsigned int i, count, unit = 0;

    claim_count = entry_count = 0;
    for ( pdev = fake_next_pdev(NULL); pdev; pdev = fake_next_pdev(pdev) )
    {
        if ( !pdev->domain || is_displaced(pdev) )
            continue;
        count = fake_ops()->claims(pdev, rids);
        for ( i = 0; i < count; i++ )
            add_claim(rids[i], pdev);
    }
    for ( ;; )
    {
        ASSERT(entry_count < MOST);
        if ( !fake_ops()->next(&unit, &rid, &entries[entry_count]) )
            break;
        units[entry_count] = unit;
        entry_count += entries[entry_count].present;
    }
}

/* A claimant's page tables; 0: none. */
static uint64_t tables_of(const struct pci_dev *pdev)
{
    if ( pdev->domain == dom_io )
        return pdev->arch.page_tables;

    return pdev->domain == dom_xen ? hardware_domain->page_tables
                                   : pdev->domain->page_tables;
}

static bool is_guests(const struct pci_dev *pdev)
{
    return pdev->domain != hardware_domain && pdev->domain != dom_xen &&
           pdev->domain != dom_io;
}

/* The device for which the ID is mapped; NULL: it is to be nobody's. */
static const struct pci_dev *expected_for(uint32_t rid)
{
    const struct pci_dev *dom0s = NULL, *guests = NULL, *quarantined = NULL;
    unsigned int count = 0;
    bool clash = false;
    size_t i;

    for ( i = 0; i < claim_count; i++ )
    {
        const struct pci_dev *pdev = claims[i].pdev;

        if ( claims[i].rid != rid )
            continue;
        count++;
        if ( pdev->domain == dom_io )
            quarantined = pdev;
        else if ( is_guests(pdev) )
        {
            clash |= guests && guests->domain != pdev->domain;
            guests = pdev;
        }
        else
            dom0s = pdev;
    }
    if ( clash || (quarantined && count > 1) )
        return NULL;

    return quarantined ?: guests ?: dom0s;
}

static const struct fake_entry *entry_for(uint32_t rid, unsigned int *unit)
{
    size_t i;

    for ( i = 0; i < entry_count; i++ )
        if ( entries[i].rid == rid )
        {
            *unit = units[i];
            return &entries[i];
        }

    return NULL;
}

/* Xen may fail between a device's functions, and says so. */
static bool is_half_done(uint32_t rid, const struct fake_entry *entry)
{
    const struct domain *d;
    size_t i;

    for ( i = 0; fake_ever_failed && i < claim_count; i++ )
        if ( claims[i].rid == rid && claims[i].pdev->phantom_stride &&
             claims[i].pdev->sbdf.sbdf != rid )
            for_each_domain(d) if ( d->page_tables ==
                                    entry->page_tables ) return true;

    return false;
}

static bool rid_is_sound(uint32_t rid)
{
    const struct pci_dev *pdev = expected_for(rid);
    uint64_t wanted = pdev ? tables_of(pdev) : 0;
    unsigned int unit = 0;
    const struct fake_entry *entry = entry_for(rid, &unit);
    struct rid_entry record = xpci_rid_read(rid);

    if ( entry && is_half_done(rid, entry) )
        return true;
    if ( entry && !wanted )
        return complain("%08x is mapped to %llx, and should not be", rid,
                        (unsigned long long)entry->page_tables);
    if ( entry && entry->page_tables != wanted )
        return complain("%08x is mapped to %llx, and should be to %llx", rid,
                        (unsigned long long)entry->page_tables,
                        (unsigned long long)wanted);
    if ( entry && unit != fake_ops()->unit_of(pdev) )
        return complain("%08x is mapped in unit %u, and should be in %u", rid,
                        unit, fake_ops()->unit_of(pdev));
    if ( !entry && wanted && !fake_ever_failed )
        return complain("%08x is not mapped, and should be for %08x", rid,
                        pdev->sbdf.sbdf);
    if ( entry &&
         (!(record.flags & RID_MAPPED) || record.unit != unit ||
          (record.domain !=
               (pdev->domain == dom_xen ? 0 : pdev->domain->domain_id) &&
           !(record.flags & RID_UNSURE && fake_ever_failed))) )
        return complain("%08x is mapped and not so recorded", rid);
    if ( !entry && record.flags & RID_MAPPED &&
         !(record.flags & RID_UNSURE && fake_ever_failed) )
        return complain("%08x is recorded and not mapped", rid);
    if ( record.flags & RID_SUSPENDED )
        return complain("%08x is suspended for ever", rid);

    return true;
}

/* --- The lists --------------------------------------------------------- */

static size_t length_of(const struct list_head *head)
{
    const struct list_head *at;
    size_t length = 0;

    for ( at = head->next; at != head; at = at->next )
        length++;

    return length;
}

static bool lists_are_sound(void)
{
    size_t owned = 0, listed = length_of(&dom_io->pdev_list) +
                               length_of(&dom_xen->pdev_list);
    struct pci_dev *pdev;
    struct domain *d;

    for ( pdev = fake_next_pdev(NULL); pdev; pdev = fake_next_pdev(pdev) )
    {
        if ( !pdev->domain )
            return complain("%08x is nobody's", pdev->sbdf.sbdf);
        owned++;
        if ( xpci_attached(xpci_instance(), pdev->sbdf.sbdf) != pdev &&
             xpci_xen_has_all() )
            return complain("%08x is not attached", pdev->sbdf.sbdf);
    }
    for_each_domain(d) listed += length_of(&d->pdev_list);
    if ( owned != listed )
        return complain("%zu devices are owned, and %zu listed", owned, listed);

    return true;
}

/* What the tables have, Xen has. */
static bool tables_are_sound(void)
{
    const struct xpci *xpci = xpci_instance();
    struct xpci_device_info infos[16];
    struct xpci_walk walk = { 0 };
    const char *rule = "?";

    if ( !xpci_is_valid(xpci, &rule) )
        return complain("the tables: %s", rule);
    while ( !walk.done )
    {
        int i, count = xpci_walk_devices(xpci, &walk, infos, 16);

        for ( i = 0; i < count; i++ )
            if ( !(infos[i].flags & XPCI_BRIDGE_ONLY) &&
                 !pci_get_pdev(NULL, (pci_sbdf_t){ .sbdf = infos[i].sbdf }) )
                return complain("%08x is in the tables, and not Xen's",
                                infos[i].sbdf);
    }

    return true;
}

static bool is_sound(void)
{
    size_t i;

    if ( fake_wrong_writes )
        return complain("another device's registers were written");
    if ( !tables_are_sound() || !lists_are_sound() )
        return false;
    collect();
    for ( i = 0; i < claim_count; i++ )
        if ( !rid_is_sound(claims[i].rid) )
            return complain_of(claims[i].rid);
    for ( i = 0; i < entry_count; i++ )
        if ( !rid_is_sound(entries[i].rid) )
            return complain_of(entries[i].rid);

    return true;
}

bool fake_is_sound(char *text, size_t size)
{
    bool is;

    complaint = text;
    complaint_size = size;
    if ( fake_locks_held() )
        return complain("%u locks are held", fake_locks_held());
    /* Turned off, it is a stock Xen. */
    if ( !xpci_instance() )
        return true;
    pcidevs_lock();
    is = is_sound();
    pcidevs_unlock();

    return is;
}

/* --- In words ---------------------------------------------------------- */

static const char *name_of(uint64_t page_tables)
{
    static char name[8];
    struct domain *d;

    for_each_domain(d) if ( d->page_tables == page_tables )
    {
        (void)snprintf(name, sizeof(name), "%u", d->domain_id);
        return name;
    }

    return "io";
}

void fake_mapped(char *text, size_t size)
{
    size_t i, length = 0;

    pcidevs_lock();
    collect();
    pcidevs_unlock();
    text[0] = '\0';
    for ( i = 0; i < entry_count && length < size; i++ )
    {
        const uint32_t rid = entries[i].rid;

        length += (size_t)snprintf(
            text + length, size - length, "%s%02x:%02x.%x=%s%s", i ? " " : "",
            XPCI_BUS(rid), XPCI_DEV(rid), XPCI_FUNC(rid),
            name_of(entries[i].page_tables),
            fake_vendor == FAKE_VTD && units[i] == 1 ? "/1" : "");
    }
}
