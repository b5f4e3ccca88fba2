/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The naive model is told what dom0 reports.
 */
#include "naive_rules.h"

#include <string.h>

static uint32_t physfn_of(uint32_t sbdf, const struct xpci_report *report)
{
    return (sbdf & 0xffff0000) | (uint32_t)report->physfn_bus << 8 |
           report->physfn_devfn;
}

/* A report, and what is made of it. */
struct report {
    const struct xpci_report *says;
    struct naive_device seen;
    struct naive_device physfn; /* as seen */
    unsigned int known;         /* the ID of the record, or 0 */
    bool same;
    bool foreign;
    bool changed;
    bool adopted;
    bool checked; /* the PF was looked at */
};

static struct naive_device *by_id(struct naive *naive, unsigned int id)
{
    struct naive_device *device;

    for_each_device(naive, device)
    {
        if ( device->id == id && id )
            return device;
    }
    return NULL;
}

static void apply(struct report *report)
{
    report->seen.virtfn = report->says->is_virtfn;
    report->seen.extfn = report->says->is_extfn;
    report->seen.node = report->says->node;
    report->seen.physfn = report->says->is_virtfn
                              ? physfn_of(report->seen.sbdf, report->says)
                              : 0;
}

static bool same_identity(const struct naive_device *a,
                          const struct naive_device *b)
{
    return a->vendor == b->vendor && a->device == b->device &&
           a->class_revision == b->class_revision && a->type == b->type &&
           a->layout == b->layout && a->virtfn == b->virtfn &&
           a->physfn == b->physfn;
}

static void compare(struct naive *naive, struct report *report)
{
    const struct naive_device *known = naive_record(naive, report->seen.sbdf);

    if ( !known )
        return;
    report->known = known->id;
    if ( known->displaced && naive_is_foreign(known) )
        return;
    report->foreign = naive_is_foreign(known);
    report->same = same_identity(known, &report->seen);
    if ( !report->foreign )
        return;
    report->changed = !report->same;
    report->same = true;
    report->seen.virtfn = known->virtfn;
    report->seen.physfn = known->physfn;
}

static int check_physfn(struct naive *naive, struct report *report)
{
    const struct naive_device *seen = &report->seen;
    const struct naive_device *known = naive_record(naive, seen->physfn);

    if ( seen->physfn == seen->sbdf || seen->bridge ||
         (known && known->virtfn) )
        return -EINVAL;
    if ( !naive_identify(naive, seen->physfn, &report->physfn) )
        return -ENODEV;
    if ( report->physfn.bridge )
        return -EINVAL;
    report->checked = true;
    return known && (known->bridge || known->displaced) ? -ENODEV : 0;
}

static int look_first(struct naive *naive, uint32_t sbdf,
                      const struct xpci_report *says, struct report *report)
{
    memset(report, 0, sizeof(*report));
    report->says = says;
    if ( !naive_identify(naive, sbdf, &report->seen) )
        return -ENODEV;
    apply(report);
    compare(naive, report);
    return report->seen.virtfn && !report->foreign ? check_physfn(naive, report)
                                                   : 0;
}

int naive_check_add(struct naive *naive, uint32_t sbdf,
                    const struct xpci_report *says)
{
    struct report report;

    naive_begin(naive);
    return look_first(naive, sbdf, says, &report);
}

static void has_numbers(struct naive *naive, struct naive_device *device,
                        const struct naive_device *like)
{
    device->looked_at = device->bridge;
    device->primary = like->primary;
    device->secondary = like->secondary;
    device->subordinate = like->subordinate;
    device->stale = device->asleep = false;
    naive_settle(naive);
}

/*
 * What was reported has its numbers, what it replaces has none; go up.  One
 * that is new has them when the way to it is known.
 */
static void go_up(struct naive *naive, const struct report *report)
{
    const struct naive_device *seen = &report->seen;
    const struct naive_device none = { 0 };
    unsigned int draft = 0;
    struct naive_device *device;

    if ( report->known && !report->same )
    {
        has_numbers(naive, by_id(naive, report->known), &none);
    }
    if ( !report->foreign )
    {
        device = report->same ? by_id(naive, report->known)
                              : naive_append(naive, &report->seen);
        device->draft = !report->same;
        draft = report->same ? 0 : device->id;
        if ( draft || !naive_is_fixed(naive, device) )
            has_numbers(naive, device, draft ? &none : seen);
    }
    naive_refresh_for(naive, seen->sbdf, seen->virtfn, seen->physfn);
    device = by_id(naive, draft);
    if ( !device || !device->bridge || !naive_may_lead(naive, device) )
        return;
    has_numbers(naive, device, seen);
    naive_refresh_for(naive, seen->sbdf, seen->virtfn, seen->physfn);
}

/* The record of the PF, if it stays; NULL: it is to be entered. */
static struct naive_device *staying_physfn(struct naive *naive,
                                           const struct report *report)
{
    struct naive_device *physfn = naive_record(naive, report->seen.physfn);

    if ( physfn && physfn->behind && report->known && !report->same )
        return NULL;
    return physfn;
}

