/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device is removed, or is not at its place any more.
 *
 * Xen's removal, and its code for MSIs, ask the device and tell it, since they
 * were written for one that is still there.  By the time of the removal another
 * device may sit in the place, or none: dom0 renumbers buses, and hotplug does
 * not ask.  Then nothing is read from there and nothing is written to it: what
 * Xen has to know it recorded, and its hooks ask xpci_hook_is_silent() first.
 */
#include <xen/event.h>
#include <xen/irq.h>
#include <xen/msi.h>
#include <xen/sched.h>
#include <asm/msi.h>
#include <xsm/xsm.h>

#include "core/config.h"
#include "doors.h"
#include "glue.h"
#include "iommu.h"

/*
 * Is what sits at the device's place still what Xen knows there?  Nothing here
 * writes to config space: the device may be in use.
 */

/* Of the capabilities that are looked at, the first dwords. */
enum {
    EXPRESS,
    MSI,
    MSIX,
    CAPABILITIES
};

/* What config space says of a device, beside class and IDs. */
struct reading {
    uint32_t capability[CAPABILITIES];
    uint32_t ats; /* where Xen knows that capability; else 0 */
};

/* MSI and MSI-X have Message Control in their upper half. */
static unsigned int message_control(uint32_t header)
{
    return header >> 16;
}

/* Does config space say of MSI what it said when Xen looked? */
static bool same_msi(const struct pci_dev *pdev, uint32_t header)
{
    unsigned int vectors =
        header ? multi_msi_capable(message_control(header)) : 0;

    return vectors == pdev->msi_maxvec;
}

/* The same of MSI-X. */
static bool same_msix(const struct pci_dev *pdev, uint32_t header)
{
    if ( !header || !pdev->msix )
        return !header == !pdev->msix;

    return msix_table_size(message_control(header)) == pdev->msix->nr_entries;
}

/* Xen took the type when the device was entered; the tables may have later. */
static bool same_type(const struct pci_dev *pdev,
                      const struct xpci_device_info *info, uint32_t express)
{
    if ( !xpci_xen_has_all() )
        return pdev_type(pdev->seg, pdev->bus, pdev->devfn) == pdev->type;

    return xpci_config_type(info->class_revision, info->header_type, express) ==
           info->type;
}

static bool is_on_ats_list(const struct pci_dev *pdev)
{
    return pdev->ats.list.next && pdev->ats.list.next != LIST_POISON1;
}

/* Extended capabilities have their ID in bits 15-0 of their first dword. */
static bool same_ats(const struct pci_dev *pdev, uint32_t header)
{
    return !is_on_ats_list(pdev) || (header & 0xffffU) == PCI_EXT_CAP_ID_ATS;
}

static bool answers_as_reported(pci_sbdf_t sbdf,
                                const struct xpci_device_info *info)
{
    return pci_conf_read32(sbdf, PCI_CLASS_REVISION) == info->class_revision &&
           pci_conf_read32(sbdf, PCI_VENDOR_ID) ==
               (info->vendor | (uint32_t)info->device << 16);
}

static void read(const struct pci_dev *pdev, struct reading *reading)
{
    static const uint8_t ids[CAPABILITIES] = {
        [EXPRESS] = PCI_CAP_ID_EXP,
        [MSI] = PCI_CAP_ID_MSI,
        [MSIX] = PCI_CAP_ID_MSIX,
    };

    xpci_xen_capabilities(pdev->sbdf.sbdf, ids, reading->capability,
                          CAPABILITIES);
    reading->ats = is_on_ats_list(pdev)
                       ? pci_conf_read32(pdev->sbdf, pdev->ats.cap_pos)
                       : 0;
}

static bool is_same(const struct pci_dev *pdev,
                    const struct xpci_device_info *info,
                    const struct reading *reading)
{
    return same_type(pdev, info, reading->capability[EXPRESS]) &&
           same_msi(pdev, reading->capability[MSI]) &&
           same_msix(pdev, reading->capability[MSIX]) &&
           same_ats(pdev, reading->ats);
}

/* MSI's and MSI-X's enable bits may change between two readings. */
static bool agree(const struct pci_dev *pdev,
                  const struct xpci_device_info *info, struct reading *one,
                  struct reading *other)
{
    unsigned int i;

