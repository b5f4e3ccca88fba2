/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables, as the core's own files see them.
 *
 *   struct xpci
 *   +-----------------------+
 *   | direct[8]             |--> segments 0 to 7
 *   | leaf[256]             |--> leaf --> segments with the same upper byte
 *   | records[512]          |--> directory --> chunk
 *   +-----------------------+
 *
 *   struct xpci_segment                        struct xpci_page: 4 buses
 *   +-----------------------+                  +------+------+-----+------+
 *   | latch                 |         +------->| slot | slot | ... | slot |
 *   | upstream[256][2]      |         |        +------+--|---+-----+------+
 *   | seen[16]              |--> one byte for each BDF   |
 *   | page[64]              |---------+                  |
 *   | bus2bridge.to[256]    |                 the record's number
 *   | first_bridge          |--+                         |
 *   +-----------------------+  |                         |
 *                              |   struct xpci_chunk     v
 *                              |   +----------+----------+-----+----------+
 *                              |   | record   | record   | ... | record   |  64
 *                              +-->+----------+----------+-----+----------+
 *                                  | attached | attached | ... | attached |
 *                                  +----------+----------+-----+----------+
 *
 *   Bridges of a segment, and VFs of a PF, are lists of records by number.
 *
 * Everything here is protected by the host's lock.  The words that readers
 * load without it are marked "published": each is written by one writer at a
 * time, under the lock, with the barriers that lookup.h explains.
 */
#ifndef XEN_PCI_TABLES_H
#define XEN_PCI_TABLES_H

#include <xen-pci/host.h>
#include <xen-pci/topology.h>

#include "bus2bridge.h"
#include "clash.h"
#include "config.h"

#define XPCI_DEVFNS 256U

/* A device is its index in the pool of records; 0 is no device. */
#define XPCI_NO_RECORD 0U

/* Of a record's flags, those that users see. */
#define XPCI_RECORD_FLAGS 0x03ffU
/* Its path was in the quarantine when it was entered (quarantine.h). */
#define XPCI_RECORD_REMEMBERED 0x1000U

/*
 * A record:
 *
 *     +--------------------------+---------------+-------------------------+
 *     | what was read: identity, | stable path,  | a bridge: visit, links  |
 *     | type, bus numbers, node  | flags         | a VF: its PF, links     |
 *     |                          |               | others: their first VF  |
 *     +--------------------------+---------------+-------------------------+
 */
struct xpci_record {
    uint64_t path; /* paths.h; 0: scanned at boot, and nothing changed since */
    uint32_t sbdf; /* of a free record: the index of the next free one */
    uint32_t class_revision;
    uint16_t vendor;
    uint16_t device;
    uint16_t flags; /* XPCI_* but CONFIGURED, which is derived */
    uint8_t type;
    uint8_t header_type;
    uint8_t primary;
    uint8_t secondary;
    uint8_t subordinate;
    uint8_t reached; /* of a bridge: the bus that it led to last, paths.c */
    uint8_t visit;   /* of a bridge: how it was visited, refresh.c */
    struct xpci_bus_numbers before; /* of a bridge: refresh.c */
    uint32_t node;
    union {
        struct {
            uint32_t epoch; /* of the latest visit, refresh.c */
            uint32_t next;
            uint32_t previous;
        } bridge;
        struct {
            uint32_t physfn; /* the PF's record */
            uint32_t next;
            uint32_t previous;
        } vf;
        uint32_t first_vf;
    } link;
};

/*
 * The index by BDF: the record's number, 0 where there is no device.  The slots
 * of four neighbouring buses are a page of memory.
 */
#define XPCI_PAGE_BUSES 4U
#define XPCI_PAGES (XPCI_BUSES / XPCI_PAGE_BUSES)
#define XPCI_PAGE_SLOTS (XPCI_PAGE_BUSES * XPCI_DEVFNS)
struct xpci_page {
    uint32_t slot[XPCI_PAGE_SLOTS];
};

/*
 * What readers see of a BDF: the upper byte of what xpci_lookup() returns, 0
 * where no device is known.  Published.  Those of 16 neighbouring buses are a
 * page of memory; of all 256 they fit into a second-level cache easily, and
 * into most first-level ones.
 *
 *       7       6      5      4     3        0
 *     +-------+-----+------+------+-----------+
 *     | known | -   | ext- | virt-| type      |
 *     |       |     | fn   | fn   |           |
 *     +-------+-----+------+------+-----------+
 */
