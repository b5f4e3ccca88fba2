/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Enters, removes and displaces devices, each PF with its VFs and each bridge
 * with what is behind it.
 */
#include "change.h"

#include "bridge.h"
#include "lookup.h"
#include "paths.h"
#include "quarantine.h"

/*
 * Each VF names its PF, and each PF has a list of its VFs.  Records only: no
 * pointer to a removed device remains anywhere.
 */
static void link_virtfn(struct xpci *xpci, uint32_t virtfn, uint32_t physfn)
{
    struct xpci_record *vf = xpci_record(xpci, virtfn);
    struct xpci_record *pf = xpci_record(xpci, physfn);

    vf->link.vf.physfn = physfn;
    vf->link.vf.previous = XPCI_NO_RECORD;
    vf->link.vf.next = pf->link.first_vf;
    if ( pf->link.first_vf != XPCI_NO_RECORD )
        xpci_record(xpci, pf->link.first_vf)->link.vf.previous = virtfn;
    pf->link.first_vf = virtfn;
}

static void unlink_virtfn(struct xpci *xpci, uint32_t virtfn)
{
    struct xpci_record *vf = xpci_record(xpci, virtfn);
    uint32_t next = vf->link.vf.next, previous = vf->link.vf.previous;

    if ( previous != XPCI_NO_RECORD )
        xpci_record(xpci, previous)->link.vf.next = next;
    else
        xpci_record(xpci, vf->link.vf.physfn)->link.first_vf = next;
    if ( next != XPCI_NO_RECORD )
        xpci_record(xpci, next)->link.vf.previous = previous;
    vf->link.vf.physfn = XPCI_NO_RECORD;
}

uint32_t xpci_change_draft(struct xpci_change *change,
                           const struct xpci_device_info *info)
{
    uint32_t index = xpci_record_alloc(change->xpci);
    struct xpci_record *record = xpci_record(change->xpci, index);

    *record = (struct xpci_record){
        .sbdf = info->sbdf,
        .class_revision = info->class_revision,
        .vendor = info->vendor,
        .device = info->device,
        .type = info->type,
        .flags = info->flags & (XPCI_VIRTFN | XPCI_EXTFN | XPCI_BRIDGE),
        .header_type = info->header_type,
        .node = info->node,
    };
    if ( xpci_is_bridge(record) )
        xpci_bridge_link(change->xpci, change->segment, index);

    return index;
}

void xpci_change_drop(struct xpci_change *change, uint32_t index)
{
    if ( xpci_is_bridge(xpci_record(change->xpci, index)) )
        xpci_bridge_unlink(change->xpci, change->segment, index);
    xpci_record_free(change->xpci, index);
}

void xpci_change_take(struct xpci_change *change, uint32_t index)
{
    struct xpci_record *record = xpci_record(change->xpci, index);

    if ( !xpci_quarantine_take(change->segment, record->path) )
        return;
    record->flags |= XPCI_QUARANTINED | XPCI_RECORD_REMEMBERED;
    change->quarantined = true;
}

void xpci_change_take_new(struct xpci_change *change, uint32_t index)
{
    struct xpci_record *record = xpci_record(change->xpci, index);

    xpci_change_take(change, index);
    if ( record->flags & XPCI_QUARANTINED ||
         !xpci_path_is_doubtful(change->xpci, change->segment, record) )
        return;
    record->flags |= XPCI_QUARANTINED;
    change->quarantined = true;
}

void xpci_change_enter(struct xpci_change *change, uint32_t index,
                       uint32_t physfn)
{
    struct xpci *xpci = change->xpci;
    struct xpci_segment *segment = change->segment;
    struct xpci_record *record = xpci_record(xpci, index);

    if ( physfn != XPCI_NO_RECORD )
    {
        /* Of a PF that was just entered the host knows nothing yet. */
        if ( change->quarantined || xpci_record_is_foreign(xpci, physfn) )
            record->flags |= XPCI_QUARANTINED;
        link_virtfn(xpci, index, physfn);
    }
    if ( segment->settled )
    {
        record->path = xpci_path_of(xpci, segment, record);
        xpci_change_take_new(change, index);
    }
    xpci_index_set(xpci, segment, index);
    segment->devices++;
    change->tables = true;
}

