/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The embedded hypervisor: boot, and Xen's hypercalls as dom0 makes them.
 */
#include <stdlib.h>

#include <xen-pci/physdev.h>
#include <xen-pci/process.h>

#include "embedded_host.h"
#include "reports.h"

#define SEGMENTS 0x10000U

int embedded_init(struct embedded *hypervisor, struct config_space *space)
{
    int rc;

    memset(hypervisor, 0, sizeof(*hypervisor));
    hypervisor->state = malloc(sizeof(*hypervisor->state));
    if ( !hypervisor->state )
        return -ENOMEM;
    embedded_host_init(hypervisor->state, space);

    rc = xpci_create(&hypervisor->xpci, &hypervisor->state->host);
    if ( rc )
    {
        hypervisor->xpci = NULL;
        embedded_dispose(hypervisor);
        return rc;
    }
    hypervisor->state->xpci = hypervisor->xpci;

    return 0;
}

void embedded_dispose(struct embedded *hypervisor)
{
    if ( !hypervisor->state )
        return;
    xpci_dispose(hypervisor->xpci);
    embedded_host_dispose(hypervisor->state);
    free(hypervisor->state);
    memset(hypervisor, 0, sizeof(*hypervisor));
}

void embedded_fail_allocation(struct embedded *hypervisor, unsigned int count)
{
    hypervisor->state->fail_count = count;
}

size_t embedded_allocated(const struct embedded *hypervisor)
{
    return hypervisor->state->allocated;
}

/*
 * A device that was just entered has nothing attached.  Where dom0 must not
 * own it, it begins in quarantine.
 */
static int XPCI_LOCKED adopt(struct embedded *hypervisor, uint32_t sbdf)
{
    struct xpci *xpci = hypervisor->xpci;
    struct xpci_device_info info;
    int rc = 0;

    if ( xpci_attached(xpci, sbdf) || xpci_device(xpci, sbdf, &info) )
        return 0;
    if ( info.flags & XPCI_QUARANTINED )
        rc =
            owners_set(&hypervisor->state->owners, sbdf, XPCI_OWNER_QUARANTINE);

    return rc ? rc : xpci_attach(xpci, sbdf, hypervisor);
}

/* What is displaced is not there: a toolstack cannot mean it. */
static bool XPCI_LOCKED is_there(const struct embedded *hypervisor,
                                 uint32_t sbdf)
{
    struct xpci_device_info info;

    return !xpci_device(hypervisor->xpci, sbdf, &info) &&
           !(info.flags & XPCI_DISPLACED);
}

int embedded_assign(struct embedded *hypervisor, uint32_t sbdf, uint16_t domain)
{
    struct embedded_state *state = hypervisor->state;
    int rc = -ENODEV;

    xpci_host_lock(&state->host);
    if ( is_there(hypervisor, sbdf) )
        rc = owner_is_guest(owners_get(&state->owners, sbdf))
                 ? -EBUSY
                 : owners_set(&state->owners, sbdf, domain);
    xpci_host_unlock(&state->host);

    return rc;
}

int embedded_deassign(struct embedded *hypervisor, uint32_t sbdf)
{
    struct embedded_state *state = hypervisor->state;
    int rc = -ENODEV;

    xpci_host_lock(&state->host);
    if ( is_there(hypervisor, sbdf) )
        rc = owners_deassign(&state->owners, sbdf);
    xpci_host_unlock(&state->host);

    return rc;
}

void embedded_destroy(struct embedded *hypervisor, uint16_t domain)
{
    xpci_host_lock(&hypervisor->state->host);
    owners_destroy(&hypervisor->state->owners, domain);
    xpci_host_unlock(&hypervisor->state->host);
}

int embedded_bind(struct embedded *hypervisor, uint32_t sbdf)
{
    struct embedded_state *state = hypervisor->state;
    int rc = -ENODEV;

    xpci_host_lock(&state->host);
    if ( is_there(hypervisor, sbdf) )
        rc = interrupts_bind(&state->interrupts, sbdf);
    xpci_host_unlock(&state->host);

    return rc;
}

void embedded_unbind(struct embedded *hypervisor, uint32_t sbdf)
{
    xpci_host_lock(&hypervisor->state->host);
    interrupts_release(&hypervisor->state->interrupts, sbdf);
    xpci_host_unlock(&hypervisor->state->host);
}

