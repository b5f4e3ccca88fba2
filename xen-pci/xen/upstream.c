/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The upstream lookup, for the IOMMU's code: without a lock, since it is asked
 * with interrupts off and under the IOMMU's own locks.
 */
#include "glue.h"

/*
 * 1: the device's DMA carries the ID of `*bus`, `*devfn`, or of device 0 on
 * `*secbus`; 0: it carries its own ID.  (Xen's contract.)
 */
int find_upstream_bridge(uint16_t seg, uint8_t *bus, uint8_t *devfn,
                         uint8_t *secbus)
{
    const struct xpci *xpci = xpci_instance();
    uint32_t sbdf = XPCI_SBDF(seg, *bus, *devfn);
    struct xpci_upstream upstream;

    if ( !xpci )
        return stock_find_upstream_bridge(seg, bus, devfn, secbus);

    if ( !xpci_upstream(xpci, sbdf, &upstream) )
        return 0;

    *bus = XPCI_BUS(upstream.bridge);
    *devfn = XPCI_DEVFN(upstream.bridge);
    *secbus = upstream.secondary;

    return 1;
}