    for ( i = 0; i < CAPABILITIES; i++ )
        if ( (one->capability[i] ^ other->capability[i]) & 0xffU ||
             other->capability[i] == ~0U )
            return false;

    return !is_same(pdev, info, other) && one->ats == other->ats;
}

enum xpci_identity xpci_xen_identify(const struct pci_dev *pdev)
{
    struct xpci_device_info info;
    struct reading one, other;

    ASSERT(pcidevs_locked());

    if ( xpci_device(xpci_instance(), pdev->sbdf.sbdf, &info) )
        return XPCI_IDENTITY_OTHER;
    /* It did a moment ago, when the tables asked: a link goes down, a reset. */
    if ( !answers_as_reported(pdev->sbdf, &info) )
        return XPCI_IDENTITY_UNSURE;
    read(pdev, &one);
    if ( is_same(pdev, &info, &one) )
        return XPCI_IDENTITY_SAME;

    /* Another device says the same twice, and is whole. */
    read(pdev, &other);
    if ( !agree(pdev, &info, &one, &other) ||
         !answers_as_reported(pdev->sbdf, &info) )
        return XPCI_IDENTITY_UNSURE;

    return XPCI_IDENTITY_OTHER;
}

/* Its interrupts. */

/* The device that leaves without answering, or NULL. */
static const struct pci_dev *__read_mostly departing;

bool xpci_hook_is_silent(const struct pci_dev *pdev)
{
    return read_atomic(&departing) == pdev ||
           xpci_rid_read(pdev->sbdf.sbdf).flags & RID_SILENT;
}

static void set_departing(const struct pci_dev *pdev)
{
    ASSERT(pcidevs_locked());

    write_atomic(&departing, pdev);
}

/* An entry of MSI stands for several interrupts, one after the other. */
static unsigned int interrupts_of(const struct msi_desc *entry)
{
    return entry->msi_attrib.type == PCI_CAP_ID_MSI ? entry->msi.nvec : 1;
}

static bool is_bound(int irq)
{
    struct irq_desc *desc;
    unsigned long flags;
    bool bound;

    if ( irq < 0 )
        return false;

    desc = irq_to_desc(irq);
    spin_lock_irqsave(&desc->lock, flags);
    bound = desc->action || desc->status & IRQ_GUEST;
    spin_unlock_irqrestore(&desc->lock, flags);

    return bound;
}

static bool interrupts_in_use(const struct pci_dev *pdev)
{
    const struct msi_desc *entry;
    unsigned int i;

    ASSERT(pcidevs_locked());

    list_for_each_entry(
        entry, &pdev->msi_list,
        list) for ( i = 0; i < interrupts_of(entry);
                    i++ ) if ( is_bound(entry[i].irq) ) return true;

    return false;
}

/* False: no domain has it, or it cannot be taken from the one that has. */
static bool release(int irq)
{
    bool released = false;
    struct domain *d;

    if ( irq < 0 )
        return false;

    rcu_read_lock(&domlist_read_lock);
    for_each_domain(d)
    {
        int pirq;

        write_lock(&d->event_lock);
        pirq = domain_irq_to_pirq(d, irq);
        released = pirq > 0 && !unmap_domain_pirq(d, pirq);
        write_unlock(&d->event_lock);
        if ( released )
            break;
    }
    rcu_read_unlock(&domlist_read_lock);

    return released;
}

void xpci_xen_release_interrupts(struct pci_dev *pdev)
{
    ASSERT(pcidevs_locked());

    /* Releasing an entry frees it.  What is left is nobody's: Xen's removal. */
    while ( !list_empty(&pdev->msi_list) )
    {
        const struct msi_desc *entry =
            list_first_entry(&pdev->msi_list, struct msi_desc, list);

        if ( !release(entry->irq) )
            break;
    }
}

/* Does the device hide a capability that Xen looks for in config space? */
static bool hides_msix(const struct pci_dev *pdev)
{
    static const uint8_t msix = PCI_CAP_ID_MSIX;
    uint32_t header;

    if ( !pdev->msix )
        return false;
    xpci_xen_capabilities(pdev->sbdf.sbdf, &msix, &header, 1);

    return !header;
}

/*
 * dom0 writes to config space, where Xen keeps the MSI and MSI-X capabilities
 * of the device that it knows.  Another device's registers are not these.  Of a
 * device that dom0 does not own, the record counts and not what it says now.
 */
