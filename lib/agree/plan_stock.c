/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The differences on a stock Xen, of which only the list of known SBDFs can
 * be had.  What it does with a remove or an add decides what is safe:
 *
 * - removing a device whose add failed takes the host down, and such a device
 *   is on the list like any other: only one that Xen itself shows as owned by
 *   dom0 is ever removed;
 * - removing a device behind a PCIe-to-PCI or legacy bridge takes the IOMMU
 *   mapping of its neighbours away: not with --repair=safe where there is
 *   any such bridge in the segment;
 * - an add that fails leaves half a device, and the host goes down when that
 *   is removed: not with --repair=safe;
 * - an add of what is on the list changes nothing: what a listed device is
 *   taken for cannot be seen, nor repaired.
 */
#include <stdio.h>

#include "ownership.h"
#include "plan_parts.h"

static bool has_aliasing_bridge(const struct xpci_snapshot *dom0,
                                uint16_t segment)
{
    size_t i;

    for ( i = 0; i < dom0->device_count; i++ )
    {
        if ( XPCI_SEGMENT(dom0->devices[i].sbdf) == segment &&
             xpci_type_aliases(dom0->devices[i].type) )
            return true;
    }

    return false;
}

static int remove_gone(struct plan *plan, const struct plan_input *input,
                       const struct xpci_device_info *recorded)
{
    char owner[OWNERSHIP_LENGTH];
    struct plan_step *step;

    if ( input->repair == PLAN_REPAIR_NONE )
        return plan_leave(plan, recorded->sbdf,
                          "dom0 has no device there any more");
    if ( ownership_is_foreign(recorded->owner) )
        return plan_leave(plan, recorded->sbdf,
                          "dom0 has no device there any more; it is %s's: "
                          "nothing is taken from there",
                          ownership_format(owner, recorded->owner));
    if ( recorded->owner == XPCI_OWNER_UNKNOWN && input->owners_unasked )
        return plan_leave(plan, recorded->sbdf,
                          "dom0 has no device there any more; Xen was not "
                          "asked whose it is (ask-owners), and removing one "
                          "whose add failed takes a stock Xen down");
    if ( recorded->owner != XPCI_OWNER_DOM0 )
        return plan_leave(plan, recorded->sbdf,
                          "dom0 has no device there any more; it is not shown "
                          "that its add succeeded, and removing one whose add "
                          "failed takes a stock Xen down: needs the module");
    if ( input->repair == PLAN_REPAIR_SAFE &&
         has_aliasing_bridge(input->dom0, XPCI_SEGMENT(recorded->sbdf)) )
        return plan_leave(plan, recorded->sbdf,
                          "dom0 has no device there any more; removing it "
                          "can take the mappings of its neighbours behind a "
                          "PCI bridge away: needs the module");

    step = plan_append(plan, PLAN_REMOVE, PLAN_PHASE_REMOVE, recorded,
                       input->hypervisor);
    if ( !step )
        return -ENOMEM;
    snprintf(step->why, sizeof(step->why),
             "dom0 has no device there any more, and Xen shows it as dom0's");

    return 0;
}

static int add_missing(struct plan *plan, const struct plan_input *input,
                       const struct xpci_device_info *device)
{
    struct plan_step *step;

    if ( input->repair == PLAN_REPAIR_NONE )
        return plan_leave(plan, device->sbdf,
                          "the hypervisor does not know it");
    if ( input->repair == PLAN_REPAIR_SAFE )
        return plan_leave(plan, device->sbdf,
                          "the hypervisor does not know it; an add that fails "
                          "leaves half a device in a stock Xen: needs the "
                          "module, or --repair=all");

    step = plan_append(plan, PLAN_ADD, PLAN_PHASE_ADD, device, input->dom0);
    if ( !step )
        return -ENOMEM;
    snprintf(step->why, sizeof(step->why), "the hypervisor does not know it");

    return 0;
}

/*
 * Devices that dom0 has and whose add failed.  Adding them again changes
 * nothing, and removing them takes the host down.
 */
static int name_failed(struct plan *plan, const struct plan_input *input)
{
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < input->hypervisor->problem_count; i++ )
    {
        const struct xpci_snapshot_problem *problem =
            &input->hypervisor->problems[i];

        if ( problem->kind == XPCI_PROBLEM_MISSING && problem->has_sbdf &&
             xpci_snapshot_device(input->dom0, problem->sbdf) )
            rc = plan_leave(plan, problem->sbdf, "%s: needs the module",
                            problem->text);
    }

    return rc;
}

int plan_stock(struct plan *plan, const struct plan_input *input)
{
    const struct xpci_snapshot *known = input->hypervisor;
    const struct xpci_snapshot *dom0 = input->dom0;
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < known->device_count; i++ )
    {
        uint32_t sbdf = known->devices[i].sbdf;

        if ( !xpci_snapshot_device(dom0, sbdf) &&
             !sbdf_set_has(input->listed, sbdf) )
            rc = remove_gone(plan, input, &known->devices[i]);
    }
    for ( i = 0; !rc && i < dom0->device_count; i++ )
    {
        if ( !xpci_snapshot_device(known, dom0->devices[i].sbdf) )
            rc = add_missing(plan, input, &dom0->devices[i]);
    }

    return rc ? rc : name_failed(plan, input);
}