#define XPCI_SEEN_SHIFT XPCI_LOOKUP_TYPE_SHIFT
#define XPCI_SEEN_KNOWN 0x80U
#define XPCI_SEEN_BUSES 16U
#define XPCI_SEEN_PAGES (XPCI_BUSES / XPCI_SEEN_BUSES)
#define XPCI_SEEN_BYTES (XPCI_SEEN_BUSES * XPCI_DEVFNS)
struct xpci_seen {
    uint8_t byte[XPCI_SEEN_BYTES];
};

struct xpci_segment {
    /*
     * Published.  Counts the changes of `upstream`; its lowest bit says which
     * of the two copies is in force.  Alone in its cache line with what never
     * changes, so that lookups by BDF do not feel changes of bridges.
     */
    uint32_t latch __attribute__((aligned(64)));
    uint16_t number;

    /* Published: the upstream bridge of each bus, twice (lookup.h). */
    uint32_t upstream[XPCI_BUSES][2] __attribute__((aligned(64)));

    /* Published; a page stays until the segment goes. */
    struct xpci_seen *seen[XPCI_SEEN_PAGES];
    struct xpci_page *page[XPCI_PAGES];

    struct xpci_bus2bridge bus2bridge;
    uint32_t first_bridge;
    uint32_t devices; /* records, those that are bridge-only among them */

    uint64_t bus_path[XPCI_BUSES]; /* paths.h */
    uint64_t *quarantine;          /* quarantine.h */
    uint32_t quarantine_room;
    uint32_t quarantine_count;
    bool paths_lost;
    bool settled; /* something was changed that is not a scan, paths.c */
};

#define XPCI_DIRECT_SEGMENTS 8U
#define XPCI_LEAF_SEGMENTS 256U
struct xpci_segment_leaf {
    struct xpci_segment *segment[XPCI_LEAF_SEGMENTS];
};

#define XPCI_CHUNK_RECORDS 64U
#define XPCI_CHUNKS 512U
struct xpci_chunk {
    struct xpci_record record[XPCI_CHUNK_RECORDS];
    void *attached[XPCI_CHUNK_RECORDS]; /* what the host keeps for a device */
};
struct xpci_chunk_directory {
    struct xpci_chunk *chunk[XPCI_CHUNKS];
};

/* Stable paths, while they are derived (paths.c). */
struct xpci_paths {
    uint64_t path[XPCI_BUSES];
    uint16_t step[XPCI_BUSES]; /* the bridge that leads to a bus: its BDF */
    struct xpci_bus_set has_step;
    struct xpci_bus_set known; /* buses whose way became known */
    bool any_known;
};

struct xpci {
    /* Published: segments 0 to 7, then all others by their upper byte. */
    struct xpci_segment *direct[XPCI_DIRECT_SEGMENTS]
        __attribute__((aligned(64)));
    struct xpci_segment_leaf *leaf[0x10000U / XPCI_LEAF_SEGMENTS];

    const struct xpci_host *host;
    uint32_t generation;
    uint32_t bridge_generation;
    uint32_t visit_epoch; /* the number of the report that visits bridges now */

    struct xpci_chunk_directory *records[XPCI_CHUNKS];
    uint32_t record_count; /* ever handed out, record 0 among them */
    uint32_t first_free;
    uint32_t free_count;

    /* Room for one change, since a hypervisor's stack is small. */
    struct xpci_clash_index clash;
    struct xpci_paths paths;
};

/* Zeroed memory from the host, or NULL. */
static inline void *xpci_alloc(const struct xpci *xpci, size_t size)
{
    return xpci->host->alloc(xpci->host->data, size);
}

/* Segments. */
/*@ predicate has_segments{L}(struct xpci *xpci) =
      \valid(xpci) &&
      (\forall integer number; 0 <= number < XPCI_DIRECT_SEGMENTS ==>
        xpci->direct[number] == \null || \valid(xpci->direct[number])) &&
      \forall integer upper; 0 <= upper < 0x10000 / XPCI_LEAF_SEGMENTS ==>
        xpci->leaf[upper] == \null || \valid(xpci->leaf[upper]); */

/* A segment, or NULL.  May be called without the lock. */
/*@ requires has_segments(xpci);
    assigns \nothing; */
