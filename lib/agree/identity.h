/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is it the same device?  The one comparison of two descriptions of a
 * function, by the rule of the tables (docs/rules.md):
 *
 * - It is another device where its type, its class code, its vendor or its
 *   device ID differs, where only one of the two has bus numbers, or where
 *   only one is a VF.  A VF's IDs read ffff, or its PF's where a source filled
 *   them in: they count where both sources have them.
 * - A revision identifies nothing: FPGAs and firmware updates change it.
 * - A type that was not read (XPCI_TYPE_UNKNOWN) differs from none, and what
 *   looks like a VF of nobody (XPCI_VIRTFN_UNREAD) is not another device than
 *   a VF.
 * - All else is a fact about the same device, and can be out of date.
 *
 * Sources that cannot tell a fact (a revision in JSON) leave it zero; who
 * compares with such a source ignores the bit.
 */
#ifndef LIB_AGREE_IDENTITY_H
#define LIB_AGREE_IDENTITY_H

#include <xen-pci/snapshot.h>

#define IDENTITY_DEVICE 0x01U   /* another device */
#define IDENTITY_PHYSFN 0x02U   /* a VF of a PF at another SBDF */
#define IDENTITY_REVISION 0x04U /* another revision */
#define IDENTITY_NUMBERS 0x08U  /* other secondary or subordinate bus */
#define IDENTITY_STATE 0x10U    /* configured, in conflict, or stale */
#define IDENTITY_EXTFN 0x20U    /* an extended function (ARI), or not */

/* What differs: IDENTITY_* above; 0: nothing. */
unsigned int identity_compare(const struct xpci_device_info *a,
                              const struct xpci_device_info *b);

static inline bool identity_same_device(const struct xpci_device_info *a,
                                        const struct xpci_device_info *b)
{
    return !(identity_compare(a, b) & IDENTITY_DEVICE);
}

#endif /* LIB_AGREE_IDENTITY_H */
