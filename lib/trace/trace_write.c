/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing statements of a trace.
 */
#include <pci/header.h>

#include "trace.h"
#include "trace_write.h"

void trace_write_header(FILE *out)
{
    fputs("xen-pci-trace 1\n", out);
}

/* A hypervisor that cannot read the capabilities goes by the class. */
static enum xpci_type written_type(const struct xpci_device_info *info)
{
    if ( info->type != XPCI_TYPE_UNKNOWN || !(info->flags & XPCI_BRIDGE) )
        return info->type;

    return info->header_type == PCI_HEADER_TYPE_CARDBUS
               ? XPCI_TYPE_CARDBUS_BRIDGE
               : XPCI_TYPE_PCI_BRIDGE;
}

/* The language has bus numbers only for types that have them. */
static bool has_numbers(const struct xpci_device_info *info)
{
    return (info->flags & XPCI_BRIDGE) &&
           trace_type_is_bridge(written_type(info));
}

void trace_write_config(FILE *out, const struct xpci_device_info *info,
                        bool is_pf)
{
    char sbdf[XPCI_SBDF_LENGTH];

    fprintf(out, "config %s %s", xpci_sbdf_format(sbdf, info->sbdf),
            xpci_type_name(written_type(info)));
    if ( has_numbers(info) )
        fprintf(out, " secondary=%02x subordinate=%02x", info->secondary,
                info->subordinate);
    fprintf(out, " vendor=%04x device=%04x class=%06x%s\n", info->vendor,
            info->device, info->class_revision >> 8,
            is_pf && !has_numbers(info) ? " pf" : "");
}

void trace_write_add(FILE *out, const struct xpci_device_info *info)
{
    char sbdf[XPCI_SBDF_LENGTH];

    fprintf(out, "add %s", xpci_sbdf_format(sbdf, info->sbdf));
    if ( info->flags & XPCI_VIRTFN )
        fprintf(out, " virtfn=%02x:%02x.%x", XPCI_BUS(info->physfn),
                (unsigned int)XPCI_DEV(info->physfn),
                (unsigned int)XPCI_FUNC(info->physfn));
    if ( info->flags & XPCI_EXTFN )
        fputs(" extfn", out);
    if ( info->node != XPCI_NO_NODE )
        fprintf(out, " node=%u", info->node);
}
