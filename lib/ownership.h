/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owners of devices as words: "dom0", "domN" (a guest), "quarantine" (Xen's
 * dom_io: no DMA), "xen".
 */
#ifndef LIB_OWNERSHIP_H
#define LIB_OWNERSHIP_H

#include <xen-pci/topology.h>

#define OWNERSHIP_LENGTH 16

/*
 * The word for an owner, or NULL where it is not known.  `text` has
 * OWNERSHIP_LENGTH bytes.
 */
const char *ownership_format(char *text, uint16_t owner);

/* 0, or -EINVAL: not such a word. */
int __must_check ownership_parse(const char *word, uint16_t *owner);

/* Below Xen's own domain IDs (DOMID_FIRST_RESERVED of its xen.h). */
static inline bool ownership_is_guest(uint16_t owner)
{
    return owner != XPCI_OWNER_DOM0 && owner < 0x7ff0U;
}

/* A guest's, in quarantine, or Xen's own: no report makes it dom0's. */
static inline bool ownership_is_foreign(uint16_t owner)
{
    return owner != XPCI_OWNER_DOM0 && owner != XPCI_OWNER_UNKNOWN;
}

#endif /* LIB_OWNERSHIP_H */
