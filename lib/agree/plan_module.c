/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The differences where the module keeps the tables: every one can be
 * repaired, and a report that was not needed does no harm.  Nothing is taken
 * from a guest: steps that would are left, with whose device it is.
 */
#include <stdio.h>

#include "ownership.h"
#include "plan_parts.h"

struct making {
    struct plan *plan;
    const struct plan_input *input;
    struct sbdf_set kept; /* devices of guests, and Xen's own */
    struct sbdf_set held; /* bridges that are left as they are for these */
};

static bool is_kept(uint16_t owner)
{
    return ownership_is_foreign(owner) && owner != XPCI_OWNER_QUARANTINE;
}

/* `sbdf` is behind the bridge `above`, or a VF of it, or of what is behind. */
static bool is_below(const struct xpci_snapshot *snapshot, uint32_t sbdf,
                     uint32_t above)
{
    const struct xpci_device_info *info = xpci_snapshot_device(snapshot, sbdf);

    if ( plan_is_behind(snapshot, sbdf, above) )
        return true;

    return info && (info->flags & XPCI_VIRTFN) &&
           (info->physfn == above ||
            plan_is_behind(snapshot, info->physfn, above));
}

/* A device that is to be kept and is below `sbdf` in one of the two views. */
static bool has_kept_below(const struct making *making, uint32_t sbdf,
                           uint32_t *kept)
{
    size_t i;

    for ( i = 0; i < making->kept.count; i++ )
    {
        *kept = making->kept.sbdf[i];
        if ( is_below(making->input->hypervisor, *kept, sbdf) ||
             is_below(making->input->dom0, *kept, sbdf) )
            return true;
    }

    return false;
}

/* What becomes of a device that the hypervisor has on record. */
enum fate {
    FATE_STAYS,
    FATE_GOES,     /* dom0 has nothing there */
    FATE_REPLACED, /* dom0 has another device there */
};

/* By dom0's view alone, whoever owns it. */
static enum fate natural_fate(const struct making *making, uint32_t sbdf)
{
    const struct plan_input *input = making->input;
    const struct xpci_device_info *dom0 =
        xpci_snapshot_device(input->dom0, sbdf);
    const struct xpci_device_info *recorded =
        xpci_snapshot_device(input->hypervisor, sbdf);
    char why[PLAN_WHY_LENGTH];

    if ( !dom0 )
        return sbdf_set_has(input->listed, sbdf) ? FATE_STAYS : FATE_GOES;
    /* A bridge-only record: what else it was is not on record. */
    if ( !recorded )
        return FATE_STAYS;

    return plan_compare(dom0, recorded, why) == PLAN_ANOTHER ? FATE_REPLACED
                                                             : FATE_STAYS;
}

static uint16_t owner_of(const struct making *making, uint32_t sbdf)
{
    const struct xpci_device_info *recorded =
        xpci_snapshot_device(making->input->hypervisor, sbdf);

    return recorded ? recorded->owner : XPCI_OWNER_UNKNOWN;
}

/* As the plan has it. */
static enum fate fate_of(const struct making *making, uint32_t sbdf)
{
    enum fate fate = natural_fate(making, sbdf);
    uint16_t owner = owner_of(making, sbdf);
    uint32_t kept;

    if ( fate == FATE_STAYS || is_kept(owner) ||
         (fate == FATE_REPLACED && ownership_is_foreign(owner)) ||
         has_kept_below(making, sbdf, &kept) )
        return FATE_STAYS;

    return fate;
}

/* A step that would take `kept` from its owner, or lead to it differently. */
static int hold(struct making *making, uint32_t sbdf, uint32_t kept,
                const char *why)
{
    char place[XPCI_SBDF_LENGTH], owner[OWNERSHIP_LENGTH];
    const char *whose = ownership_format(owner, owner_of(making, kept));
    int rc = sbdf_set_insert(&making->held, sbdf);

    if ( rc )
        return rc;

    return plan_leave(making->plan, sbdf,
                      "%s; left as it is for %s, which is %s's: shut that down "
                      "first",
                      why, xpci_sbdf_format(place, kept), whose);
}

/*
 * A device that is not dom0's differs, by `why`: no report makes it dom0's, and
 * no removal takes it away.
 */
