/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Carries out what the boot scan finds and what dom0 reports: scan, add,
 * remove, refuse.
 */
#include "bridge.h"
#include "refresh.h"

/* A record of a VF is about another device when its PF is another. */
static bool same_device(const struct xpci *xpci,
                        const struct xpci_record *record,
                        const struct xpci_device_info *info)
{
    if ( record->vendor != info->vendor || record->device != info->device ||
         record->class_revision != info->class_revision ||
         record->type != info->type ||
         record->header_type != info->header_type ||
         ((record->flags ^ info->flags) & XPCI_VIRTFN) )
        return false;

    return !(record->flags & XPCI_VIRTFN) ||
           xpci_record(xpci, record->physfn)->sbdf == info->physfn;
}

/*
 * All memory that entering `devices` devices at and above `sbdf`'s and the
 * PF's slot can need; nothing else in a change can fail.
 */
static int reserve(struct xpci *xpci, uint32_t sbdf, uint32_t physfn,
                   uint32_t devices, struct xpci_segment **segment)
{
    int rc;

    *segment = xpci_segment_get(xpci, XPCI_SEGMENT(sbdf));
    if ( !*segment )
        return -ENOMEM;
    rc = xpci_index_reserve(xpci, *segment, sbdf);
    if ( !rc && physfn != sbdf )
        rc = xpci_index_reserve(xpci, *segment, physfn);
    if ( !rc )
        rc = xpci_records_reserve(xpci, devices);

    return rc;
}

static void confirm_numbers(struct xpci_change *change, uint32_t index,
                            const struct xpci_device_info *info)
{
    const struct xpci_bus_numbers numbers = { info->primary, info->secondary,
                                              info->subordinate };

    if ( info->flags & XPCI_BRIDGE )
        xpci_refresh_numbers(change, index, &numbers);
}

/* Of a VF, "extended function" says that its PF is one. */
static void update_virtfns(struct xpci_change *change, uint32_t index)
{
    struct xpci *xpci = change->xpci;
    const uint8_t extfn = xpci_record(xpci, index)->flags & XPCI_EXTFN;
    uint32_t virtfn = xpci_record(xpci, index)->first_vf;

    for ( ; virtfn != XPCI_NO_RECORD;
          virtfn = xpci_record(xpci, virtfn)->next_vf )
    {
        struct xpci_record *record = xpci_record(xpci, virtfn);

        record->flags = (uint8_t)((record->flags & ~XPCI_EXTFN) | extfn);
        xpci_index_set(xpci, change->segment, virtfn);
    }
}

/* The same device is reported again: what dom0 says of it may be new. */
static void update(struct xpci_change *change, uint32_t index,
                   const struct xpci_device_info *info)
{
    struct xpci_record *record = xpci_record(change->xpci, index);
    uint8_t flags =
        (uint8_t)((record->flags & ~(XPCI_EXTFN | XPCI_BRIDGE_ONLY)) |
                  (info->flags & XPCI_EXTFN));
    /* A report without a node says nothing about it. */
    uint32_t node = info->node == XPCI_NO_NODE ? record->node : info->node;

    if ( record->flags != flags || record->node != node )
    {
        record->flags = flags;
        record->node = node;
        xpci_index_set(change->xpci, change->segment, index);
        update_virtfns(change, index);
        change->tables = true;
    }
}

int xpci_scan_device(struct xpci *xpci, uint32_t sbdf)
{
    struct xpci_segment *segment;
    struct xpci_device_info info;
    struct xpci_change change;
    int rc;

    if ( xpci_find(xpci, sbdf) != XPCI_NO_RECORD )
        return 0;
    rc = xpci_config_identify(xpci->host, sbdf, &info);
    if ( rc )
        return rc;
    rc = reserve(xpci, sbdf, sbdf, 1, &segment);
    if ( rc )
        return rc;

    xpci_change_begin(&change, xpci, segment);
    (void)xpci_change_enter(&change, &info, XPCI_NO_RECORD);
    xpci_change_end(&change);

    return 0;
}

