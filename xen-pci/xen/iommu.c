/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose page tables a requester ID is to have.
 *
 *   Xen's leaf functions        the record           decide()
 *   set or clear an entry  -->  what is set now  <-- who claims the ID
 *
 * Whoever sets or clears an entry (boot, hypercalls, assignment, a domain's
 * destruction, this module) comes through the same two hooks, so the record
 * (rid_record.c) has all entries.  Changes of an entry go down before they go
 * up: between two owners there is a moment without DMA, never one with both.
 */
#include <xen/iommu.h>
#include <xen/kernel.h>
#include <xen/sched.h>

#include "glue.h"
#include "iommu.h"

/* Whose entries these are; NULL until the first one is set. */
static const struct xpci_iommu_ops *__read_mostly ops;

/* True while an entry is set or cleared from here: the hooks only record. */
static bool by_us;

/* The device that Xen removes now, or NULL. */
static const struct pci_dev *removed;

struct decision {
    struct domain *domain;      /* whose page tables; NULL: nobody's */
    struct pci_dev *pdev;       /* one of its devices that claim the ID */
    const struct pci_dev *cut;  /* one of dom0's that is left without DMA */
    const struct pci_dev *held; /* one in quarantine, which is in the way */
    bool clash;                 /* two guests claim it */
};

/* What the devices that claim an ID add up to. */
struct tally {
    uint32_t rid;
    const struct pci_dev *subject;
    struct domain *as;
    bool seen_subject;
    unsigned int claims;
    struct pci_dev *guest;
    struct domain *guest_domain;
    bool clash;
    struct pci_dev *dom0;
    struct pci_dev *quarantined;
};

static bool is_displaced(const struct pci_dev *pdev)
{
    struct xpci_device_info info;

    return !xpci_device(xpci_instance(), pdev->sbdf.sbdf, &info) &&
           info.flags & XPCI_DISPLACED;
}

/* Does a device send with this ID as its own, or a phantom function's? */
static bool is_own(const struct pci_dev *pdev, uint32_t rid)
{
    unsigned int devfn = XPCI_DEVFN(rid);

    if ( pdev->sbdf.sbdf == rid )
        return true;

    return pdev->phantom_stride && pdev->sbdf.sbdf >> 3 == rid >> 3 &&
           devfn > pdev->devfn &&
           !((devfn - pdev->devfn) % pdev->phantom_stride);
}

static bool claims(const struct pci_dev *pdev, uint32_t rid)
{
    uint32_t rids[XPCI_RIDS];
    unsigned int i, count = ops->rids(pdev, rids);

    for ( i = 0; i < count; i++ )
        if ( rids[i] == rid ||
             (rids[i] == pdev->sbdf.sbdf && is_own(pdev, rid)) )
            return true;

    return false;
}

/* The device whose own ID it is, or a phantom function's; NULL: none. */
static struct pci_dev *own_device(uint32_t rid)
{
    struct pci_dev *pdev = xpci_xen_pdev(rid);
    unsigned int stride;

    for ( stride = 4; !pdev && stride; stride >>= 1 )
    {
        if ( !(rid & stride) )
            continue;
        pdev = xpci_xen_pdev(rid & ~stride);
        if ( pdev && !is_own(pdev, rid) )
            pdev = NULL;
    }

    return pdev;
}

static void count_claim(struct tally *tally, struct pci_dev *pdev)
{
    struct domain *d = pdev->domain;

    if ( pdev == tally->subject )
    {
        d = tally->as;
        tally->seen_subject = true;
    }
    if ( !d || !claims(pdev, tally->rid) || is_displaced(pdev) )
        return;

    tally->claims++;
    if ( d == dom_io )
        tally->quarantined = pdev;
    else if ( xpci_xen_is_guest(d) )
    {
        tally->clash |= tally->guest && tally->guest_domain != d;
        tally->guest = pdev;
        tally->guest_domain = d;
    }
    else
        tally->dom0 = pdev;
}

static void count_bus(struct tally *tally, const struct pci_dev *own,
                      unsigned int bus)
{
    const struct xpci *xpci = xpci_instance();
    unsigned int devfn;

    for ( devfn = 0; devfn < 256; devfn++ )
    {
        uint32_t sbdf = XPCI_SBDF(XPCI_SEGMENT(tally->rid), bus, devfn);
        struct pci_dev *pdev;

        if ( !xpci_xen_may_have(xpci, sbdf) )
            continue;
        pdev = xpci_xen_pdev(sbdf);
        if ( pdev && pdev != own )
            count_claim(tally, pdev);
    }
}

/*
 * Never dom0's while a guest's device uses the ID, never one guest's while
 * another's does, and nobody's while a device in quarantine shares it: that
 * may send what it was told to before, and is to have no DMA at all.
 */
