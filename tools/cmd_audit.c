/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xl-pci audit: where dom0 and the hypervisor differ, why, what that leads
 * to, and what mends it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agree/difference.h"
#include "agree/report.h"
#include "age.h"
#include "agent.h"
#include "ownership.h"
#include "text.h"

#define TEXT_LENGTH 320

struct finding {
    uint32_t sbdf;
    uint16_t owner; /* of what the hypervisor has there */
    enum xpci_problem kind;
    char cause[TEXT_LENGTH];
    char consequence[TEXT_LENGTH];
    char mend[TEXT_LENGTH];
};

struct audit {
    const struct agree_look *look;
    bool module;
    /* What became of the devices that the hypervisor has, in dom0. */
    struct differences moves;
    struct finding *findings;
    size_t count;
    size_t along; /* devices that only come along with a difference */
    struct age age;
};

static const char mend_by_repair[] =
    "xl-pci repair (xen-pcid does it by itself where it runs)";

/* The renumbering from (or with `to`, to) `sbdf`, or NULL: there was none. */
static const struct difference *find_move(const struct audit *audit,
                                          uint32_t sbdf, bool to)
{
    size_t i;

    for ( i = 0; i < audit->moves.count; i++ )
    {
        const struct difference *move = &audit->moves.items[i];

        if ( move->kind == DIFFERENCE_MOVED &&
             (to ? move->after : move->before)->sbdf == sbdf )
            return move;
    }
    return NULL;
}

/* Where the device that the hypervisor has at `sbdf` is now, or NULL. */
static const struct xpci_device_info *moved_to(const struct audit *audit,
                                               uint32_t sbdf)
{
    const struct difference *move = find_move(audit, sbdf, false);

    return move ? move->after : NULL;
}

static bool is_bridge(const struct xpci_device_info *info)
{
    return info->flags & XPCI_BRIDGE;
}

/* "bus 06 is", "buses 06-08 are". */
static const char *buses_are(char *text, const struct xpci_device_info *info)
{
    buses_format(text, info);
    strcat(text, info->secondary == info->subordinate ? " is" : " are");
    return text;
}

static void explain_stale(const struct audit *audit, struct finding *finding,
                          const struct xpci_device_info *known)
{
    const struct xpci_device_info *now = moved_to(audit, finding->sbdf);
    char to[XPCI_SBDF_LENGTH], buses[BUSES_LENGTH + 8];

    finding->kind = XPCI_PROBLEM_STALE;
    if ( now )
        snprintf(finding->cause, TEXT_LENGTH,
                 "dom0 renumbered its buses: what was here is at %s now",
                 xpci_sbdf_format(to, now->sbdf));
    else
        snprintf(finding->cause, TEXT_LENGTH,
                 "what was here left, and its removal was not carried out");
    if ( known && is_bridge(known) && known->secondary )
        snprintf(finding->consequence, TEXT_LENGTH,
                 "%s still looked up through this bridge: DMA of what is "
                 "there now can fault, and an add there can be refused",
                 buses_are(buses, known));
    else
        snprintf(finding->consequence, TEXT_LENGTH,
                 "its interrupt and IOMMU state stays; a device that comes "
                 "here later is taken for it");
}

static void explain_missing(const struct audit *audit, struct finding *finding,
                            const struct xpci_device_info *device)
{
    const struct difference *move = find_move(audit, finding->sbdf, true);
    char from[XPCI_SBDF_LENGTH], buses[BUSES_LENGTH];

    finding->kind = XPCI_PROBLEM_MISSING;
    if ( move )
        snprintf(finding->cause, TEXT_LENGTH,
                 "dom0 renumbered its buses: the hypervisor has it at %s",
                 xpci_sbdf_format(from, move->before->sbdf));
    else
        snprintf(finding->cause, TEXT_LENGTH,
                 "dom0's report of it failed or was never made");
    if ( is_bridge(device) && device->secondary )
        snprintf(finding->consequence, TEXT_LENGTH,
                 "what is on %s is looked up as if this bridge were not "
                 "there: its DMA can fault",
                 buses_format(buses, device));
    else
        snprintf(finding->consequence, TEXT_LENGTH,
                 "its driver gets no MSI or MSI-X, its DMA can fault, and it "
                 "cannot be given to a guest");
}

