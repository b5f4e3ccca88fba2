/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one comparison of two descriptions of a function.
 */
#include "identity.h"

static bool is_virtfn(const struct xpci_device_info *info)
{
    return info->flags & XPCI_VIRTFN;
}

static bool may_be_virtfn(const struct xpci_device_info *info)
{
    return info->flags & (XPCI_VIRTFN | XPCI_VIRTFN_UNREAD);
}

static bool same_kind(const struct xpci_device_info *a,
                      const struct xpci_device_info *b)
{
    unsigned int changed = a->flags ^ b->flags;

    if ( may_be_virtfn(a) && may_be_virtfn(b) )
        changed &= ~(unsigned int)XPCI_VIRTFN;
    if ( changed & (XPCI_VIRTFN | XPCI_BRIDGE) )
        return false;

    return a->type == b->type || a->type == XPCI_TYPE_UNKNOWN ||
           b->type == XPCI_TYPE_UNKNOWN;
}

static bool same_ids(const struct xpci_device_info *a,
                     const struct xpci_device_info *b)
{
    if ( may_be_virtfn(a) && (a->vendor == 0xffff || b->vendor == 0xffff) )
        return true;

    return a->vendor == b->vendor && a->device == b->device;
}

unsigned int identity_compare(const struct xpci_device_info *a,
                              const struct xpci_device_info *b)
{
    unsigned int changed = a->flags ^ b->flags, differs = 0;

    if ( !same_kind(a, b) || a->class_revision >> 8 != b->class_revision >> 8 ||
         !same_ids(a, b) )
        differs |= IDENTITY_DEVICE;
    if ( is_virtfn(a) && is_virtfn(b) && a->physfn != b->physfn )
        differs |= IDENTITY_PHYSFN;
    if ( (a->class_revision ^ b->class_revision) & 0xffU )
        differs |= IDENTITY_REVISION;
    if ( a->secondary != b->secondary || a->subordinate != b->subordinate )
        differs |= IDENTITY_NUMBERS;
    if ( changed & (XPCI_CONFIGURED | XPCI_CONFLICT | XPCI_STALE) )
        differs |= IDENTITY_STATE;
    if ( changed & XPCI_EXTFN )
        differs |= IDENTITY_EXTFN;

    return differs;
}