static int leave_foreign(struct making *making, uint32_t sbdf, const char *why)
{
    char place[XPCI_SBDF_LENGTH], text[OWNERSHIP_LENGTH];
    uint16_t owner = owner_of(making, sbdf);

    xpci_sbdf_format(place, sbdf);
    if ( owner == XPCI_OWNER_QUARANTINE )
        return plan_leave(making->plan, sbdf,
                          "%s; it is in quarantine, without DMA: \"xl "
                          "pci-assignable-remove %s\" gives it to dom0",
                          why, place);
    if ( owner == XPCI_OWNER_XEN )
        return plan_leave(making->plan, sbdf, "%s; it is Xen's own", why);

    return plan_leave(making->plan, sbdf,
                      "%s; it is %s's, and stays so: shut that down, or \"xl "
                      "pci-detach %u %s\"",
                      why, ownership_format(text, owner), owner, place);
}

/* What the module itself says of a device that is not dom0's. */
static const char *why_marked(const struct xpci_device_info *recorded)
{
    if ( recorded->flags & XPCI_DISPLACED )
        return "another bridge leads to its bus now, so it has no DMA";
    if ( recorded->flags & XPCI_CHANGED )
        return "it reads otherwise than when dom0 owned it: do not trust it";
    if ( recorded->flags & XPCI_QUARANTINED )
        return "it came up where a device departed that was not dom0's";

    return NULL;
}

/* `device` is dom0's description, NULL: it has none. */
static int name_foreign(struct making *making,
                        const struct xpci_device_info *recorded,
                        const struct xpci_device_info *device)
{
    const char *marked = why_marked(recorded);
    char why[PLAN_WHY_LENGTH];

    if ( marked )
        return leave_foreign(making, recorded->sbdf, marked);
    if ( !device )
        return leave_foreign(making, recorded->sbdf,
                             sbdf_set_has(making->input->listed, recorded->sbdf)
                                 ? "its config space reads as nothing"
                                 : "dom0 has no device there any more");
    if ( plan_compare(device, recorded, why) == PLAN_SAME )
        return 0;

    return leave_foreign(making, recorded->sbdf, why);
}

static int append_remove(struct making *making,
                         const struct xpci_device_info *recorded,
                         const char *why)
{
    struct plan_step *step;
    uint32_t kept;

    if ( has_kept_below(making, recorded->sbdf, &kept) )
        return hold(making, recorded->sbdf, kept, why);
    step = plan_append(making->plan, PLAN_REMOVE, PLAN_PHASE_REMOVE, recorded,
                       making->input->hypervisor);
    if ( !step )
        return -ENOMEM;
    snprintf(step->why, sizeof(step->why), "%s", why);

    return 0;
}

static int remove_gone(struct making *making)
{
    const struct xpci_snapshot *hypervisor = making->input->hypervisor;
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < hypervisor->device_count; i++ )
    {
        const struct xpci_device_info *recorded = &hypervisor->devices[i];

        if ( xpci_snapshot_device(making->input->dom0, recorded->sbdf) )
            continue;
        if ( is_kept(recorded->owner) )
            rc = name_foreign(making, recorded, NULL);
        else if ( natural_fate(making, recorded->sbdf) == FATE_GOES )
            rc = append_remove(making, recorded,
                               "dom0 has no device there any more");
        else if ( recorded->flags & XPCI_DISPLACED )
            rc = plan_leave(making->plan, recorded->sbdf,
                            "another bridge leads to its bus now, so it has no "
                            "DMA, and its config space reads as nothing");
    }

    return rc;
}

/*
 * Bridges that the tables know only as leading to buses (XPCI_BRIDGE_ONLY)
 * are among the buses and not among the devices.
 */
static int remove_bridge_only(struct making *making)
{
    const struct xpci_snapshot *hypervisor = making->input->hypervisor;
    struct sbdf_set bridges;
    size_t i;
    int rc = 0;

    sbdf_set_init(&bridges);
    for ( i = 0; !rc && i < hypervisor->bus_count; i++ )
    {
        uint32_t bridge = hypervisor->buses[i].bridge;

        if ( !xpci_snapshot_device(hypervisor, bridge) &&
             natural_fate(making, bridge) == FATE_GOES )
            rc = sbdf_set_add(&bridges, bridge);
    }
    sbdf_set_sort(&bridges);
    for ( i = 0; !rc && i < bridges.count; i++ )
    {
        const struct xpci_device_info info = { .sbdf = bridges.sbdf[i],
                                               .flags = XPCI_BRIDGE };

        rc = append_remove(making, &info,
                           "dom0 has no bridge there any more; it is "
                           "known only as leading to its buses");
    }
    sbdf_set_dispose(&bridges);

    return rc;
}