/* What a report says, beside what config space says. */
static void apply_report(struct xpci_device_info *info,
                         const struct xpci_report *report)
{
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
 * What is to be known of a VF's PF, should it have to be entered for it: 0, or
 * why the VF cannot be added.
 */
static int check_physfn(const struct xpci *xpci,
                        const struct xpci_device_info *info,
                        struct xpci_device_info *physfn)
{
    uint32_t index = xpci_find(xpci, info->physfn);

    /* A VF has a header of type 0 (PCIe Base Specification 5.0, 9.3.4.1). */
    if ( info->physfn == info->sbdf || info->flags & XPCI_BRIDGE )
        return -EINVAL;
    if ( index != XPCI_NO_RECORD &&
         xpci_record(xpci, index)->flags & XPCI_VIRTFN )
        return -EINVAL;

    return xpci_config_identify(xpci->host, info->physfn, physfn);
}

/*
 * Another device that was known at this SBDF is removed, with all its own.  The
 * record of this one, or XPCI_NO_RECORD.
 */
static uint32_t make_room(struct xpci_change *change,
                          const struct xpci_device_info *info)
{
    uint32_t index = xpci_find(change->xpci, info->sbdf);

    if ( index == XPCI_NO_RECORD ||
         same_device(change->xpci, xpci_record(change->xpci, index), info) )
        return index;
    xpci_change_remove(change, index);

    return XPCI_NO_RECORD;
}

static uint32_t enter_or_update(struct xpci_change *change,
                                const struct xpci_device_info *info,
                                uint32_t index, uint32_t physfn)
{
    if ( index == XPCI_NO_RECORD )
        index = xpci_change_enter(change, info, physfn);
    else
        update(change, index, info);
    confirm_numbers(change, index, info);

    return index;
}

/* The record of a VF's PF, which is entered where it is not known (any more).
 */
static uint32_t physfn_record(struct xpci_change *change,
                              const struct xpci_device_info *physfn)
{
    uint32_t index = xpci_find(change->xpci, physfn->sbdf);

    if ( index != XPCI_NO_RECORD &&
         !(xpci_record(change->xpci, index)->flags & XPCI_BRIDGE_ONLY) )
        return index;
    index = make_room(change, physfn);

    return enter_or_update(change, physfn, index, XPCI_NO_RECORD);
}

static void report_device(struct xpci_change *change,
                          struct xpci_device_info *info,
                          const struct xpci_device_info *physfn)
{
    uint32_t index = make_room(change, info), pf = XPCI_NO_RECORD;

    if ( info->flags & XPCI_VIRTFN )
    {
        pf = physfn_record(change, physfn);
        info->flags =
            (uint8_t)((info->flags & ~XPCI_EXTFN) |
                      (xpci_record(change->xpci, pf)->flags & XPCI_EXTFN));
        /* It may have been removed with another device at the PF's SBDF. */
        index = xpci_find(change->xpci, info->sbdf);
    }
    (void)enter_or_update(change, info, index, pf);
}

int xpci_add(struct xpci *xpci, uint32_t sbdf, const struct xpci_report *report)
{
    struct xpci_device_info info, physfn;
    struct xpci_segment *segment;
    struct xpci_change change;
    int rc;

    rc = xpci_config_identify(xpci->host, sbdf, &info);
    if ( rc )
        return rc;
    info.physfn = sbdf;
    apply_report(&info, report);
    if ( report->is_virtfn )
    {
        rc = check_physfn(xpci, &info, &physfn);
        if ( rc )
            return rc;
    }
    rc = reserve(xpci, sbdf, info.physfn, report->is_virtfn ? 2 : 1, &segment);
    if ( rc )
        return rc;

    xpci_change_begin(&change, xpci, segment);
    xpci_refresh_begin(xpci);
    if ( report->is_virtfn )
        xpci_refresh_above_virtfn(&change, XPCI_BUS(sbdf), report->physfn_bus);
    else
        xpci_refresh_above(&change, XPCI_BUS(sbdf));
    report_device(&change, &info, &physfn);
    /* Bridges that clash with it were read again: another may lead here. */
    if ( info.flags & XPCI_BRIDGE )
        xpci_refresh_above(&change, XPCI_BUS(sbdf));
    xpci_change_end(&change);

    return 0;
}

int xpci_remove(struct xpci *xpci, uint32_t sbdf)
{
    uint32_t index = xpci_find(xpci, sbdf);
    struct xpci_change change;
    bool bridge_only;

    if ( index == XPCI_NO_RECORD )
        return -ENODEV;

    bridge_only = xpci_record(xpci, index)->flags & XPCI_BRIDGE_ONLY;
    xpci_change_begin(&change, xpci,
                      xpci_segment_find(xpci, XPCI_SEGMENT(sbdf)));
    xpci_change_remove(&change, index);
    xpci_change_end(&change);

    return bridge_only ? -ENODEV : 0;
}

void xpci_refuse(struct xpci *xpci, uint32_t sbdf)
{
    uint32_t index = xpci_find(xpci, sbdf);
    struct xpci_change change;

    if ( index == XPCI_NO_RECORD ||
         xpci_record(xpci, index)->flags & XPCI_BRIDGE_ONLY )
        return;

    xpci_change_begin(&change, xpci,
                      xpci_segment_find(xpci, XPCI_SEGMENT(sbdf)));
    xpci_change_refuse(&change, index);
    xpci_change_end(&change);
}