static void conclude(const struct tally *tally, struct decision *decision)
{
    *decision = (struct decision){ .clash = tally->clash };

    if ( tally->clash )
        return;

    if ( tally->quarantined && tally->claims > 1 )
        decision->held = tally->quarantined;
    else if ( tally->quarantined )
    {
        /* Quarantine may have page tables too: scratch pages, RMRRs. */
        decision->domain = dom_io;
        decision->pdev = tally->quarantined;
    }
    else if ( tally->guest )
    {
        decision->domain = tally->guest_domain;
        decision->pdev = tally->guest;
        decision->cut = tally->dom0;
    }
    else if ( tally->dom0 )
    {
        decision->domain = hardware_domain;
        decision->pdev = tally->dom0;
    }
}

/*
 * Whose page tables `rid` is to have, with `subject` counted as a device of
 * `as` (NULL: as none at all).
 */
static void decide(uint32_t rid, struct pci_dev *subject, struct domain *as,
                   struct decision *decision)
{
    struct tally tally = { .rid = rid, .subject = subject, .as = as };
    struct pci_dev *own = own_device(rid);
    struct xpci_bus_set buses = {};
    unsigned int bus;

    if ( own )
        count_claim(&tally, own);
    ops->sharers(rid, &buses);
    for ( bus = 0; bus < 256; bus++ )
        if ( xpci_bus_set_has(&buses, bus) )
            count_bus(&tally, own, bus);
    if ( subject && !tally.seen_subject )
        count_claim(&tally, subject);

    conclude(&tally, decision);
}

/* Dom_io and dom_xen have no number that they could be found by. */
static struct domain *find_domain(domid_t domid)
{
    if ( domid == DOMID_IO )
        return rcu_lock_domain(dom_io);

    return rcu_lock_domain_by_id(domid);
}

int xpci_rid_take_down(uint32_t rid)
{
    const struct rid_entry entry = xpci_rid_read(rid);
    struct domain *d;
    int rc;

    ASSERT_PCIDEVS();

    if ( !(entry.flags & RID_MAPPED) )
        return 0;

    d = find_domain(entry.domain);
    by_us = true;
    rc = ops->unmap(rid, entry.unit, d);
    by_us = false;
    if ( d )
        rcu_unlock_domain(d);
    if ( rc )
        printk(XENLOG_ERR "xen-pci: %pp: DMA of d%u is not taken down: %d\n",
               &(pci_sbdf_t){ .sbdf = rid }, entry.domain, rc);

    return rc;
}

static void say_nobodys(uint32_t rid, const struct decision *decision)
{
    const pci_sbdf_t sbdf = { .sbdf = rid };

    if ( decision->clash )
        printk(XENLOG_ERR "xen-pci: two guests have devices with requester ID "
                          "%pp: no DMA for any of them\n",
               &sbdf);
    else if ( decision->held )
        printk(XENLOG_WARNING
               "xen-pci: no DMA with requester ID %pp for any device while "
               "%pp, which shares it, is in quarantine\n",
               &sbdf, &decision->held->sbdf);
}

static void say_cut(uint32_t rid, const struct decision *decision)
{
    if ( decision->cut )
        printk(
            XENLOG_WARNING
            "xen-pci: requester ID %pp is %pd's now, for %pp: no DMA with it "
            "for dom0's %pp\n",
            &(pci_sbdf_t){ .sbdf = rid }, decision->domain,
            &decision->pdev->sbdf, &decision->cut->sbdf);
}

static int put_up(uint32_t rid, const struct decision *decision)
{
    int rc;

    if ( !is_iommu_enabled(decision->domain) )
        return 0;

    by_us = true;
    rc = ops->map(rid, decision->domain, decision->pdev);
    by_us = false;
    if ( rc )
    {
        printk(XENLOG_ERR "xen-pci: %pp: cannot be mapped for %pd: %d\n",
               &(pci_sbdf_t){ .sbdf = rid }, decision->domain, rc);
        xpci_rid_take_down(rid);
    }

    return rc;
}

/*
 * Make the entry what was decided; `is_asked_for`: for a device that somebody
 * gets now.  On an error it is nobody's.
 */
static int carry_out(uint32_t rid, const struct decision *decision,
                     bool is_asked_for)
{
    const struct rid_entry before = xpci_rid_read(rid);
    bool is_so;
    int rc;

    if ( before.flags & RID_SUSPENDED )
        return xpci_rid_take_down(rid);
    if ( !decision->domain )
    {
        if ( decision->clash || before.flags & RID_MAPPED || is_asked_for )
            say_nobodys(rid, decision);
        return xpci_rid_take_down(rid);
    }
    /* Quarantine's page tables are a device's own, not the domain's. */
    is_so = before.flags & RID_MAPPED && decision->domain != dom_io &&
            before.domain == decision->domain->domain_id;
    if ( !is_so || is_asked_for )
        say_cut(rid, decision);
    if ( is_so )
        return before.flags & RID_UNSURE ? put_up(rid, decision) : 0;

    rc = xpci_rid_take_down(rid);

    return rc ?: put_up(rid, decision);
}