static int confirm_reported(struct naive *naive, const struct report *report)
{
    bool touched = naive_is_touched(naive);
    const struct naive_device *known = by_id(naive, report->known);

    if ( !report->same || report->adopted || (touched && !report->foreign) ||
         (report->foreign && report->changed != known->changed) )
        return naive_identify_again(naive, &report->seen);
    if ( report->foreign && touched &&
         naive_dword(naive, report->seen.sbdf, 0x08) == 0xffffffff )
        return -ENODEV;
    return 0;
}

static int confirm(struct naive *naive, const struct report *report)
{
    bool virtfn = report->seen.virtfn && !report->foreign;
    struct naive_device *physfn = virtfn ? staying_physfn(naive, report) : NULL;
    int rc;

    if ( physfn && naive_moves(naive, physfn) )
        return -ENODEV;
    rc = confirm_reported(naive, report);
    if ( !rc && virtfn && !physfn )
        rc = naive_identify_again(naive, &report->physfn);
    if ( !rc && (!report->same || report->adopted || naive_is_touched(naive)) &&
         !naive_bridges_confirmed(naive, report->seen.sbdf) )
        rc = -EAGAIN;
    return rc;
}

/* The known device is reported again. */
static void update(struct naive *naive, const struct report *report)
{
    struct naive_device *known = by_id(naive, report->known);
    struct naive_device *device;

    if ( !known->virtfn )
        known->extfn = report->says->is_extfn;
    if ( report->says->node != XPCI_NO_NODE )
        known->node = report->says->node;
    known->changed = report->changed;
    if ( known->bridge_only )
    {
        known->bridge_only = false;
        naive_take_new(naive, known);
    }
    for_each_device(naive, device)
    {
        if ( device->virtfn && device->physfn == known->sbdf )
            device->extfn = known->extfn;
    }
}

static void carry_out(struct naive *naive, struct report *report)
{
    uint32_t sbdf = report->seen.sbdf;
    uint16_t segment = (uint16_t)(sbdf >> 16);
    size_t draft = 0;

    naive_settle_paths(naive, segment);
    if ( report->known && !report->same )
        naive_take_away(naive, by_id(naive, report->known), false);
    naive->adopted = report->adopted ? report->known : 0;
    naive_displace(naive, segment);
    if ( report->same )
        update(naive, report);
    else
    {
        if ( report->seen.virtfn && !naive_record(naive, report->seen.physfn) )
            naive_enter(naive, naive_append(naive, &report->physfn));
        while ( !naive->now.devices[draft].draft )
            draft++;
        naive_enter(naive, &naive->now.devices[draft]);
    }
    naive_bring_back(naive, segment);
}

/* Another way leads to what was reported: it may be dom0's all the same. */
static bool may_be_kept(struct naive *naive, const struct report *report)
{
    const struct naive_device *known = by_id(naive, report->known);

    if ( report->foreign || (known->virtfn && naive_is_foreign(naive_record(
                                                  naive, known->physfn))) )
        return false;
    return naive_is_free(naive, known);
}

int naive_add(struct naive *naive, uint32_t sbdf,
              const struct xpci_report *says)
{
    const struct naive_device *known;
    struct report report;
    bool elsewhere, kept;
    int rc;

    naive_begin(naive);
    rc = look_first(naive, sbdf, says, &report);
    if ( rc )
        return rc;
    if ( report.known )
        naive_mark_behind(naive, by_id(naive, report.known));
    go_up(naive, &report);
    known = by_id(naive, report.known);
    elsewhere = report.same && (known->displaced || naive_moves(naive, known));
    kept = elsewhere && may_be_kept(naive, &report);
    report.adopted = kept && !naive_is_doubtful(naive, known);
    /* Otherwise it is another device. */
    if ( elsewhere && !kept )
    {
        report.same = report.foreign = report.changed = false;
        apply(&report);
        if ( report.seen.virtfn && !report.checked )
            rc = check_physfn(naive, &report);
        if ( !rc )
            go_up(naive, &report);
    }
    if ( !rc )
        rc = confirm(naive, &report);
    if ( rc )
        return naive_fail(naive, rc);
    carry_out(naive, &report);
    return 0;
}

int naive_reset(struct naive *naive, uint32_t sbdf)
{
    struct naive_device *device;

    naive_begin(naive);
    device = naive_record(naive, sbdf);
    if ( !device || device->bridge_only )
        return -ENODEV;
    if ( device->bridge )
    {
        naive->visits++;
        naive_visit(naive, device);
        naive_settle(naive);
    }
    naive_refresh_for(naive, sbdf, device->virtfn, device->physfn);
    if ( naive_is_touched(naive) && !naive_bridges_confirmed(naive, ~0U) )
        return naive_fail(naive, -EAGAIN);
    naive_settle_paths(naive, (uint16_t)(sbdf >> 16));
    naive_displace(naive, (uint16_t)(sbdf >> 16));
    naive_bring_back(naive, (uint16_t)(sbdf >> 16));
    return 0;
}
