/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carries out what the boot scan finds and what dom0 reports to be there.
 */
#include "bridge.h"
#include "paths.h"
#include "refresh.h"

/* A report of a device, while it is carried out. */
struct addition {
    struct xpci_device_info info;   /* as read, and as dom0 says */
    struct xpci_device_info physfn; /* of a VF: as read */
    uint32_t known;                 /* the record at its SBDF, or none */
    uint32_t draft;                 /* a record for it, or none */
    uint32_t physfn_draft;
    bool is_virtfn;
    bool same;    /* it is the known one */
    bool foreign; /* it is the known one, and not dom0's: its record counts */
    bool adopted; /* it is the known one of dom0, on another way */
    bool changed; /* the same, and reads otherwise than recorded */
    struct xpci_departure replaced; /* unless it is the same */
};

static bool same_identity(const struct xpci_record *record,
                          const struct xpci_device_info *info)
{
    return record->vendor == info->vendor && record->device == info->device &&
           record->class_revision == info->class_revision &&
           record->type == info->type &&
           record->header_type == info->header_type;
}

/* A record of a VF is about another device when its PF is another. */
static bool same_physfn(const struct xpci *xpci,
                        const struct xpci_record *record,
                        const struct xpci_device_info *info)
{
    if ( (record->flags ^ info->flags) & XPCI_VIRTFN )
        return false;

    return !xpci_is_virtfn(record) ||
           xpci_record(xpci, record->link.vf.physfn)->sbdf == info->physfn;
}

/*
 * All memory that entering `devices` devices at and above `sbdf`'s and the
 * PF's slot can need.
 */
static int reserve(struct xpci *xpci, uint32_t sbdf, uint32_t physfn,
                   uint32_t devices, struct xpci_segment **segment)
{
    int rc;

    *segment = xpci_segment_get(xpci, XPCI_SEGMENT(sbdf));
    if ( !*segment )
        return -ENOMEM;
    xpci_paths_init(*segment);
    rc = xpci_index_reserve(xpci, *segment, sbdf);
    if ( !rc && physfn != sbdf )
        rc = xpci_index_reserve(xpci, *segment, physfn);
    if ( !rc )
        rc = xpci_records_reserve(xpci, devices);

    return rc;
}

/* Of a VF, "extended function" says that its PF is one. */
static void update_virtfns(struct xpci_change *change, uint32_t index)
{
    struct xpci *xpci = change->xpci;
    const uint16_t extfn = xpci_record(xpci, index)->flags & XPCI_EXTFN;
    uint32_t virtfn = xpci_first_virtfn(xpci_record(xpci, index));

    for ( ; virtfn != XPCI_NO_RECORD;
          virtfn = xpci_record(xpci, virtfn)->link.vf.next )
    {
        struct xpci_record *record = xpci_record(xpci, virtfn);

        record->flags = (uint16_t)((record->flags & ~XPCI_EXTFN) | extfn);
        xpci_index_set(xpci, change->segment, virtfn);
    }
}

/* The same device is reported again: what dom0 says of it may be new. */
static void update(struct xpci_change *change, const struct addition *add)
{
    struct xpci_record *record = xpci_record(change->xpci, add->known);
    /* Of a VF, its PF's report says that. */
    uint16_t extfn = xpci_is_virtfn(record) ? record->flags : add->info.flags;
    uint16_t flags =
        (uint16_t)((record->flags &
                    ~(XPCI_EXTFN | XPCI_BRIDGE_ONLY | XPCI_CHANGED)) |
                   (extfn & XPCI_EXTFN) | (add->changed ? XPCI_CHANGED : 0));
    /* A report without a node says nothing about it. */
    uint32_t node =
        add->info.node == XPCI_NO_NODE ? record->node : add->info.node;
    bool bridge_only = record->flags & XPCI_BRIDGE_ONLY;

    if ( record->flags == flags && record->node == node )
        return;

    record->flags = flags;
    record->node = node;
    if ( bridge_only )
        xpci_change_take_new(change, add->known);
    xpci_index_set(change->xpci, change->segment, add->known);
    update_virtfns(change, add->known);
    change->tables = true;
}

/*
 * What is entered in quarantine may say that it is a bridge: it leads nowhere,
 * until dom0 has it and reports it again.
 */
static bool may_lead(const struct xpci_change *change, uint32_t index)
{
    struct xpci *xpci = change->xpci;

    return !change->segment->settled ||
           xpci_path_place(xpci, change->segment, xpci_record(xpci, index)) ==
               XPCI_PLACE_FREE;
}