/*
 * The bridge that is recorded at `sbdf` is replaced by one with the same IDs
 * and of another type: until that is reported, the tables take the one for the
 * other, and have behind it what dom0 has behind it.
 */
static bool is_taken_for_another(const struct making *making, uint32_t sbdf)
{
    const struct xpci_device_info *dom0 =
        xpci_snapshot_device(making->input->dom0, sbdf);
    const struct xpci_device_info *recorded =
        xpci_snapshot_device(making->input->hypervisor, sbdf);

    return dom0 && recorded && dom0->vendor == recorded->vendor &&
           dom0->device == recorded->device &&
           dom0->header_type == recorded->header_type &&
           fate_of(making, sbdf) == FATE_REPLACED;
}

/*
 * The device at `sbdf` is on record as what it is, but a bridge above it in
 * dom0's view replaces another one, which takes it along: `*by`.
 */
static bool comes_with_bridge(const struct making *making, uint32_t sbdf,
                              uint32_t *by)
{
    unsigned int level;

    *by = sbdf;
    for ( level = 0; level < PLAN_MAX_DEPTH; level++ )
    {
        if ( !plan_above(making->input->dom0, *by, by) )
            return false;
        if ( is_taken_for_another(making, *by) ||
             (fate_of(making, *by) == FATE_REPLACED &&
              plan_is_behind(making->input->hypervisor, sbdf, *by)) )
            return true;
    }

    return false;
}

/* The same for a VF, which goes and comes with its PF as well. */
static bool comes_anew(const struct making *making,
                       const struct xpci_device_info *device, uint32_t *by)
{
    if ( comes_with_bridge(making, device->sbdf, by) )
        return true;
    if ( !(device->flags & XPCI_VIRTFN) )
        return false;
    if ( comes_with_bridge(making, device->physfn, by) )
        return true;
    *by = device->physfn;

    return fate_of(making, *by) == FATE_REPLACED;
}

/*
 * The first bridge above `sbdf` in the tables that leaves them; it takes along
 * what the tables have behind it.
 */
static bool goes_along(const struct making *making, uint32_t sbdf, uint32_t *by)
{
    unsigned int level;

    *by = sbdf;
    for ( level = 0; level < PLAN_MAX_DEPTH; level++ )
    {
        if ( !plan_above(making->input->hypervisor, *by, by) )
            return false;
        if ( fate_of(making, *by) != FATE_STAYS )
            return true;
    }

    return false;
}

/*
 * For a device that is on record as what it is, when something that leaves
 * takes it along.  Where it came with what is there now, it is added after
 * that.  Where it only lies behind it in outdated records, it is reported
 * before, which corrects them, and stays as it is.  `*handled` says whether
 * it is either.
 */
static int keep_or_renew(struct making *making,
                         const struct xpci_device_info *device,
                         const struct xpci_device_info *recorded, bool *handled)
{
    char place[XPCI_SBDF_LENGTH];
    struct plan_step *step;
    uint32_t by;
    bool renew = comes_anew(making, device, &by);

    *handled = renew || goes_along(making, device->sbdf, &by);
    if ( !*handled )
        return 0;
    step = plan_append(making->plan, renew ? PLAN_ADD : PLAN_REPORT,
                       renew ? PLAN_PHASE_ADD : PLAN_PHASE_RESCUE, device,
                       making->input->dom0);
    if ( !step )
        return -ENOMEM;
    step->report.node = recorded->node;
    snprintf(step->why, sizeof(step->why),
             renew ? "it came with the device that replaces %s"
                   : "it stays, and is on record behind %s, which goes",
             xpci_sbdf_format(place, by));

    return 0;
}

/* Why a device is reported whose record looks right; NULL: it is not. */
static const char *why_report(const struct making *making, uint32_t sbdf)
{
    if ( making->input->returned &&
         sbdf_set_has(making->input->returned, sbdf) )
        return "it left and is there again: its record may be of what left";

    return making->input->everything ? "a resync reports every device" : NULL;
}

/* The first bridge above it, in dom0's view, that is left as it is. */
static bool is_above_held(const struct making *making, uint32_t sbdf,
                          uint32_t *bridge)
{
    unsigned int level;

    *bridge = sbdf;
    for ( level = 0; level < PLAN_MAX_DEPTH; level++ )
    {
        if ( !plan_above(making->input->dom0, *bridge, bridge) )
            return false;
        if ( sbdf_set_has(&making->held, *bridge) )
            return true;
    }

    return false;
}