/* Take a record that has no VFs (any more) out of all that refers to it. */
static void free_record(struct xpci_change *change, uint32_t index)
{
    struct xpci *xpci = change->xpci;
    const struct xpci_record *record = xpci_record(xpci, index);

    xpci_index_delete(change->segment, record->sbdf);
    if ( xpci_is_virtfn(record) )
        unlink_virtfn(xpci, index);
    if ( xpci_is_bridge(record) )
    {
        xpci_bridge_unlink(xpci, change->segment, index);
        change->bridges = change->released = true;
    }
    xpci_record_free(xpci, index);
    change->segment->devices--;
    change->tables = true;
}

/* Remove one device that has no VFs (any more); the host removes its part. */
static void remove_device(struct xpci_change *change, uint32_t index,
                          bool answers)
{
    const struct xpci_host *host = change->xpci->host;
    const struct xpci_record *record = xpci_record(change->xpci, index);

    /* Of one that is displaced, the path was added then. */
    if ( !(record->flags & XPCI_DISPLACED) &&
         xpci_record_is_foreign(change->xpci, index) )
        xpci_quarantine_add(change->segment, record->path);
    if ( !(record->flags & XPCI_BRIDGE_ONLY) )
        host->remove(host->data, record->sbdf,
                     *xpci_record_attached(change->xpci, index),
                     answers && !(record->flags & XPCI_DISPLACED));
    free_record(change, index);
}

static void remove_with_virtfns(struct xpci_change *change, uint32_t index,
                                bool answers)
{
    uint32_t virtfn;

    while ( (virtfn = xpci_first_virtfn(xpci_record(change->xpci, index))) !=
            XPCI_NO_RECORD )
        remove_device(change, virtfn, answers);
    remove_device(change, index, answers);
}

/* The record at the highest devfn below `devfn` of a bus, or XPCI_NO_RECORD. */
static uint32_t last_on_bus(const struct xpci_change *change, unsigned int bus,
                            unsigned int *devfn)
{
    uint32_t index = XPCI_NO_RECORD;

    while ( index == XPCI_NO_RECORD && *devfn )
        index = xpci_index_get(change->segment, XPCI_SBDF(0, bus, --*devfn));

    return index;
}

void xpci_departure_init(struct xpci_departure *departure,
                         const struct xpci_change *change, uint32_t index,
                         bool answers)
{
    const struct xpci_record *record = xpci_record(change->xpci, index);

    *departure = (struct xpci_departure){ .index = index, .answers = answers };
    if ( xpci_is_bridge(record) )
        xpci_bridge_behind(change->segment, record->sbdf, &departure->behind);
}

static int ask(const struct xpci_change *change, uint32_t index, bool answers)
{
    const struct xpci_host *host = change->xpci->host;
    const struct xpci_record *record = xpci_record(change->xpci, index);

    if ( record->flags & XPCI_BRIDGE_ONLY )
        return 0;

    return host->may_remove(host->data, record->sbdf,
                            *xpci_record_attached(change->xpci, index),
                            answers && !(record->flags & XPCI_DISPLACED));
}

static int ask_with_virtfns(const struct xpci_change *change, uint32_t index,
                            bool answers)
{
    uint32_t virtfn = xpci_first_virtfn(xpci_record(change->xpci, index));
    int rc = ask(change, index, answers);

    for ( ; !rc && virtfn != XPCI_NO_RECORD;
          virtfn = xpci_record(change->xpci, virtfn)->link.vf.next )
        rc = ask(change, virtfn, answers);

    return rc;
}

