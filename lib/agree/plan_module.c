/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The differences, where the module keeps the tables: every one can be
 * repaired, and a report that was not needed does no harm.
 */
#include <stdio.h>

#include "plan_parts.h"

/* What becomes of a device that the hypervisor has on record. */
enum fate {
    FATE_STAYS,
    FATE_GOES,     /* dom0 has nothing there */
    FATE_REPLACED, /* dom0 has another device there */
};

static enum fate fate_of(const struct plan_input *input, uint32_t sbdf)
{
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

static int append_remove(struct plan *plan, const struct plan_input *input,
                         const struct xpci_device_info *recorded,
                         const char *why)
{
    struct plan_step *step = plan_append(plan, PLAN_REMOVE, PLAN_PHASE_REMOVE,
                                         recorded, input->hypervisor);

    if ( !step )
        return -ENOMEM;
    snprintf(step->why, sizeof(step->why), "%s", why);

    return 0;
}

static int remove_gone(struct plan *plan, const struct plan_input *input)
{
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < input->hypervisor->device_count; i++ )
    {
        const struct xpci_device_info *recorded =
            &input->hypervisor->devices[i];

        if ( fate_of(input, recorded->sbdf) == FATE_GOES )
            rc = append_remove(plan, input, recorded,
                               "dom0 has no device there any more");
    }

    return rc;
}

/*
 * Bridges that the tables know only as leading to buses (XPCI_BRIDGE_ONLY)
 * are among the buses and not among the devices.
 */
static int remove_ways(struct plan *plan, const struct plan_input *input)
{
    struct sbdf_set ways;
    size_t i;
    int rc = 0;

    sbdf_set_init(&ways);
    for ( i = 0; !rc && i < input->hypervisor->bus_count; i++ )
    {
        uint32_t bridge = input->hypervisor->buses[i].bridge;

        if ( !xpci_snapshot_device(input->hypervisor, bridge) &&
             fate_of(input, bridge) == FATE_GOES )
            rc = sbdf_set_add(&ways, bridge);
    }
    sbdf_set_sort(&ways);
    for ( i = 0; !rc && i < ways.count; i++ )
    {
        const struct xpci_device_info way = { .sbdf = ways.sbdf[i],
                                              .flags = XPCI_BRIDGE };

        rc = append_remove(plan, input, &way,
                           "dom0 has no bridge there any more; it is "
                           "known only as the way to its buses");
    }
    sbdf_set_dispose(&ways);

    return rc;
}

/*
 * The bridge that is recorded at `sbdf` is replaced by one with the same IDs
 * and of another type: until that is reported, the tables take the one for the
 * other, and have behind it what dom0 has behind it.
 */
static bool is_taken_for_another(const struct plan_input *input, uint32_t sbdf)
{
    const struct xpci_device_info *dom0 =
        xpci_snapshot_device(input->dom0, sbdf);
    const struct xpci_device_info *recorded =
        xpci_snapshot_device(input->hypervisor, sbdf);

    return dom0 && recorded && dom0->vendor == recorded->vendor &&
           dom0->device == recorded->device &&
           dom0->header_type == recorded->header_type &&
           fate_of(input, sbdf) == FATE_REPLACED;
}

/*
 * The device at `sbdf` is on record as what it is, but on its way, in dom0's
 * view, is a bridge that replaces another one, which takes it along: `*by`.
 */
static bool comes_with_bridge(const struct plan_input *input, uint32_t sbdf,
                              uint32_t *by)
{
    unsigned int level;

    *by = sbdf;
    for ( level = 0; level < PLAN_MAX_DEPTH; level++ )
    {
        if ( !plan_above(input->dom0, *by, by) )
            return false;
        if ( is_taken_for_another(input, *by) ||
             (fate_of(input, *by) == FATE_REPLACED &&
              plan_is_behind(input->hypervisor, sbdf, *by)) )
            return true;
    }

    return false;
}

