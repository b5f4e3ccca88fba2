/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables inside a real Xen: what Xen gives to them, and when they begin.
 */
#include <xen/init.h>
#include <xen/param.h>
#include <xen/xmalloc.h>

#include "core/config.h"
#include "glue.h"

/* "xen-pci=off" on the command line leaves Xen's own PCI code as it is. */
static bool __read_mostly opt_xen_pci = true;
boolean_param("xen-pci", opt_xen_pci);

static struct xpci *__read_mostly instance;

static uint32_t cf_check config_read(void *data, uint32_t sbdf,
                                     unsigned int offset)
{
    /*
     * All ones beyond 255 where there is no MMCONFIG: Xen sees to that.  What
     * is hidden from Xen (config.c) is not hidden from the tables.
     */
    return stock_pci_conf_read32((pci_sbdf_t){ .sbdf = sbdf }, offset);
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

static const struct xpci_host host = {
    .config_read = config_read,
    .alloc = host_alloc,
    .lock = host_lock,
    .unlock = host_unlock,
    .remove = xpci_xen_leaving,
    .remap = xpci_xen_remap,
};

void xpci_xen_capabilities(uint32_t sbdf, const uint8_t *ids, uint32_t *headers,
                           unsigned int count)
{
    xpci_config_capabilities(&host, sbdf, ids, headers, count);
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

    ASSERT(pcidevs_locked() || system_state < SYS_STATE_active);

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