int xpci_departure_allowed(const struct xpci_departure *departure,
                           const struct xpci_change *change)
{
    int rc = ask_with_virtfns(change, departure->index, departure->answers);
    unsigned int bus;

    for ( bus = 0; !rc && bus < XPCI_BUSES; bus++ )
    {
        unsigned int devfn = XPCI_DEVFNS;
        uint32_t index;

        if ( !xpci_bus_set_has(&departure->behind, bus) )
            continue;
        while ( !rc &&
                (index = last_on_bus(change, bus, &devfn)) != XPCI_NO_RECORD )
            rc = ask_with_virtfns(change, index, departure->answers);
    }

    return rc;
}

int xpci_change_reserve(struct xpci_change *change)
{
    uint32_t count = 0, bdf;

    for_each_slot (change->segment, bdf)
    {
        uint32_t index = xpci_index_get(change->segment, bdf);

        count +=
            xpci_record(change->xpci, index)->flags & XPCI_RECORD_REMEMBERED ||
            xpci_record_is_foreign(change->xpci, index);
    }

    return xpci_quarantine_reserve(change->xpci, change->segment, count);
}

void xpci_change_remove(struct xpci_change *change,
                        const struct xpci_departure *departure)
{
    unsigned int bus = XPCI_BUSES;

    /* What is deeper has a higher bus number: bridges lead to higher buses. */
    while ( bus-- )
    {
        unsigned int devfn = XPCI_DEVFNS;
        uint32_t index;

        if ( !xpci_bus_set_has(&departure->behind, bus) )
            continue;
        while ( (index = last_on_bus(change, bus, &devfn)) != XPCI_NO_RECORD )
            remove_with_virtfns(change, index, departure->answers);
    }
    remove_with_virtfns(change, departure->index, departure->answers);
}

static void tell_displaced(struct xpci_change *change, uint32_t index,
                           bool away)
{
    const struct xpci_host *host = change->xpci->host;
    const struct xpci_record *record = xpci_record(change->xpci, index);

    if ( !(record->flags & XPCI_BRIDGE_ONLY) )
        host->displaced(host->data, record->sbdf,
                        *xpci_record_attached(change->xpci, index), away);
}

static void look_at(struct xpci_change *change, uint32_t index)
{
    struct xpci_record *record = xpci_record(change->xpci, index);
    bool was = record->flags & XPCI_DISPLACED;
    bool is = xpci_path_is_displaced(change->xpci, change->segment, record);

    if ( is == was )
        return;
    change->tables = true;
    if ( !is )
    {
        xpci_bus_set_add(&change->returned, XPCI_BUS(record->sbdf));
        change->any_returned = true;
        return;
    }

    record->flags &= (uint16_t) ~(XPCI_QUARANTINED | XPCI_RECORD_REMEMBERED);
    record->flags |= XPCI_DISPLACED;
    /* Before the host moves it to the quarantine. */
    if ( xpci_record_is_foreign(change->xpci, index) )
        xpci_quarantine_add(change->segment, record->path);
    tell_displaced(change, index, true);
}

/* One device on a bus whose path changed, and its VFs on other buses. */
static void look_for_displaced(struct xpci_change *change, uint32_t index)
{
    uint32_t virtfn = xpci_first_virtfn(xpci_record(change->xpci, index));

    look_at(change, index);
    for ( ; virtfn != XPCI_NO_RECORD;
          virtfn = xpci_record(change->xpci, virtfn)->link.vf.next )
        look_at(change, virtfn);
}

/* It keeps what the host keeps for it; it is mapped again if it was not. */
static void adopt(struct xpci_change *change)
{
    struct xpci_record *record = xpci_record(change->xpci, change->adopted);

    record->path = xpci_path_of(change->xpci, change->segment, record);
    record->flags &= (uint16_t) ~(XPCI_QUARANTINED | XPCI_RECORD_REMEMBERED);
    change->tables = true;
    if ( !(record->flags & XPCI_DISPLACED) )
        return;
    xpci_bus_set_add(&change->returned, XPCI_BUS(record->sbdf));
    change->any_returned = true;
}