static void explain_mismatch(const struct audit *audit, struct finding *finding,
                             const struct xpci_device_info *device,
                             const struct xpci_device_info *known)
{
    const struct xpci_device_info *now = moved_to(audit, finding->sbdf);
    char to[XPCI_SBDF_LENGTH], is[BUSES_LENGTH], was[BUSES_LENGTH];

    finding->kind = XPCI_PROBLEM_MISMATCH;
    if ( !identity_same_device(device, known) )
    {
        snprintf(finding->cause, TEXT_LENGTH,
                 "another device is here: %s %04x:%04x; the hypervisor has %s "
                 "%04x:%04x%s%s",
                 xpci_type_name(device->type), device->vendor, device->device,
                 xpci_type_name(known->type), known->vendor, known->device,
                 now ? ", which is now at " : "",
                 now ? xpci_sbdf_format(to, now->sbdf) : "");
        snprintf(finding->consequence, TEXT_LENGTH,
                 "the device is handled as what was here before: no MSI or "
                 "MSI-X, DMA can fault; a guest that is given it gets it so");
    }
    else if ( is_bridge(device) )
    {
        snprintf(finding->cause, TEXT_LENGTH,
                 "the bridge leads to %s; the hypervisor has %s",
                 buses_format(is, device), buses_format(was, known));
        snprintf(finding->consequence, TEXT_LENGTH,
                 "devices on these buses are looked up through the wrong "
                 "bridge: their DMA can fault, and their adds be refused");
    }
    else
    {
        if ( device->class_revision != known->class_revision )
            snprintf(finding->cause, TEXT_LENGTH,
                     "revision %02x is here; the hypervisor has %02x",
                     device->class_revision & 0xff,
                     known->class_revision & 0xff);
        else
            snprintf(finding->cause, TEXT_LENGTH,
                     "it was reported with another PF, or as another kind of "
                     "function, than it has now");
        snprintf(finding->consequence, TEXT_LENGTH,
                 "it is handled as it was reported");
    }
}

static void explain(struct audit *audit, uint32_t sbdf, const char *mend,
                    const char *why)
{
    const struct xpci_device_info *device =
        xpci_snapshot_device(&audit->look->dom0.snapshot, sbdf);
    const struct xpci_device_info *known =
        xpci_snapshot_device(&audit->look->hypervisor, sbdf);
    struct finding *finding = &audit->findings[audit->count];

    *finding =
        (struct finding){ .sbdf = sbdf,
                          .owner = known ? known->owner : XPCI_OWNER_UNKNOWN };
    snprintf(finding->mend, TEXT_LENGTH, "%s", mend);
    if ( ownership_is_foreign(finding->owner) && why )
    {
        finding->kind = device ? XPCI_PROBLEM_MISMATCH : XPCI_PROBLEM_STALE;
        snprintf(finding->cause, TEXT_LENGTH, "%s", why);
        snprintf(finding->consequence, TEXT_LENGTH,
                 "whose it is, it stays: no report and no removal is made");
    }
    else if ( device && !known )
        explain_missing(audit, finding, device);
    else if ( !device && !view_lists(&audit->look->dom0, sbdf) )
        explain_stale(audit, finding, known);
    else if ( device && identity_compare(device, known) )
        explain_mismatch(audit, finding, device, known);
    else if ( why ) /* nobody but the agent can say what it is */
    {
        finding->kind = device ? XPCI_PROBLEM_MISMATCH : XPCI_PROBLEM_MISSING;
        snprintf(finding->cause, TEXT_LENGTH, "%s", why);
        snprintf(finding->consequence, TEXT_LENGTH,
                 "it cannot be given to a guest, and dom0's driver may not "
                 "work");
    }
    else
    {
        audit->along++;
        return;
    }
    audit->count++;
}

