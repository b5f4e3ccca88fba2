/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Enters and removes devices, each PF with its VFs and each bridge with what
 * is behind it.
 */
#include "change.h"

#include "bridge.h"
#include "lookup.h"

static void publish(struct xpci_change *change)
{
    const struct xpci_host *host = change->xpci->host;
    struct xpci_bus_set remap = { { 0 } };
    unsigned int word;

    xpci_publish(change->segment, change->bridges, &change->departed, &remap);
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
    change->xpci->bridge_generation += change->bridges;
    /* An endpoint without an upstream bridge concerns nobody else. */
    if ( change->bridges || change->any_departed )
        publish(change);
}

/*
 * Each VF names its PF, and each PF has a list of its VFs.  Records only: no
 * pointer to a removed device remains anywhere.
 */
static void link_virtfn(struct xpci *xpci, uint32_t virtfn, uint32_t physfn)
{
    struct xpci_record *vf = xpci_record(xpci, virtfn);
    struct xpci_record *pf = xpci_record(xpci, physfn);

    vf->physfn = physfn;
    vf->previous_vf = XPCI_NO_RECORD;
    vf->next_vf = pf->first_vf;
    if ( pf->first_vf != XPCI_NO_RECORD )
        xpci_record(xpci, pf->first_vf)->previous_vf = virtfn;
    pf->first_vf = virtfn;
}

static void unlink_virtfn(struct xpci *xpci, uint32_t virtfn)
{
    struct xpci_record *vf = xpci_record(xpci, virtfn);

    if ( vf->previous_vf != XPCI_NO_RECORD )
        xpci_record(xpci, vf->previous_vf)->next_vf = vf->next_vf;
    else
        xpci_record(xpci, vf->physfn)->first_vf = vf->next_vf;
    if ( vf->next_vf != XPCI_NO_RECORD )
        xpci_record(xpci, vf->next_vf)->previous_vf = vf->previous_vf;
    vf->physfn = XPCI_NO_RECORD;
}

uint32_t xpci_change_enter(struct xpci_change *change,
                           const struct xpci_device_info *info, uint32_t physfn)
{
    struct xpci *xpci = change->xpci;
    uint32_t index = xpci_record_alloc(xpci);
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
        link_virtfn(xpci, index, physfn);
    if ( info->flags & XPCI_BRIDGE )
    {
        xpci_bridge_link(xpci, change->segment, index);
        (void)xpci_bridge_renumber(xpci, change->segment, index, info->primary,
                                   info->secondary, info->subordinate);
        change->bridges = true;
    }
    xpci_index_set(xpci, change->segment, index);
    change->segment->devices++;
    change->tables = true;

    return index;
}

/* Take a record that has no VFs (any more) out of all that refers to it. */
static void free_record(struct xpci_change *change, uint32_t index)
{
    struct xpci *xpci = change->xpci;
    struct xpci_record *record = xpci_record(xpci, index);

    xpci_index_delete(change->segment, record->sbdf);
    if ( record->flags & XPCI_VIRTFN )
        unlink_virtfn(xpci, index);
    if ( record->flags & XPCI_BRIDGE )
    {
        xpci_bridge_unlink(xpci, change->segment, index);
        change->bridges = true;
    }
    xpci_record_free(xpci, index);
    change->segment->devices--;
    change->tables = true;
}

/* Remove one device that has no VFs (any more); the host removes its part. */
static void remove_device(struct xpci_change *change, uint32_t index)
{
    const struct xpci_host *host = change->xpci->host;
    const struct xpci_record *record = xpci_record(change->xpci, index);

    /* For what is bridge-only, the host keeps nothing that could be shared. */
    if ( !(record->flags & XPCI_BRIDGE_ONLY) )
    {
        host->remove(host->data, record->sbdf,
                     *xpci_record_attached(change->xpci, index));
        if ( xpci_published_upstream(change->segment, XPCI_BUS(record->sbdf)) )
        {
            xpci_bus_set_add(&change->departed, XPCI_BUS(record->sbdf));
            change->any_departed = true;
        }
    }
    free_record(change, index);
}

static void remove_virtfns(struct xpci_change *change, uint32_t index)
{
    uint32_t virtfn;

    while ( (virtfn = xpci_record(change->xpci, index)->first_vf) !=
            XPCI_NO_RECORD )
        remove_device(change, virtfn);
}

static void remove_bus(struct xpci_change *change, unsigned int bus)
{
    unsigned int devfn = XPCI_DEVFNS;

    while ( devfn-- )
    {
        uint32_t index =
            xpci_index_get(change->segment, XPCI_SBDF(0, bus, devfn)) &
            XPCI_SLOT_RECORD;

        if ( index == XPCI_NO_RECORD )
            continue;
        remove_virtfns(change, index);
        remove_device(change, index);
    }
}

void xpci_change_remove(struct xpci_change *change, uint32_t index)
{
    const struct xpci_record *record = xpci_record(change->xpci, index);
    unsigned int bus = XPCI_BUSES;
    struct xpci_bus_set behind;

    if ( !(record->flags & XPCI_BRIDGE) )
    {
        remove_virtfns(change, index);
        remove_device(change, index);
        return;
    }

    /* What is deeper has a higher bus number: bridges lead to higher buses. */
    xpci_bridge_behind(change->segment, record, &behind);
    while ( bus-- )
        if ( xpci_bus_set_has(&behind, bus) )
            remove_bus(change, bus);
    remove_virtfns(change, index);
    remove_device(change, index);
    xpci_bridge_reclaim(change->xpci, change->segment);
}

void xpci_change_refuse(struct xpci_change *change, uint32_t index)
{
    struct xpci_record *record = xpci_record(change->xpci, index);

    remove_virtfns(change, index);
    if ( !(record->flags & XPCI_BRIDGE) )
    {
        free_record(change, index);
        return;
    }
    record->flags |= XPCI_BRIDGE_ONLY;
    xpci_index_set(change->xpci, change->segment, index);
    change->tables = true;
}
