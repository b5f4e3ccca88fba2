/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "plan_parts.h"

/* What makes a bridge's record outdated, beside its bus numbers. */
#define COMPARED_FLAGS (XPCI_CONFIGURED | XPCI_CONFLICT | XPCI_STALE)

static bool is_virtfn(const struct xpci_device_info *info)
{
    return info->flags & XPCI_VIRTFN;
}

/*
 * A VF's vendor and device ID read ffff, or its PF's where somebody filled
 * them in: they identify a VF only where both sides have them.
 */
static bool same_ids(const struct xpci_device_info *a,
                     const struct xpci_device_info *b)
{
    if ( is_virtfn(a) && (a->vendor == 0xffff || b->vendor == 0xffff) )
        return true;

    return a->vendor == b->vendor && a->device == b->device;
}

static bool same_virtfn(const struct xpci_device_info *a,
                        const struct xpci_device_info *b)
{
    return is_virtfn(a) == is_virtfn(b) &&
           (!is_virtfn(a) || a->physfn == b->physfn);
}

static void describe(char *text, size_t size,
                     const struct xpci_device_info *info)
{
    char pf[XPCI_SBDF_LENGTH];

    if ( is_virtfn(info) )
        snprintf(text, size, "VF of %s, class %06x",
                 xpci_sbdf_format(pf, info->physfn), info->class_revision >> 8);
    else
        snprintf(text, size, "%s %04x:%04x, class %06x rev %02x",
                 xpci_type_name(info->type), info->vendor, info->device,
                 info->class_revision >> 8, info->class_revision & 0xff);
}

static void describe_numbers(char *text, size_t size,
                             const struct xpci_device_info *info)
{
    const char *because = "";

    if ( info->flags & XPCI_STALE )
        because = ", not answering as itself";
    else if ( info->flags & XPCI_CONFLICT )
        because = ", in conflict";
    else if ( !(info->flags & XPCI_CONFIGURED) )
        because = ", not configured";
    snprintf(text, size, "%02x-%02x%s", info->secondary, info->subordinate,
             because);
}

enum plan_difference plan_compare(const struct xpci_device_info *dom0,
                                  const struct xpci_device_info *recorded,
                                  char *why)
{
    char is[72], was[72];

    if ( !same_virtfn(dom0, recorded) || !same_ids(dom0, recorded) ||
         dom0->class_revision != recorded->class_revision ||
         dom0->type != recorded->type ||
         dom0->header_type != recorded->header_type )
    {
        describe(is, sizeof(is), dom0);
        describe(was, sizeof(was), recorded);
        snprintf(why, PLAN_WHY_LENGTH,
                 "another device is there: %s; the hypervisor has %s", is, was);
        return PLAN_ANOTHER;
    }

    if ( (dom0->flags & XPCI_BRIDGE) &&
         (dom0->secondary != recorded->secondary ||
          dom0->subordinate != recorded->subordinate ||
          ((dom0->flags ^ recorded->flags) & COMPARED_FLAGS)) )
    {
        describe_numbers(is, sizeof(is), dom0);
        describe_numbers(was, sizeof(was), recorded);
        snprintf(why, PLAN_WHY_LENGTH,
                 "the bridge leads to buses %s; the hypervisor has %s", is,
                 was);
        return PLAN_OUTDATED;
    }

    if ( (dom0->flags ^ recorded->flags) & XPCI_EXTFN )
    {
        snprintf(why, PLAN_WHY_LENGTH,
                 "it is %s extended function (ARI); "
                 "the hypervisor has it the other way round",
                 dom0->flags & XPCI_EXTFN ? "an" : "no");
        return PLAN_OUTDATED;
    }

    return PLAN_SAME;
}