int xpci_rid_settle(uint32_t rid, struct pci_dev *subject, struct domain *as)
{
    struct decision decision;

    decide(rid, subject, as, &decision);

    return carry_out(rid, &decision, false);
}

/* An entry in another unit, or of a domain that is gone, is no start. */
static int clear_the_way(uint32_t rid, unsigned int unit)
{
    const struct rid_entry entry = xpci_rid_read(rid);
    struct domain *d;

    if ( !(entry.flags & RID_MAPPED) )
        return 0;
    d = find_domain(entry.domain);
    if ( d )
        rcu_unlock_domain(d);

    return d && entry.unit == unit ? 0 : xpci_rid_take_down(rid);
}

/* Would two guests have an ID that the device claims, were it `d`'s? */
static bool would_clash(struct pci_dev *pdev, struct domain *d)
{
    struct decision decision = {};
    uint32_t rids[XPCI_RIDS];
    unsigned int count = ops->rids(pdev, rids);

    while ( count-- && !decision.clash )
        decide(rids[count], pdev, d, &decision);

    return decision.clash;
}

/* A device is to be mapped by Xen for `d`: as it wants, or as it must be. */
static int arbitrate(uint32_t rid, unsigned int unit, struct domain *d,
                     struct pci_dev *pdev)
{
    struct decision decision;

    if ( xpci_xen_is_guest(d) && is_displaced(pdev) )
        return -ENODEV;
    /* Before anything changes: nothing is to be put back then. */
    if ( xpci_xen_is_guest(d) && would_clash(pdev, d) )
        return -EBUSY;

    decide(rid, pdev, d, &decision);
    if ( decision.domain != d || xpci_rid_read(rid).flags & RID_SUSPENDED )
        return carry_out(rid, &decision, true) ?: 1;

    return clear_the_way(rid, unit);
}

int xpci_rid_map(const struct xpci_iommu_ops *its_ops, uint32_t rid,
                 unsigned int unit, struct domain *d,
                 const struct pci_dev *pdev)
{
    int rc = 0;

    ASSERT_PCIDEVS();

    ops = its_ops;
    if ( pdev && !by_us )
        rc = arbitrate(rid, unit, d, (struct pci_dev *)pdev);

    return rc
               ?: xpci_rid_record(rid, unit, d->domain_id,
                                  by_us ? 0 : RID_UNSURE);
}

/* What a device counts as once Xen has unmapped it. */
static struct domain *afterwards(const struct pci_dev *pdev)
{
    return pdev == removed ? NULL : dom_io;
}

bool xpci_rid_unmap(const struct xpci_iommu_ops *its_ops, uint32_t rid,
                    struct pci_dev *pdev)
{
    struct decision decision;

    ASSERT_PCIDEVS();

    ops = its_ops;
    if ( !pdev && !by_us )
        pdev = own_device(rid);
    if ( pdev && !by_us )
    {
        decide(rid, pdev, afterwards(pdev), &decision);
        /* Alone in quarantine: that is what Xen does now. */
        if ( decision.domain && decision.domain != dom_io )
        {
            carry_out(rid, &decision, false);
            return true;
        }
        if ( xpci_rid_read(rid).flags & RID_MAPPED )
            say_nobodys(rid, &decision);
    }
    xpci_rid_clear(rid);

    return false;
}

int xpci_rid_settle_alias(uint32_t rid, struct pci_dev *pdev, struct domain *d)
{
    struct decision decision;

    decide(rid, pdev, d ?: afterwards(pdev), &decision);

    return carry_out(rid, &decision, d);
}

void xpci_iommu_begin_removal(struct pci_dev *pdev)
{
    ASSERT_PCIDEVS();

    removed = pdev;
    if ( ops && ops->begin_removal )
        ops->begin_removal(pdev);
}

void xpci_iommu_end_removal(void)
{
    ASSERT_PCIDEVS();

    removed = NULL;
    if ( ops && ops->end_removal )
        ops->end_removal();
}

int xpci_iommu_prepare(uint32_t sbdf)
{
    ASSERT_PCIDEVS();

    return ops && ops->prepare ? ops->prepare(sbdf) : 0;
}

void xpci_iommu_refresh(void)
{
    static uint32_t generation;
    const struct xpci *xpci = xpci_instance();

    ASSERT_PCIDEVS();

    /* Until Xen's own scan is complete, what it parsed is the better. */
    if ( !ops || !ops->refresh || system_state < SYS_STATE_active ||
         generation == xpci_bridge_generation(xpci) )
        return;
    generation = xpci_bridge_generation(xpci);
    ops->refresh(xpci);
}

const struct xpci_iommu_ops *xpci_iommu_ops(void)
{
    ASSERT_PCIDEVS();

    return ops;
}
