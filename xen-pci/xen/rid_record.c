/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the IOMMUs' own tables hold for each requester ID.
 *
 *   segment -> bus -> 256 words, struct rid_entry each
 *
 * A word is written under pcidevs_lock, before the IOMMU's table is: it says
 * never less than what is there.  It is read without a lock.
 */
#include <xen/xmalloc.h>

#include "glue.h"
#include "iommu.h"

union word {
    struct rid_entry entry;
    uint32_t word;
};

/* Segments and buses are never given back, so readers need no lock. */
struct rid_segment {
    struct rid_segment *next;
    uint16_t number;
    uint32_t *bus[256]; /* 256 union word, each written and read at once */
};

static struct rid_segment *__read_mostly segments;

static struct rid_segment *find_segment(uint16_t number)
{
    struct rid_segment *segment = xpci_load_acquire(&segments);

    while ( segment && segment->number != number )
        segment = segment->next;

    return segment;
}

/* NULL: nothing was ever recorded there. */
static uint32_t *find(uint32_t rid)
{
    const struct rid_segment *segment = find_segment(XPCI_SEGMENT(rid));
    uint32_t *bus =
        segment ? xpci_load_acquire(&segment->bus[XPCI_BUS(rid)]) : NULL;

    return bus ? bus + XPCI_DEVFN(rid) : NULL;
}

static struct rid_segment *get_segment(uint16_t number)
{
    struct rid_segment *segment = find_segment(number);

    if ( segment )
        return segment;
    segment = xzalloc(struct rid_segment);
    if ( !segment )
        return NULL;
    segment->number = number;
    segment->next = segments;
    /* Pairs with the acquire in find_segment(). */
    xpci_store_release(&segments, segment);

    return segment;
}

int xpci_rid_reserve(uint32_t rid)
{
    struct rid_segment *segment = get_segment(XPCI_SEGMENT(rid));
    uint32_t *bus;

    ASSERT_PCIDEVS();

    if ( !segment )
        return -ENOMEM;
    if ( segment->bus[XPCI_BUS(rid)] )
        return 0;
    bus = xzalloc_array(uint32_t, 256);
    if ( !bus )
        return -ENOMEM;
    /* Pairs with the acquire in find(). */
    xpci_store_release(&segment->bus[XPCI_BUS(rid)], bus);

    return 0;
}

struct rid_entry xpci_rid_read(uint32_t rid)
{
    const uint32_t *at = find(rid);
    union word word = { .word = at ? read_atomic(at) : 0 };

    return word.entry;
}

static void write(uint32_t rid, struct rid_entry entry)
{
    const union word word = { .entry = entry };
    uint32_t *at = find(rid);

    ASSERT_PCIDEVS();
    BUILD_BUG_ON(sizeof(entry) != sizeof(word.word));

    if ( at )
        write_atomic(at, word.word);
}

int xpci_rid_record(uint32_t rid, unsigned int unit, domid_t domain,
                    unsigned int unsure)
{
    struct rid_entry entry;
    int rc = xpci_rid_reserve(rid);

    if ( rc )
        return rc;

    entry = xpci_rid_read(rid);
    entry.domain = domain;
    entry.unit = unit;
    entry.flags &= ~RID_UNSURE;
    entry.flags |= RID_MAPPED | RID_UNIT | unsure;
    write(rid, entry);

    return 0;
}

void xpci_rid_clear(uint32_t rid)
{
    struct rid_entry entry = xpci_rid_read(rid);

    entry.domain = 0;
    entry.flags &= ~(RID_MAPPED | RID_UNSURE);
    write(rid, entry);
}

void xpci_rid_set_flag(uint32_t rid, unsigned int flag, bool on)
{
    struct rid_entry entry = xpci_rid_read(rid);

    entry.flags &= ~flag;
    if ( on )
        entry.flags |= flag;
    write(rid, entry);
}