int xpci_change_scan(struct xpci_change *change, uint32_t sbdf)
{
    struct xpci *xpci = change->xpci;
    struct xpci_device_info info;
    uint32_t index;
    int rc;

    if ( xpci_find(xpci, sbdf) != XPCI_NO_RECORD )
        return 0;
    rc = xpci_config_identify(xpci->host, sbdf, &info);
    if ( rc )
        return rc;
    rc = reserve(xpci, sbdf, sbdf, 1, &change->segment);
    if ( rc )
        return rc;

    /* After the boot scan, a bridge may displace what is known already. */
    if ( change->segment->settled && (info.flags & XPCI_BRIDGE) )
        rc = xpci_change_reserve(change);
    if ( rc )
        return rc;

    /* Each device counts as a change, however many are in this one. */
    xpci->generation += change->tables;
    index = xpci_change_draft(change, &info);
    if ( info.flags & XPCI_BRIDGE && may_lead(change, index) )
    {
        const struct xpci_bus_numbers numbers = { info.primary, info.secondary,
                                                  info.subordinate };

        if ( xpci_bridge_renumber(xpci, change->segment, index, &numbers) )
            change->bridges = change->released = true;
    }
    xpci_change_enter(change, index, XPCI_NO_RECORD);

    return 0;
}

int xpci_scan_device(struct xpci *xpci, uint32_t sbdf)
{
    struct xpci_change change;
    int rc;

    xpci_change_begin(&change, xpci, NULL, sbdf);
    rc = xpci_change_scan(&change, sbdf);
    if ( !rc )
    {
        xpci_change_displace(&change);
        xpci_change_end(&change);
    }

    return rc;
}

/* What a report says, beside what config space says. */
static void apply_report(struct xpci_device_info *info,
                         const struct xpci_report *report)
{
    info->physfn = info->sbdf;
    info->node = report->node;
    if ( report->is_extfn )
        info->flags |= XPCI_EXTFN;
    if ( report->is_virtfn )
    {
        info->flags |= XPCI_VIRTFN;
        info->physfn = XPCI_SBDF(XPCI_SEGMENT(info->sbdf), report->physfn_bus,
                                 report->physfn_devfn);
    }
}

/*
 * Is the device that was read the one that is known?  What a guest has may say
 * of itself what it likes: it stays what it was when dom0 owned it, where the
 * way to it is the same.  On another way it is another device.
 */
static void compare_with_known(const struct xpci *xpci, struct addition *add)
{
    const struct xpci_record *record;

    add->known = xpci_find(xpci, add->info.sbdf);
    if ( add->known == XPCI_NO_RECORD )
        return;
    record = xpci_record(xpci, add->known);
    add->foreign = xpci_record_is_foreign(xpci, add->known);
    if ( add->foreign && record->flags & XPCI_DISPLACED )
    {
        add->foreign = false;
        return;
    }

    add->same = same_identity(record, &add->info) &&
                same_physfn(xpci, record, &add->info);
    if ( add->foreign )
    {
        add->changed = !add->same;
        add->same = true;
        add->is_virtfn = xpci_is_virtfn(record);
        if ( add->is_virtfn )
            add->info.physfn = xpci_record(xpci, record->link.vf.physfn)->sbdf;
    }
}

/*
 * What is to be known of a VF's PF, should it have to be entered for it: 0, or
 * why the VF cannot be added.
 */
static int check_physfn(const struct xpci *xpci, struct addition *add)
{
    const struct xpci_device_info *info = &add->info;
    uint32_t index = xpci_find(xpci, info->physfn);
    int rc;

    /* VFs and PFs have headers of type 0 (PCIe Base Specification 5.0, 9.3). */
    if ( info->physfn == info->sbdf || info->flags & XPCI_BRIDGE )
        return -EINVAL;
    if ( index != XPCI_NO_RECORD && xpci_is_virtfn(xpci_record(xpci, index)) )
        return -EINVAL;
    rc = xpci_config_identify(xpci->host, info->physfn, &add->physfn);
    if ( rc )
        return rc;
    if ( add->physfn.flags & XPCI_BRIDGE )
        return -EINVAL;
    /* Another device that is known there is replaced by a report of its own. */
    if ( index != XPCI_NO_RECORD &&
         (xpci_is_bridge(xpci_record(xpci, index)) ||
          xpci_record(xpci, index)->flags & XPCI_DISPLACED) )
        return -ENODEV;

    return 0;
}

/* Is the known device at the reported SBDF another one, which is removed? */
static bool replaces(const struct addition *add)
{
    return !add->same && add->known != XPCI_NO_RECORD;
}

/*
 * The record of a VF's PF, XPCI_NO_RECORD where it is to be entered: it may
 * have been behind a bridge that the VF replaces.
 */