static inline struct xpci_segment *xpci_segment_find(const struct xpci *xpci,
                                                     uint16_t number)
{
    const struct xpci_segment_leaf *leaf;

    /* Pairs with the releases in xpci_segment_get(). */
    if ( likely(number < XPCI_DIRECT_SEGMENTS) )
        return xpci_load_acquire(&xpci->direct[number]);
    leaf = xpci_load_acquire(&xpci->leaf[number / XPCI_LEAF_SEGMENTS]);
    if ( !leaf )
        return NULL;

    return xpci_load_acquire(&leaf->segment[number % XPCI_LEAF_SEGMENTS]);
}

/*
 * The same, made where there is none; NULL: no memory.  A new one is all zero
 * but for its number (see xpci_paths_init()).
 */
struct xpci_segment *xpci_segment_get(struct xpci *xpci, uint16_t number);

/* The first segment from `number` on, or NULL. */
struct xpci_segment *xpci_segment_next(const struct xpci *xpci,
                                       uint32_t number);

/*
 * The pool of records.  They are handed out by number, and memory once used
 * for records stays so until the end: what grows is bounded by the most
 * devices that were ever known at a time.
 */

/* After this succeeded, `count` allocations cannot fail.  0 or -ENOMEM. */
int __must_check xpci_records_reserve(struct xpci *xpci, uint32_t count);

/* The record is as its last user left it; nothing is attached to it. */
uint32_t xpci_record_alloc(struct xpci *xpci);
void xpci_record_free(struct xpci *xpci, uint32_t index);

static inline struct xpci_chunk *xpci_chunk(const struct xpci *xpci,
                                            uint32_t index)
{
    uint32_t chunk = index / XPCI_CHUNK_RECORDS;

    return xpci->records[chunk / XPCI_CHUNKS]->chunk[chunk % XPCI_CHUNKS];
}

static inline struct xpci_record *xpci_record(const struct xpci *xpci,
                                              uint32_t index)
{
    return &xpci_chunk(xpci, index)->record[index % XPCI_CHUNK_RECORDS];
}

static inline void **xpci_record_attached(const struct xpci *xpci,
                                          uint32_t index)
{
    return &xpci_chunk(xpci, index)->attached[index % XPCI_CHUNK_RECORDS];
}

/* What the record says, in the form for users. */
void xpci_record_info(const struct xpci *xpci, uint32_t index,
                      struct xpci_device_info *info);

/* The index by BDF. */
/*@ predicate has_pages{L}(struct xpci_segment *segment) =
      \valid(segment) && \forall integer number; 0 <= number < XPCI_PAGES ==>
        segment->page[number] == \null || \valid(segment->page[number]);

    predicate has_seen{L}(struct xpci_segment *segment) =
      \valid(segment) && \forall integer number;
        0 <= number < XPCI_SEEN_PAGES ==>
        segment->seen[number] == \null || \valid(segment->seen[number]);

    predicate has_seen_of{L}(struct xpci_segment *segment, integer sbdf) =
      has_seen(segment) &&
      \valid(segment->seen[sbdf / XPCI_SEEN_BYTES % XPCI_SEEN_PAGES]);

    predicate has_page_of{L}(struct xpci_segment *segment, integer sbdf) =
      has_pages(segment) &&
      \valid(segment->page[sbdf / XPCI_PAGE_SLOTS % XPCI_PAGES]);

    // Different BDFs have different slots.
    lemma slots_differ:
      \forall integer bdf; 0 <= bdf < 0x10000 ==>
        bdf / XPCI_PAGE_SLOTS % XPCI_PAGES * XPCI_PAGE_SLOTS +
          bdf % XPCI_PAGE_SLOTS == bdf;
    lemma bytes_differ:
      \forall integer bdf; 0 <= bdf < 0x10000 ==>
        bdf / XPCI_SEEN_BYTES % XPCI_SEEN_PAGES * XPCI_SEEN_BYTES +
          bdf % XPCI_SEEN_BYTES == bdf; */
/*@ assigns \nothing;
    ensures \result == sbdf / XPCI_PAGE_SLOTS % XPCI_PAGES < XPCI_PAGES; */
static inline unsigned int xpci_page_number(uint32_t sbdf)
{
    return sbdf / XPCI_PAGE_SLOTS % XPCI_PAGES;
}

/*@ assigns \nothing;
    ensures \result == sbdf % XPCI_PAGE_SLOTS < XPCI_PAGE_SLOTS; */
