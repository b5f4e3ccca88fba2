/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables inside a real Xen: what Xen gives to them, when they begin, and
 * which of Xen's devices is which of theirs.
 *
 * Xen's device is attached to the tables' from when it is entered in Xen's
 * list until it is freed.
 */
#include <xen/init.h>
#include <xen/param.h>
#include <xen/sched.h>
#include <xen/xmalloc.h>

#include "core/config.h"
#include "glue.h"
#include "iommu.h"

/* "xen-pci=off" on the command line leaves Xen's own PCI code as it is. */
static bool __read_mostly opt_xen_pci = true;
boolean_param("xen-pci", opt_xen_pci);

static struct xpci *__read_mostly instance;

static uint32_t cf_check config_read(void *data, uint32_t sbdf,
                                     unsigned int offset)
{
    /* All ones beyond 255 where there is no MMCONFIG: Xen sees to that. */
    return pci_conf_read32((pci_sbdf_t){ .sbdf = sbdf }, offset);
}

static void *cf_check host_alloc(void *data, size_t size)
{
    return _xzalloc(size, size < 64 ? sizeof(void *) : 64);
}

static void cf_check host_lock(void *data)
{
    pcidevs_lock();
}

static void cf_check host_unlock(void *data)
{
    pcidevs_unlock();
}

static uint16_t cf_check owner(void *data, uint32_t sbdf, const void *attached)
{
    const struct pci_dev *pdev = attached ?: xpci_xen_pdev(sbdf);

    if ( !pdev || !pdev->domain )
        return XPCI_OWNER_UNKNOWN;

    return pdev->domain == hardware_domain ? XPCI_OWNER_DOM0
                                           : pdev->domain->domain_id;
}

bool xpci_xen_is_guest(const struct domain *d)
{
    return d && d != hardware_domain && d != dom_xen && d != dom_io;
}

static const struct xpci_host host = {
    .config_read = config_read,
    .alloc = host_alloc,
    .lock = host_lock,
    .unlock = host_unlock,
    .owner = owner,
    .may_remove = xpci_xen_may_remove,
    .remove = xpci_xen_remove,
    .displaced = xpci_xen_displaced,
    .unmap = xpci_xen_unmap,
    .remap = xpci_xen_remap,
};

void xpci_xen_capabilities(uint32_t sbdf, const uint8_t *ids, uint32_t *headers,
                           unsigned int count)
{
    xpci_config_capabilities(&host, sbdf, ids, headers, count);
}

enum xpci_type xpci_xen_bridge_type(uint32_t bridge)
{
    const struct xpci *xpci = xpci_instance();
    struct xpci_walk walk = { .next = bridge };
    uint32_t known = xpci_lookup(xpci, bridge);
    struct xpci_device_info info;

    if ( known )
        return xpci_lookup_type(known);
    if ( xpci_walk_devices(xpci, &walk, &info, 1) == 1 && info.sbdf == bridge )
        return info.type;

    return XPCI_TYPE_UNKNOWN;
}

bool xpci_hook_is_on(void)
{
    return xpci_instance();
}

bool xpci_enabled(void)
{
    return opt_xen_pci;
}

struct xpci *xpci_instance(void)
{
    return xpci_load_acquire(&instance);
}

struct xpci *xpci_instance_get(void)
{
    static bool failed;
    struct xpci *made;

    ASSERT_PCIDEVS();

    if ( instance || !opt_xen_pci || failed )
        return instance;

    if ( xpci_create(&made, &host) )
    {
        printk(XENLOG_ERR "xen-pci: no memory, PCI is as in a stock Xen\n");
        failed = true;
        return NULL;
    }
    xpci_store_release(&instance, made);

    return made;
}

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

    ASSERT_PCIDEVS();

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
    struct xpci_device_info info;
    int rc = xpci ? attach(xpci, pdev) : -ENODEV;

    if ( rc )
        xpci_xen_has_more();
    if ( xpci && xpci_rid_reserve(pdev->sbdf.sbdf) )
        rc = -ENOMEM;
    if ( rc == -ENOMEM )
        printk(XENLOG_WARNING "xen-pci: no memory for %pp\n", &pdev->sbdf);
    if ( xpci && !xpci_device(xpci, pdev->sbdf.sbdf, &info) &&
         info.flags & XPCI_QUARANTINED )
        xpci_xen_enter_quarantined(pdev);
}

void xpci_xen_detach(const struct pci_dev *pdev)
{
    struct xpci *xpci = xpci_instance();

    ASSERT_PCIDEVS();

    /* What the tables do not know has nothing attached. */
    if ( xpci && xpci_attach(xpci, pdev->sbdf.sbdf, NULL) )
        ASSERT(incomplete);
}