static uint32_t find_physfn(const struct xpci *xpci, const struct addition *add)
{
    uint32_t physfn = xpci_find(xpci, add->info.physfn);

    if ( replaces(add) &&
         xpci_bus_set_has(&add->replaced.behind, XPCI_BUS(add->info.physfn)) )
        return XPCI_NO_RECORD;

    return physfn;
}

/*
 * Give a known bridge the numbers that were read, or none where it is replaced;
 * a new one has none yet.
 */
static void draft(struct xpci_change *change, struct addition *add)
{
    const struct xpci_bus_numbers numbers = { add->info.primary,
                                              add->info.secondary,
                                              add->info.subordinate };
    const struct xpci_bus_numbers none = { 0, 0, 0 };

    if ( replaces(add) &&
         xpci_is_bridge(xpci_record(change->xpci, add->known)) )
        xpci_refresh_numbers(change, add->known, &none);
    if ( add->foreign )
        return;
    if ( !add->same )
        add->draft = xpci_change_draft(change, &add->info);
    if ( !(add->info.flags & XPCI_BRIDGE) )
        return;
    if ( !add->same )
        xpci_refresh_numbers(change, add->draft, &none);
    if ( add->same && !xpci_refresh_is_fixed(change, add->known) )
        xpci_refresh_numbers(change, add->known, &numbers);
}

/* Read the bridges above the reported device. */
static void read_above(struct xpci_change *change, const struct addition *add)
{
    if ( add->is_virtfn )
        xpci_refresh_above_virtfn(change, XPCI_BUS(add->info.sbdf),
                                  XPCI_BUS(add->info.physfn));
    else
        xpci_refresh_above(change, XPCI_NO_RECORD, XPCI_BUS(add->info.sbdf));
}

/* Then its place is known, and a new bridge may get the numbers that it has. */
static void refresh(struct xpci_change *change, const struct addition *add)
{
    const struct xpci_bus_numbers numbers = { add->info.primary,
                                              add->info.secondary,
                                              add->info.subordinate };

    read_above(change, add);
    if ( add->same || !(add->info.flags & XPCI_BRIDGE) ||
         !may_lead(change, add->draft) )
        return;
    xpci_refresh_numbers(change, add->draft, &numbers);
    read_above(change, add);
}

/* Does another way lead to the reported device than to the known one? */
static bool is_elsewhere(const struct xpci_change *change,
                         const struct addition *add)
{
    const struct xpci_record *record = xpci_record(change->xpci, add->known);

    return record->flags & XPCI_DISPLACED ||
           (change->touched &&
            xpci_path_moves(change->xpci, change->segment, record));
}

/*
 * Where it is dom0's, and nobody else's device is or was at its place, its
 * record is kept: it may be in use.  It is adopted, or stays displaced where
 * there is doubt about that.  A VF of somebody else's PF is not dom0's by it.
 */
static enum xpci_place place_of_known(const struct xpci_change *change,
                                      const struct addition *add)
{
    struct xpci *xpci = change->xpci;
    const struct xpci_record *record = xpci_record(xpci, add->known);

    if ( add->foreign ||
         (xpci_is_virtfn(record) &&
          xpci_record_is_foreign(xpci, record->link.vf.physfn)) )
        return XPCI_PLACE_FOREIGN;

    return xpci_path_place(xpci, change->segment, record);
}

/*
 * Otherwise what was reported is another device, though it may look the same.
 */
static int take_for_another(struct xpci_change *change, struct addition *add,
                            const struct xpci_report *report)
{
    struct xpci *xpci = change->xpci;
    bool checked = add->is_virtfn && !add->foreign;
    int rc = 0;

    add->same = add->foreign = add->changed = false;
    add->is_virtfn = report->is_virtfn;
    apply_report(&add->info, report);
    if ( add->is_virtfn && !checked )
        rc = check_physfn(xpci, add);
    if ( !rc )
        rc = reserve(xpci, add->info.sbdf, add->info.physfn, 2,
                     &change->segment);
    if ( rc )
        return rc;

    draft(change, add);
    refresh(change, add);

    return 0;
}

/*
 * Is a VF's PF where it was?  What is known at its SBDF is replaced by a report
 * of its own.
 */
static bool physfn_moves(const struct xpci_change *change,
                         const struct addition *add)
{
    uint32_t physfn = find_physfn(change->xpci, add);

    return physfn != XPCI_NO_RECORD &&
           xpci_path_moves(change->xpci, change->segment,
                           xpci_record(change->xpci, physfn));
}

