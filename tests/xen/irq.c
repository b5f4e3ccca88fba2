/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake of Xen's interrupts of PCI devices: which MSI is whose.
 */
#include "control.h"
#include "xen/hooks.h"

#define IRQS 64
#define FIRST_PIRQ 16

static struct {
    struct irq_desc desc;
    struct domain *domain; /* it is mapped in; NULL: free */
    struct msi_desc *msi;
} irqs[IRQS];

struct irq_desc *irq_to_desc(int irq)
{
    ASSERT(irq >= 0 && irq < IRQS);

    return &irqs[irq].desc;
}

int domain_irq_to_pirq(const struct domain *d, int irq)
{
    ASSERT(irq >= 0 && irq < IRQS);

    return irqs[irq].domain == d ? irq + FIRST_PIRQ : 0;
}

/* Its registers are the device's, if that is still there. */
static void disable(const struct pci_dev *pdev)
{
    if ( !xpci_hook_is_silent(pdev) )
        fake_touch(pdev);
}

static void free_one(int irq)
{
    struct msi_desc *msi = irqs[irq].msi;
    unsigned int i;

    for ( i = 0; i < msi->msi.nvec; i++ )
    {
        irqs[msi->irq + (int)i].domain = NULL;
        irqs[msi->irq + (int)i].desc.status = 0;
    }
    list_del(&msi->list);
    xfree(msi);
}

int unmap_domain_pirq(struct domain *d, int pirq)
{
    int irq = pirq - FIRST_PIRQ;

    ASSERT(d->event_lock.held && pcidevs_locked());
    ASSERT(irq >= 0 && irq < IRQS && irqs[irq].domain == d);
    if ( fake_fails() )
        return -EINVAL;
    disable(irqs[irq].msi->dev);
    free_one(irq);

    return 0;
}

void fake_free_interrupts(struct pci_dev *pdev, const char *why)
{
    while ( !list_empty(&pdev->msi_list) )
    {
        const struct msi_desc *msi =
            list_first_entry(&pdev->msi_list, struct msi_desc, list);

        if ( why && irqs[msi->irq].domain && !fake_ever_failed )
            fake_found(__FILE__, __LINE__, why);
        free_one(msi->irq);
    }
}

/* In Xen, a driver that has it still ends in a BUG(). */
void pci_cleanup_msi(struct pci_dev *pdev)
{
    disable(pdev);
    fake_free_interrupts(pdev, "an interrupt is freed while it is in use");
}

bool fake_bind(uint32_t sbdf, domid_t id, bool msix)
{
    struct pci_dev *pdev = pci_get_pdev(NULL, (pci_sbdf_t){ .sbdf = sbdf });
    struct domain *d = fake_domain(id);
    struct msi_desc *entry;
    int irq = 0, count, i;

    if ( !pdev || xpci_hook_is_silent(pdev) ||
         !(msix ? !!pdev->msix : pdev->msi_maxvec) )
        return false;
    entry = fake_alloc(sizeof(*entry), true);
    if ( !entry )
        return false;
    count = msix ? 1 : pdev->msi_maxvec;
    for ( i = 0; i < count; i++ )
        if ( irqs[irq + i].domain )
        {
            irq += i + 1;
            i = -1;
            ASSERT(irq + count <= IRQS);
        }
    for ( i = irq; i < irq + count; i++ )
    {
        irqs[i].domain = d;
        irqs[i].desc.status = IRQ_GUEST;
    }
    irqs[irq].msi = entry;
    entry->irq = irq;
    entry->dev = pdev;
    entry->msi.nvec = (unsigned int)count;
    entry->msi_attrib.type = msix ? PCI_CAP_ID_MSIX : PCI_CAP_ID_MSI;
    list_add(&entry->list, &pdev->msi_list);

    return true;
}

void fake_free_domain_interrupts(const struct domain *d)
{
    int irq;

    for ( irq = 0; irq < IRQS; irq++ )
        if ( irqs[irq].domain == d )
            free_one(irq);
}

unsigned int fake_bound(void)
{
    unsigned int irq, count = 0;

    for ( irq = 0; irq < IRQS; irq++ )
        count += !!irqs[irq].domain;

    return count;
}

/* Says yes to what comes here. */
int stock_pci_msi_conf_write_intercept(struct pci_dev *pdev, unsigned int reg,
                                       unsigned int size, uint32_t *data)
{
    ASSERT(pdev && reg < 4096 && size && data);

    return 1;
}
