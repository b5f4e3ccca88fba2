/* SPDX-License-Identifier: GPL-2.0-only */
#include "change.h"

#include "bridge.h"
#include "publish.h"
#include "sriov.h"

static void publish(struct xpci_change *change)
{
    const struct xpci_host *host = change->xpci->host;
    struct xpci_bus_set remap = { { 0 } };
    unsigned int word;

    xpci_publish(change->segment, change->ways, &change->left, &remap);
    for ( word = 0; word < ARRAY_SIZE(remap.word); word++ )
        if ( remap.word[word] )
        {
            host->remap(host->data, change->segment->number, &remap);
            return;
        }
}

void xpci_change_end(struct xpci_change *change)
{
    if ( !change->tables )
        return;

    change->xpci->generation++;
    change->xpci->ways_generation += change->ways;
    /* An endpoint without an alias concerns nobody else. */
    if ( change->ways || change->any_left )
        publish(change);
}

uint32_t xpci_change_enter(struct xpci_change *change,
                           const struct xpci_device_info *info, uint32_t physfn)
{
    struct xpci *xpci = change->xpci;
    uint32_t index = xpci_record_take(xpci);
    struct xpci_record *record = xpci_record(xpci, index);

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

    if ( physfn != XPCI_NO_RECORD )
        xpci_sriov_link(xpci, index, physfn);
    if ( info->flags & XPCI_BRIDGE )
    {
        xpci_bridge_link(xpci, change->segment, index);
        (void)xpci_bridge_renumber(xpci, change->segment, index, info->primary,
                                   info->secondary, info->subordinate);
        change->ways = true;
    }
    xpci_place_set(xpci, change->segment, index);
    change->segment->devices++;
    change->tables = true;

    return index;
}

/* Take out one device that has no VFs (any more). */
static void forget(struct xpci_change *change, uint32_t index)
{
    struct xpci *xpci = change->xpci;
    struct xpci_record *record = xpci_record(xpci, index);

    xpci_place_clear(change->segment, record->sbdf);
    if ( record->flags & XPCI_VIRTFN )
        xpci_sriov_unlink(xpci, index);
    if ( record->flags & XPCI_BRIDGE )
    {
        xpci_bridge_unlink(xpci, change->segment, index);
        change->ways = true;
    }
    xpci_record_give(xpci, index);
    change->segment->devices--;
    change->tables = true;
}

static void leave(struct xpci_change *change, uint32_t index)
{
    const struct xpci_host *host = change->xpci->host;
    const struct xpci_record *record = xpci_record(change->xpci, index);

    /* For what is only a way, the host keeps nothing that could be shared. */
    if ( !(record->flags & XPCI_WAY_ONLY) )
    {
        host->leaving(host->data, record->sbdf,
                      *xpci_record_attached(change->xpci, index));
        if ( xpci_published_alias(change->segment, XPCI_BUS(record->sbdf)) )
        {
            xpci_bus_set_add(&change->left, XPCI_BUS(record->sbdf));
            change->any_left = true;
        }
    }
    forget(change, index);
}

static void leave_virtfns(struct xpci_change *change, uint32_t index)
{
    uint32_t virtfn;

    while ( (virtfn = xpci_record(change->xpci, index)->first_vf) !=
            XPCI_NO_RECORD )
        leave(change, virtfn);
}

static void leave_bus(struct xpci_change *change, unsigned int bus)
{
    unsigned int devfn = XPCI_DEVFNS;

    while ( devfn-- )
    {
        uint32_t index =
            xpci_place_get(change->segment, XPCI_SBDF(0, bus, devfn)) &
            XPCI_PLACE_RECORD;

        if ( index == XPCI_NO_RECORD )
            continue;
        leave_virtfns(change, index);
        leave(change, index);
    }
}

void xpci_change_remove(struct xpci_change *change, uint32_t index)
{
    const struct xpci_record *record = xpci_record(change->xpci, index);
    unsigned int bus = XPCI_BUSES;
    struct xpci_bus_set behind;

    if ( !(record->flags & XPCI_BRIDGE) )
    {
        leave_virtfns(change, index);
        leave(change, index);
        return;
    }

    /* What is deeper has a higher bus number: every way leads to a lower. */
    xpci_bridge_behind(change->segment, record, &behind);
    while ( bus-- )
        if ( xpci_bus_set_has(&behind, bus) )
            leave_bus(change, bus);
    leave_virtfns(change, index);
    leave(change, index);
    xpci_bridge_restore(change->xpci, change->segment);
}

void xpci_change_refuse(struct xpci_change *change, uint32_t index)
{
    struct xpci_record *record = xpci_record(change->xpci, index);

    leave_virtfns(change, index);
    if ( !(record->flags & XPCI_BRIDGE) )
    {
        forget(change, index);
        return;
    }
    record->flags |= XPCI_WAY_ONLY;
    xpci_place_set(change->xpci, change->segment, index);
    change->tables = true;
}