void xpci_change_displace(struct xpci_change *change)
{
    struct xpci_bus_set moved = { { 0 } };
    unsigned int bus;

    if ( change->released )
        xpci_bridge_reclaim(change->xpci, change->segment);
    change->released = false;
    if ( change->bridges )
    {
        xpci_bridge_mark_conflicts(change->xpci, change->segment);
        xpci_paths_derive(change->xpci, change->segment, &moved);
    }
    if ( change->adopted != XPCI_NO_RECORD )
        adopt(change);
    for ( bus = 0; bus < XPCI_BUSES; bus++ )
    {
        unsigned int devfn = XPCI_DEVFNS;
        uint32_t index;

        if ( !xpci_bus_set_has(&moved, bus) )
            continue;
        while ( (index = last_on_bus(change, bus, &devfn)) != XPCI_NO_RECORD )
            look_for_displaced(change, index);
    }
}

/* What is at its place again, and owned by dom0, is mapped again. */
static void bring_back(struct xpci_change *change)
{
    unsigned int bus;

    for ( bus = 0; change->any_returned && bus < XPCI_BUSES; bus++ )
    {
        unsigned int devfn = XPCI_DEVFNS;
        uint32_t index;

        if ( !xpci_bus_set_has(&change->returned, bus) )
            continue;
        while ( (index = last_on_bus(change, bus, &devfn)) != XPCI_NO_RECORD )
        {
            struct xpci_record *record = xpci_record(change->xpci, index);

            if ( !(record->flags & XPCI_DISPLACED) ||
                 xpci_path_is_displaced(change->xpci, change->segment, record) )
                continue;
            record->flags &= (uint16_t)~XPCI_DISPLACED;
            if ( !(record->flags & XPCI_BRIDGE_ONLY) )
                xpci_change_take(change, index);
            tell_displaced(change, index, false);
        }
    }
}

void xpci_change_end(struct xpci_change *change)
{
    if ( !change->tables )
        return;

    change->xpci->generation++;
    change->xpci->bridge_generation += change->bridges;
    if ( change->bridges )
        xpci_publish(change->xpci, change->segment);
    bring_back(change);
}

/* Would anything that dom0 does not own go with a refused device? */
static bool takes_foreign(const struct xpci_change *change, uint32_t index)
{
    uint32_t virtfn = xpci_first_virtfn(xpci_record(change->xpci, index));
    bool foreign = xpci_record_is_foreign(change->xpci, index);

    for ( ; !foreign && virtfn != XPCI_NO_RECORD;
          virtfn = xpci_record(change->xpci, virtfn)->link.vf.next )
        foreign = xpci_record_is_foreign(change->xpci, virtfn);

    return foreign;
}

void xpci_change_refuse(struct xpci_change *change, uint32_t index)
{
    struct xpci_record *record = xpci_record(change->xpci, index);
    bool remembered = record->flags & XPCI_RECORD_REMEMBERED;
    uint32_t virtfn;

    if ( (remembered || takes_foreign(change, index)) &&
         xpci_change_reserve(change) )
        change->segment->paths_lost = true;

    while ( (virtfn = xpci_first_virtfn(record)) != XPCI_NO_RECORD )
        remove_device(change, virtfn, false);
    if ( !(record->flags & XPCI_DISPLACED) &&
         (remembered || xpci_record_is_foreign(change->xpci, index)) )
        xpci_quarantine_add(change->segment, record->path);
    if ( !xpci_is_bridge(record) )
    {
        free_record(change, index);
        return;
    }
    record->flags &= (uint16_t) ~(XPCI_QUARANTINED | XPCI_RECORD_REMEMBERED);
    record->flags |= XPCI_BRIDGE_ONLY;
    *xpci_record_attached(change->xpci, index) = NULL;
    xpci_index_set(change->xpci, change->segment, index);
    change->tables = true;
}