static inline unsigned int xpci_page_offset(uint32_t sbdf)
{
    return sbdf % XPCI_PAGE_SLOTS;
}

/*
 * The record's number for a BDF, XPCI_NO_RECORD where there is none.  The
 * segment in `sbdf` does not count.
 */
/*@ requires has_pages(segment);
    assigns \nothing; */
static inline uint32_t xpci_index_get(const struct xpci_segment *segment,
                                      uint32_t sbdf)
{
    const struct xpci_page *page = segment->page[xpci_page_number(sbdf)];

    return page ? page->slot[xpci_page_offset(sbdf)] : XPCI_NO_RECORD;
}

/*@ assigns \nothing;
    ensures \result == sbdf / XPCI_SEEN_BYTES % XPCI_SEEN_PAGES <
      XPCI_SEEN_PAGES; */
static inline unsigned int xpci_seen_number(uint32_t sbdf)
{
    return sbdf / XPCI_SEEN_BYTES % XPCI_SEEN_PAGES;
}

/*@ assigns \nothing;
    ensures \result == sbdf % XPCI_SEEN_BYTES < XPCI_SEEN_BYTES; */
static inline unsigned int xpci_seen_offset(uint32_t sbdf)
{
    return sbdf % XPCI_SEEN_BYTES;
}

/* What readers see of a BDF.  May be called without the lock. */
/*@ requires has_seen(segment);
    assigns \nothing; */
static inline uint8_t xpci_seen_get(const struct xpci_segment *segment,
                                    uint32_t sbdf)
{
    /* Pairs with the release in xpci_index_reserve(). */
    const struct xpci_seen *seen =
        xpci_load_acquire(&segment->seen[xpci_seen_number(sbdf)]);

    if ( unlikely(!seen) )
        return 0;

    return xpci_load_relaxed(&seen->byte[xpci_seen_offset(sbdf)]);
}

/* Make sure that a BDF has its pages.  0 or -ENOMEM. */
int __must_check xpci_index_reserve(struct xpci *xpci,
                                    struct xpci_segment *segment,
                                    uint32_t sbdf);

/* Enter record `index`, or what has changed in it. */
void xpci_index_set(struct xpci *xpci, struct xpci_segment *segment,
                    uint32_t index);

/*@ requires has_page_of(segment, sbdf) && has_seen_of(segment, sbdf);
    ensures has_page_of(segment, sbdf) && has_seen_of(segment, sbdf); */
void xpci_index_delete(struct xpci_segment *segment, uint32_t sbdf);

/* The record's number for an SBDF, XPCI_NO_RECORD where there is none. */
static inline uint32_t xpci_find(const struct xpci *xpci, uint32_t sbdf)
{
    const struct xpci_segment *segment =
        xpci_segment_find(xpci, XPCI_SEGMENT(sbdf));

    if ( !segment )
        return XPCI_NO_RECORD;

    return xpci_index_get(segment, sbdf);
}

/* Each BDF of a segment at which there is a record. */
uint32_t xpci_index_next(const struct xpci_segment *segment, uint32_t bdf);
#define for_each_slot(segment, bdf)            \
    for ( (bdf) = xpci_index_next(segment, 0); \
          (bdf) < XPCI_BUSES * XPCI_DEVFNS;    \
          (bdf) = xpci_index_next(segment, (bdf) + 1) )

/* Each bridge of a segment. */
#define for_each_bridge(xpci, segment, index)                           \
    for ( (index) = (segment)->first_bridge; (index) != XPCI_NO_RECORD; \
          (index) = xpci_record(xpci, index)->link.bridge.next )

static inline bool xpci_is_bridge(const struct xpci_record *record)
{
    return record->flags & XPCI_BRIDGE;
}

static inline bool xpci_is_virtfn(const struct xpci_record *record)
{
    return record->flags & XPCI_VIRTFN;
}

/* The first VF of a record.  Bridges and VFs have none. */
static inline uint32_t xpci_first_virtfn(const struct xpci_record *record)
{
    return record->flags & (XPCI_BRIDGE | XPCI_VIRTFN) ? XPCI_NO_RECORD
                                                       : record->link.first_vf;
}

/* The owner of a device, as the host says. */
uint16_t xpci_record_owner(const struct xpci *xpci, uint32_t index);

/* Is that anybody but dom0? */
bool xpci_record_is_foreign(const struct xpci *xpci, uint32_t index);

#endif /* XEN_PCI_TABLES_H */