/*
 * Read the reported device a second time.  What a guest's says of itself is
 * news only where it differs; but it must have been reached, where anything
 * follows from that.
 */
static int confirm_reported(const struct xpci_change *change,
                            const struct addition *add)
{
    const struct xpci_host *host = change->xpci->host;
    bool was_changed;

    if ( !add->same || add->adopted || (change->touched && !add->foreign) )
        return xpci_config_confirm(host, &add->info);
    if ( !add->foreign )
        return 0;

    was_changed = xpci_record(change->xpci, add->known)->flags & XPCI_CHANGED;
    if ( add->changed != was_changed )
        return xpci_config_confirm(host, &add->info);

    return !change->touched || xpci_config_is_there(host, add->info.sbdf)
               ? 0
               : -ENODEV;
}

/*
 * All that the report says has been read once.  Read what is new or different
 * a second time, and ask for all that can be refused: from here on nothing
 * fails.
 */
static int make_sure(struct xpci_change *change, const struct addition *add)
{
    bool is_virtfn = add->is_virtfn && !add->foreign;
    int rc;

    if ( is_virtfn && change->touched && physfn_moves(change, add) )
        return -ENODEV;
    rc = confirm_reported(change, add);
    if ( !rc && is_virtfn && find_physfn(change->xpci, add) == XPCI_NO_RECORD )
        rc = xpci_config_confirm(change->xpci->host, &add->physfn);
    if ( !rc )
        rc = xpci_refresh_confirm(change, !add->same || add->adopted);
    if ( !rc && replaces(add) )
        rc = xpci_departure_allowed(&add->replaced, change);
    if ( !rc && (replaces(add) || change->touched) )
        rc = xpci_change_reserve(change);

    return rc;
}

static void enter(struct xpci_change *change, struct addition *add)
{
    uint32_t physfn = XPCI_NO_RECORD;

    if ( add->is_virtfn )
    {
        physfn = xpci_find(change->xpci, add->info.physfn);
        if ( physfn == XPCI_NO_RECORD )
        {
            physfn = xpci_change_draft(change, &add->physfn);
            xpci_change_enter(change, physfn, XPCI_NO_RECORD);
        }
        xpci_record(change->xpci, add->draft)->flags &= (uint16_t)~XPCI_EXTFN;
        xpci_record(change->xpci, add->draft)->flags |=
            xpci_record(change->xpci, physfn)->flags & XPCI_EXTFN;
    }
    xpci_change_enter(change, add->draft, physfn);
}

static void carry_out(struct xpci_change *change, struct addition *add)
{
    xpci_paths_settle(change->xpci, change->segment);
    xpci_refresh_keep(change);
    if ( add->draft != XPCI_NO_RECORD && (add->info.flags & XPCI_BRIDGE) )
        change->bridges = true;
    if ( replaces(add) )
        xpci_change_remove(change, &add->replaced);
    if ( add->adopted )
        change->adopted = add->known;
    xpci_change_displace(change);
    if ( add->same )
        update(change, add);
    else
        enter(change, add);
    xpci_change_end(change);
}

int xpci_add(struct xpci *xpci, uint32_t sbdf, const struct xpci_report *report)
{
    struct addition add = { .is_virtfn = report->is_virtfn };
    struct xpci_segment *segment;
    struct xpci_change change;
    int rc;

    rc = xpci_config_identify(xpci->host, sbdf, &add.info);
    if ( rc )
        return rc;
    apply_report(&add.info, report);
    compare_with_known(xpci, &add);
    if ( add.is_virtfn && !add.foreign )
        rc = check_physfn(xpci, &add);
    if ( rc )
        return rc;
    rc = reserve(xpci, sbdf, add.info.physfn, 2, &segment);
    if ( rc )
        return rc;

    xpci_change_begin(&change, xpci, segment, sbdf);
    xpci_refresh_begin(&change);
    if ( add.known != XPCI_NO_RECORD )
        xpci_departure_init(&add.replaced, &change, add.known, false);
    draft(&change, &add);
    refresh(&change, &add);
    if ( add.same && is_elsewhere(&change, &add) )
    {
        enum xpci_place place = place_of_known(&change, &add);

        add.adopted = place == XPCI_PLACE_FREE;
        if ( place == XPCI_PLACE_FOREIGN )
            rc = take_for_another(&change, &add, report);
    }
    if ( !rc )
        rc = make_sure(&change, &add);
    if ( !rc )
        carry_out(&change, &add);
    else
    {
        xpci_refresh_undo(&change);
        if ( add.draft != XPCI_NO_RECORD )
            xpci_change_drop(&change, add.draft);
    }

    return rc;
}