/* dom0 lists it, and cannot read what it is. */
static bool is_unreadable(const struct audit *audit, uint32_t sbdf)
{
    return view_lists(&audit->look->dom0, sbdf) &&
           !xpci_snapshot_device(&audit->look->dom0.snapshot, sbdf);
}

/* What no hypercall mends. */
static void mend_left(const struct audit *audit, const struct plan_left *left,
                      char *mend)
{
    char place[XPCI_SBDF_LENGTH];

    xpci_sbdf_format(place, left->sbdf);
    if ( left->owner == XPCI_OWNER_QUARANTINE )
        snprintf(mend, TEXT_LENGTH, "xl pci-assignable-remove %s", place);
    else if ( ownership_is_guest(left->owner) )
        snprintf(mend, TEXT_LENGTH,
                 "xl shutdown %u, or xl pci-detach %u %s; then xl-pci audit",
                 left->owner, left->owner, place);
    else if ( audit->look->plan.shrunken )
        snprintf(
            mend, TEXT_LENGTH,
            "ls /sys/bus/pci/devices; if what is not there is really gone, "
            "xl-pci repair --force");
    else if ( is_unreadable(audit, left->sbdf) )
        snprintf(mend, TEXT_LENGTH,
                 "echo 1 >/sys/bus/pci/devices/%s/remove; "
                 "echo 1 >/sys/bus/pci/rescan",
                 place);
    else if ( audit->module )
        snprintf(mend, TEXT_LENGTH,
                 "shut the guest down that has the device behind it; then %s",
                 mend_by_repair);
    else if ( !xpci_snapshot_device(&audit->look->hypervisor, left->sbdf) )
        snprintf(mend, TEXT_LENGTH,
                 "xl-pci repair --repair=all (an add that fails leaves half a "
                 "device in a stock Xen)");
    else
        snprintf(mend, TEXT_LENGTH,
                 "nothing that is safe on this Xen: boot one with the module, "
                 "and do not give %s to a guest before",
                 place);
}

static int compare_findings(const void *first, const void *second)
{
    const struct finding *a = first, *b = second;

    return a->sbdf < b->sbdf ? -1 : a->sbdf > b->sbdf;
}

static int fill(struct audit *audit)
{
    const struct plan *plan = &audit->look->plan;
    const struct difference_side known = { &audit->look->hypervisor, NULL };
    const struct difference_side dom0 = { &audit->look->dom0.snapshot, NULL };
    char mend[TEXT_LENGTH];
    size_t i;
    int rc = differences_find(&audit->moves, &known, &dom0);

    if ( rc )
        return rc;
    audit->findings = calloc(plan->step_count + plan->left_count + 1,
                             sizeof(*audit->findings));
    if ( !audit->findings )
        return -ENOMEM;
    for ( i = 0; i < plan->step_count; i++ )
        explain(audit, plan->steps[i].sbdf, mend_by_repair, NULL);
    for ( i = 0; i < plan->left_count; i++ )
    {
        mend_left(audit, &plan->left[i], mend);
        explain(audit, plan->left[i].sbdf, mend, plan->left[i].why);
    }
    qsort(audit->findings, audit->count, sizeof(*audit->findings),
          compare_findings);
    return 0;
}