int embedded_add(struct embedded *hypervisor, uint32_t sbdf,
                 const struct xpci_report *report)
{
    /* The structure ends in a flexible array, here with its element 0. */
    union {
        struct physdev_pci_device_add add;
        uint8_t room[sizeof(struct physdev_pci_device_add) + sizeof(uint32_t)];
    } arg;
    size_t size = sizeof(arg.add);
    int rc;

    memset(&arg, 0, sizeof(arg));
    arg.add.seg = XPCI_SEGMENT(sbdf);
    arg.add.bus = XPCI_BUS(sbdf);
    arg.add.devfn = XPCI_DEVFN(sbdf);
    if ( report->is_extfn )
        arg.add.flags |= XEN_PCI_DEV_EXTFN;
    if ( report->is_virtfn )
    {
        arg.add.flags |= XEN_PCI_DEV_VIRTFN;
        arg.add.physfn.bus = report->physfn_bus;
        arg.add.physfn.devfn = report->physfn_devfn;
    }
    if ( report->node != XPCI_NO_NODE )
    {
        size_t offset = offsetof(struct physdev_pci_device_add, optarr);

        arg.add.flags |= XEN_PCI_DEV_PXM;
        memcpy(arg.room + offset, &report->node, sizeof(report->node));
        size = offset + sizeof(report->node);
    }

    rc = xpci_physdev_op(hypervisor->xpci, true, PHYSDEVOP_pci_device_add, &arg,
                         size);
    xpci_host_lock(&hypervisor->state->host);
    if ( !rc )
        rc = adopt(hypervisor, sbdf);
    if ( !rc && report->is_virtfn )
        rc = adopt(hypervisor, XPCI_SBDF(XPCI_SEGMENT(sbdf), report->physfn_bus,
                                         report->physfn_devfn));
    xpci_host_unlock(&hypervisor->state->host);

    return rc;
}

int embedded_remove(struct embedded *hypervisor, uint32_t sbdf)
{
    struct physdev_pci_device arg = {
        .seg = XPCI_SEGMENT(sbdf),
        .bus = XPCI_BUS(sbdf),
        .devfn = XPCI_DEVFN(sbdf),
    };

    return xpci_physdev_op(hypervisor->xpci, true, PHYSDEVOP_pci_device_remove,
                           &arg, sizeof(arg));
}

int embedded_reset(struct embedded *hypervisor, uint32_t sbdf)
{
    struct pci_device_reset arg = {
        .dev = {
            .seg = XPCI_SEGMENT(sbdf),
            .bus = XPCI_BUS(sbdf),
            .devfn = XPCI_DEVFN(sbdf),
        },
    };

    return xpci_physdev_op(hypervisor->xpci, true, PHYSDEVOP_pci_device_reset,
                           &arg, sizeof(arg));
}

int embedded_scan(struct embedded *hypervisor, uint16_t segment)
{
    struct xpci_host *host = &hypervisor->state->host;
    uint32_t bdf;
    int rc;

    xpci_host_lock(host);
    rc = xpci_scan_segment(hypervisor->xpci, segment);
    for ( bdf = 0; !rc && bdf < 0x10000U; bdf++ )
        if ( xpci_lookup(hypervisor->xpci, XPCI_SBDF(segment, 0, bdf)) )
            rc = adopt(hypervisor, XPCI_SBDF(segment, 0, bdf));
    xpci_host_unlock(host);

    return rc;
}

static int scan_segments(struct embedded *hypervisor,
                         const struct reports *reports)
{
    bool *wanted = calloc(SEGMENTS, sizeof(*wanted));
    uint32_t segment;
    size_t i;
    int rc = 0;

    if ( !wanted )
        return -ENOMEM;
    for ( i = 0; i < reports->count; i++ )
        wanted[XPCI_SEGMENT(reports->entries[i].sbdf)] = true;
    for ( segment = 0; !rc && segment < SEGMENTS; segment++ )
        if ( wanted[segment] )
            rc = embedded_scan(hypervisor, (uint16_t)segment);
    free(wanted);

    return rc;
}

int embedded_boot(struct embedded *hypervisor)
{
    struct reports reports;
    size_t i;
    int rc;

    reports_init(&reports);
    rc = reports_read(&reports, hypervisor->state->space);
    if ( rc )
        goto out;
    rc = scan_segments(hypervisor, &reports);
    if ( rc )
        goto out;

    /* One refused device is no reason to leave out the others. */
    for ( i = 0; i < reports.count; i++ )
    {
        const struct xpci_report *report = &reports.entries[i].report;
        uint32_t sbdf = reports.entries[i].sbdf;
        int error;

        /* Nothing has changed since the scan, so that says it all. */
        if ( xpci_lookup(hypervisor->xpci, sbdf) && !report->is_virtfn &&
             !report->is_extfn && report->node == XPCI_NO_NODE )
            continue;
        error = embedded_add(hypervisor, sbdf, report);
        if ( error && !rc )
            rc = error;
    }

out:
    reports_dispose(&reports);

    return rc;
}