/*
 * Would a report of the device take a guest's device away?  Then it is left,
 * and `*handled`.  New bus numbers are reported, whatever is behind: until the
 * hypervisor knows of them, a guest's device has somebody else's page tables.
 */
static int hold_report(struct making *making,
                       const struct xpci_device_info *device,
                       const struct xpci_device_info *recorded,
                       enum plan_difference difference, const char *why,
                       bool *handled)
{
    char place[XPCI_SBDF_LENGTH];
    bool replaces =
        recorded && (identity_compare(device, recorded) &
                     (IDENTITY_DEVICE | IDENTITY_PHYSFN | IDENTITY_REVISION));
    uint32_t kept, bridge;

    *handled = true;
    if ( replaces && has_kept_below(making, device->sbdf, &kept) )
        return hold(making, device->sbdf, kept, why);
    if ( is_above_held(making, device->sbdf, &bridge) )
        return difference == PLAN_SAME
                   ? 0
                   : plan_leave(making->plan, device->sbdf,
                                "%s; left, as the bridge %s above it is left",
                                why, xpci_sbdf_format(place, bridge));
    *handled = false;

    return 0;
}

/* `recorded` may be NULL: the hypervisor does not know the device. */
static int add_or_report(struct making *making,
                         const struct xpci_device_info *device,
                         const struct xpci_device_info *recorded)
{
    enum plan_difference difference = PLAN_ANOTHER;
    char why[PLAN_WHY_LENGTH] = "the hypervisor does not know it";
    const char *asked = why_report(making, device->sbdf);
    struct plan_step *step;
    bool handled = false;
    int rc;

    if ( recorded && ownership_is_foreign(recorded->owner) &&
         !(recorded->flags & XPCI_DISPLACED) )
        return name_foreign(making, recorded, device);
    if ( recorded )
        difference = plan_compare(device, recorded, why);
    /* What is on record there is not what is there. */
    if ( recorded && recorded->flags & XPCI_DISPLACED &&
         difference == PLAN_SAME )
    {
        difference = PLAN_OUTDATED;
        snprintf(why, sizeof(why), "another bridge leads to its bus now");
    }
    rc = hold_report(making, device, recorded, difference, why, &handled);
    if ( !rc && !handled && difference != PLAN_ANOTHER )
        rc = keep_or_renew(making, device, recorded, &handled);
    if ( rc || handled )
        return rc;
    if ( difference == PLAN_SAME )
    {
        if ( !asked )
            return 0;
        snprintf(why, sizeof(why), "%s", asked);
    }

    step = plan_append(making->plan,
                       difference == PLAN_ANOTHER ? PLAN_ADD : PLAN_REPORT,
                       PLAN_PHASE_ADD, device, making->input->dom0);
    if ( !step )
        return -ENOMEM;
    /* The NUMA node that is on record is not lost by this. */
    if ( difference != PLAN_ANOTHER )
        step->report.node = recorded->node;
    memcpy(step->why, why, sizeof(why));

    return 0;
}

static int name_unreadable(struct making *making)
{
    const struct plan_input *input = making->input;
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < input->listed->count; i++ )
    {
        uint32_t sbdf = input->listed->sbdf[i];

        if ( !xpci_snapshot_device(input->dom0, sbdf) &&
             !xpci_snapshot_device(input->hypervisor, sbdf) )
            rc = plan_leave(making->plan, sbdf,
                            "dom0 lists it, but its config space reads as "
                            "nothing; it cannot be added");
    }

    return rc;
}

static int find_kept(struct making *making)
{
    const struct xpci_snapshot *hypervisor = making->input->hypervisor;
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < hypervisor->device_count; i++ )
    {
        if ( is_kept(hypervisor->devices[i].owner) )
            rc = sbdf_set_add(&making->kept, hypervisor->devices[i].sbdf);
    }
    sbdf_set_sort(&making->kept);

    return rc;
}

int plan_module(struct plan *plan, const struct plan_input *input)
{
    struct making making = { .plan = plan, .input = input };
    size_t i;
    int rc = find_kept(&making);

    if ( !rc )
        rc = remove_gone(&making);
    if ( !rc )
        rc = remove_bridge_only(&making);
    for ( i = 0; !rc && i < input->dom0->device_count; i++ )
    {
        const struct xpci_device_info *device = &input->dom0->devices[i];

        rc = add_or_report(
            &making, device,
            xpci_snapshot_device(input->hypervisor, device->sbdf));
    }
    if ( !rc )
        rc = name_unreadable(&making);
    sbdf_set_dispose(&making.held);
    sbdf_set_dispose(&making.kept);

    return rc;
}