static void print_text(const struct audit *audit)
{
    char sbdf[XPCI_SBDF_LENGTH], owner[OWNERSHIP_LENGTH];
    size_t i;

    for ( i = 0; i < audit->count; i++ )
    {
        const struct finding *finding = &audit->findings[i];

        printf("%s%s%s  %s%s%s\n", colour(COLOUR_STRONG),
               xpci_sbdf_format(sbdf, finding->sbdf), colour(COLOUR_PLAIN),
               colour(COLOUR_BAD), xpci_problem_name(finding->kind),
               colour(COLOUR_PLAIN));
        if ( ownership_is_foreign(finding->owner) )
            printf("    owner:       %s\n",
                   ownership_format(owner, finding->owner));
        printf(
            "    cause:       %s\n    consequence: %s\n    mend:        %s\n",
            finding->cause, finding->consequence, finding->mend);
    }
    if ( audit->along )
        printf("%zu more device%s agree%s, and %s reported again with these; "
               "`xl-pci plan` shows them.\n",
               audit->along, PLURAL(audit->along), audit->along == 1 ? "s" : "",
               audit->along == 1 ? "is" : "are");
    report_problems(stdout, &audit->look->hypervisor);
    age_print(&audit->age);
    report_state(stdout, &audit->look->plan, &audit->look->hypervisor);
}

static int print_json(const struct audit *audit)
{
    char owner[OWNERSHIP_LENGTH];
    struct json_writer json;
    size_t i;

    json_begin(&json, stdout);
    json_open(&json, NULL, '{');
    json_text(&json, "hypervisor",
              xpci_source_name(audit->look->hypervisor.source));
    age_json(&audit->age, &json);
    json_open(&json, "differences", '[');
    for ( i = 0; i < audit->count; i++ )
    {
        const struct finding *finding = &audit->findings[i];

        json_open(&json, NULL, '{');
        json_sbdf(&json, "sbdf", &finding->sbdf);
        json_text(&json, "kind", xpci_problem_name(finding->kind));
        json_text(&json, "cause", finding->cause);
        json_text(&json, "consequence", finding->consequence);
        json_text(&json, "mend", finding->mend);
        json_text(&json, "owner", ownership_format(owner, finding->owner));
        json_close(&json);
    }
    json_close(&json);
    json_number(&json, "along", (int64_t)audit->along);
    json_boolean(&json, "agreement", plan_is_agreement(&audit->look->plan));
    json_close(&json);
    return json_end(&json);
}

static enum tool_exit report(struct audit *audit, bool as_json)
{
    if ( fill(audit) )
    {
        tool_error("audit: no memory");
        return TOOL_REFUSED;
    }
    if ( !as_json )
        print_text(audit);
    else if ( print_json(audit) )
        return TOOL_REFUSED;
    return plan_is_agreement(&audit->look->plan) ? TOOL_DONE : TOOL_WRONG;
}

static enum tool_exit run(struct invocation *call)
{
    struct audit audit = { 0 };
    enum tool_exit result;
    struct agent agent;

    agent_init(&agent);
    differences_init(&audit.moves);
    result = agent_open(&agent, call, &agent_looks, NULL);
    if ( result != TOOL_DONE )
        goto out;
    audit.look = &agent.agree.look;
    audit.module = agent.backend->ops->is_module(agent.backend);
    /* What can be mended without harm is a step, and all else is left. */
    agent.agree.repair = audit.module ? PLAN_REPAIR_ALL : PLAN_REPAIR_SAFE;
    result = agent_look(&agent);
    if ( result != TOOL_DONE )
        goto out;
    age_look(&audit.age, agent.backend->ops->is_shared);
    result = report(&audit, call->json);

out:
    free(audit.findings);
    differences_dispose(&audit.moves);
    agent_dispose(&agent);
    return result;
}

const struct command command_audit = {
    .name = "audit",
    .options = AGENT_OPTIONS "j",
    .arguments = "",
    .summary = "where dom0 and the hypervisor differ, and what mends it",
    .about =
        "Each difference between what dom0 has and what the hypervisor knows: "
        "its cause,\n"
        "what a guest or a driver will see of it, and the command that mends "
        "it.\n"
        "Exit code 1 if there is any.",
    .run = run,
};
