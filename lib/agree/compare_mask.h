/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which bits count when a saved topology is compared with another one: an
 * agent's restart, a dump against a dump.  Status bits, RW1C bits and
 * presence never do: hardware changes them by itself.  docs/compare-mask.md
 * has the same table for people; a test holds both against each other.
 */
#ifndef LIB_AGREE_COMPARE_MASK_H
#define LIB_AGREE_COMPARE_MASK_H

#include <xen-pci/embedded.h>

enum compare_place {
    COMPARE_HEADER,  /* bytes 00 to 0f, the same in every layout */
    COMPARE_DEVICE,  /* header layout 0, from byte 10 on */
    COMPARE_BRIDGE,  /* header layout 1 */
    COMPARE_CARDBUS, /* header layout 2 */
    COMPARE_EXPRESS, /* the PCI Express capability, with the slot's part */
    COMPARE_SRIOV,   /* the SR-IOV extended capability */
    COMPARE_PLACES
};

/* Such as "header layout 1 (bridge)". */
const char *compare_place_name(enum compare_place place);

struct compare_register {
    enum compare_place place;
    uint8_t offset; /* from the start of the header or the capability */
    uint8_t size;   /* bytes; at most 4, within a dword, where a bit counts */
    uint32_t mask;  /* the bits that count */
    const char *name;
    const char *why; /* why they count, and the others do not */
};

/* All registers of all places, in order: `*count` of them. */
const struct compare_register *compare_registers(size_t *count);

/* Bytes that the registers of `place` cover, from its first to its last. */
void compare_extent(enum compare_place place, unsigned int *first,
                    unsigned int *end);

/* Told of a register in which bits that count differ; values are masked. */
typedef void compare_found(void *data, const struct compare_register *found,
                           uint32_t before, uint32_t after);

/*
 * Compare the config space of a function in `before` with that of one in
 * `after`.  What one of the two cannot show (it was cut after 64 bytes) is not
 * compared.  Reads config space; allocates nothing.
 */
void compare_config(struct config_space *before, uint32_t sbdf_before,
                    struct config_space *after, uint32_t sbdf_after,
                    compare_found *found, void *data);

#endif /* LIB_AGREE_COMPARE_MASK_H */