int pci_msi_conf_write_intercept(struct pci_dev *pdev, unsigned int reg,
                                 unsigned int size, uint32_t *data)
{
    /* A PVH dom0's writes come here without the lock, and are vPCI's. */
    if ( xpci_instance() && !has_vpci(current->domain) )
    {
        ASSERT(pcidevs_locked());

        if ( pdev->domain == hardware_domain )
        {
            if ( xpci_hook_is_silent(pdev) ||
                 xpci_xen_identify(pdev) != XPCI_IDENTITY_SAME )
                return 0;
        }
        else if ( hides_msix(pdev) )
            return -EACCES;
    }

    return stock_pci_msi_conf_write_intercept(pdev, reg, size, data);
}

/* The removal. */

/*
 * What is gone can be told nothing: take it off the IOMMU's list of those
 * whose translation caches are to be flushed, before the next flush.
 */
void xpci_xen_forget_ats(struct pci_dev *pdev)
{
    ASSERT_PCIDEVS();

    if ( is_on_ats_list(pdev) )
        list_del(&pdev->ats.list);
}

bool xpci_hook_ats_in_use(struct pci_dev *pdev)
{
    ASSERT(pcidevs_locked());

    if ( !is_on_ats_list(pdev) )
        return false;
    if ( !xpci_hook_is_silent(pdev) )
        return true;
    xpci_xen_forget_ats(pdev);

    return false;
}

enum pdev_type xpci_hook_type_to_free(const struct pci_dev *pdev)
{
    ASSERT_PCIDEVS();

    return xpci_instance() ? DEV_TYPE_PCI_UNKNOWN : pdev->type;
}

void xpci_hook_freeing(struct pci_dev *pdev)
{
    ASSERT_PCIDEVS();

    if ( !xpci_instance() )
        return;

    xpci_xen_forget_ats(pdev);
    xpci_iommu_freed(pdev);
    xpci_xen_detach(pdev);
}

int cf_check xpci_xen_may_remove(void *data, uint32_t sbdf, void *attached,
                                 bool answers)
{
    const struct pci_dev *pdev = attached ?: xpci_xen_pdev(sbdf);
    int rc = xsm_resource_unplug_pci(XSM_PRIV, sbdf);

    ASSERT(pcidevs_locked());

    if ( rc || !pdev || !answers )
        return rc;
    if ( xpci_xen_is_guest(pdev->domain) || pdev->domain == dom_xen )
        return -EBUSY;

    switch ( xpci_xen_identify(pdev) )
    {
    case XPCI_IDENTITY_OTHER:
        return 0;

    case XPCI_IDENTITY_UNSURE:
        return -EAGAIN;

    case XPCI_IDENTITY_SAME:
        break;
    }

    return interrupts_in_use(pdev) ? -EBUSY : 0;
}

static void say_lost(const struct pci_dev *pdev)
{
    if ( xpci_xen_is_guest(pdev->domain) )
        printk(XENLOG_ERR "xen-pci: %pp is gone, and was %pd's\n", &pdev->sbdf,
               pdev->domain);
}

void cf_check xpci_xen_remove(void *data, uint32_t sbdf, void *attached,
                              bool answers)
{
    struct pci_dev *pdev = attached ?: xpci_xen_pdev(sbdf);
    int rc;

    ASSERT(pcidevs_locked());

    if ( !pdev )
        return;

    if ( !pdev->domain )
    {
        xpci_door_free(pdev);
        return;
    }

    say_lost(pdev);
    if ( !answers || xpci_xen_identify(pdev) != XPCI_IDENTITY_SAME )
    {
        set_departing(pdev);
        xpci_xen_forget_ats(pdev);
    }
    xpci_xen_release_interrupts(pdev);
    xpci_iommu_begin_removal(pdev);

    xpci_door_bring_forward(pdev);
    rc = stock_pci_remove_device(XPCI_SEGMENT(sbdf), XPCI_BUS(sbdf),
                                 XPCI_DEVFN(sbdf));

    xpci_iommu_end_removal();
    set_departing(NULL);

    if ( !rc )
        return;

    xpci_xen_has_more();
    printk(XENLOG_ERR "xen-pci: %pp: removal: %d\n",
           &(pci_sbdf_t){ .sbdf = sbdf }, rc);
}