/* The same for a VF, which goes and comes with its PF as well. */
static bool comes_anew(const struct plan_input *input,
                       const struct xpci_device_info *device, uint32_t *by)
{
    if ( comes_with_bridge(input, device->sbdf, by) )
        return true;
    if ( !(device->flags & XPCI_VIRTFN) )
        return false;
    if ( comes_with_bridge(input, device->physfn, by) )
        return true;
    *by = device->physfn;

    return fate_of(input, *by) == FATE_REPLACED;
}

/*
 * The first bridge on the way up from `sbdf` in the tables that leaves them;
 * it takes along what the tables have behind it.
 */
static bool goes_along(const struct plan_input *input, uint32_t sbdf,
                       uint32_t *by)
{
    unsigned int level;

    *by = sbdf;
    for ( level = 0; level < PLAN_MAX_DEPTH; level++ )
    {
        if ( !plan_above(input->hypervisor, *by, by) )
            return false;
        if ( fate_of(input, *by) != FATE_STAYS )
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
static int keep_or_renew(struct plan *plan, const struct plan_input *input,
                         const struct xpci_device_info *device,
                         const struct xpci_device_info *recorded, bool *handled)
{
    char place[XPCI_SBDF_LENGTH];
    struct plan_step *step;
    uint32_t by;
    bool renew = comes_anew(input, device, &by);

    *handled = renew || goes_along(input, device->sbdf, &by);
    if ( !*handled )
        return 0;
    step = plan_append(plan, renew ? PLAN_ADD : PLAN_REPORT,
                       renew ? PLAN_PHASE_ADD : PLAN_PHASE_RESCUE, device,
                       input->dom0);
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
static const char *why_report(const struct plan_input *input, uint32_t sbdf)
{
    if ( input->returned && sbdf_set_has(input->returned, sbdf) )
        return "it left and is there again: its record may be of what left";

    return input->everything ? "a resync reports every device" : NULL;
}

/* `recorded` may be NULL: the hypervisor does not know the device. */
static int add_or_report(struct plan *plan, const struct plan_input *input,
                         const struct xpci_device_info *device,
                         const struct xpci_device_info *recorded)
{
    enum plan_difference difference = PLAN_ANOTHER;
    char why[PLAN_WHY_LENGTH] = "the hypervisor does not know it";
    const char *asked = why_report(input, device->sbdf);
    struct plan_step *step;
    bool handled = false;
    int rc = 0;

    if ( recorded )
        difference = plan_compare(device, recorded, why);
    if ( difference != PLAN_ANOTHER )
        rc = keep_or_renew(plan, input, device, recorded, &handled);
    if ( rc || handled )
        return rc;
    if ( difference == PLAN_SAME )
    {
        if ( !asked )
            return 0;
        snprintf(why, sizeof(why), "%s", asked);
    }

    step =
        plan_append(plan, difference == PLAN_ANOTHER ? PLAN_ADD : PLAN_REPORT,
                    PLAN_PHASE_ADD, device, input->dom0);
    if ( !step )
        return -ENOMEM;
    /* The NUMA node that is on record is not lost by this. */
    if ( difference != PLAN_ANOTHER )
        step->report.node = recorded->node;
    memcpy(step->why, why, sizeof(why));

    return 0;
}

static int name_unreadable(struct plan *plan, const struct plan_input *input)
{
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < input->listed->count; i++ )
    {
        uint32_t sbdf = input->listed->sbdf[i];

        if ( !xpci_snapshot_device(input->dom0, sbdf) &&
             !xpci_snapshot_device(input->hypervisor, sbdf) )
            rc = plan_leave(plan, sbdf,
                            "dom0 lists it, but its config space reads as "
                            "nothing; it cannot be added");
    }

    return rc;
}

int plan_module(struct plan *plan, const struct plan_input *input)
{
    size_t i;
    int rc = remove_gone(plan, input);

    if ( !rc )
        rc = remove_ways(plan, input);
    for ( i = 0; !rc && i < input->dom0->device_count; i++ )
    {
        const struct xpci_device_info *device = &input->dom0->devices[i];

        rc = add_or_report(
            plan, input, device,
            xpci_snapshot_device(input->hypervisor, device->sbdf));
    }

    return rc ? rc : name_unreadable(plan, input);
}
