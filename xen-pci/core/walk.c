/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hands out the whole of the tables, in pages.
 */
#include <xen-pci/walk.h>

#include "tables.h"

/* 0, or -EAGAIN: what the walk has seen so far is no longer so. */
static int walk_begin(const struct xpci *xpci, struct xpci_walk *walk)
{
    if ( !walk->started )
    {
        walk->started = true;
        walk->generation = xpci->generation;
    }

    return walk->generation == xpci->generation ? 0 : -EAGAIN;
}

/*
 * The next SBDF to look at, in an existing segment: false at the end.
 * Segments that do not exist are passed over at once.
 */
static bool walk_segment(const struct xpci *xpci, struct xpci_walk *walk,
                         struct xpci_segment **segment)
{
    *segment = xpci_segment_next(xpci, XPCI_SEGMENT(walk->next));
    if ( !*segment )
        return false;
    if ( (*segment)->number != XPCI_SEGMENT(walk->next) )
        walk->next = XPCI_SBDF((*segment)->number, 0, 0);

    return true;
}

/* The last number ends the walk, as there is none after it. */
static void walk_step(struct xpci_walk *walk, uint32_t step)
{
    uint32_t next = walk->next + step;

    walk->done = next < walk->next;
    walk->next = next;
}

static int walk_devices(const struct xpci *xpci, struct xpci_walk *walk,
                        struct xpci_device_info *devices, unsigned int room)
{
    struct xpci_segment *segment;
    unsigned int count = 0;

    while ( !walk->done && count < room )
    {
        uint32_t index;

        if ( !walk_segment(xpci, walk, &segment) )
        {
            walk->done = true;
            break;
        }
        if ( !segment->page[xpci_page_number(walk->next)] )
        {
            walk_step(walk, XPCI_PAGE_SLOTS - xpci_page_offset(walk->next));
            continue;
        }
        index = xpci_index_get(segment, walk->next);
        if ( index != XPCI_NO_RECORD )
            xpci_record_info(xpci, index, &devices[count++]);
        walk_step(walk, 1);
    }

    return (int)count;
}

int xpci_walk_devices(const struct xpci *xpci, struct xpci_walk *walk,
                      struct xpci_device_info *devices, unsigned int room)
{
    int rc;

    xpci_host_lock(xpci->host);
    rc = walk_begin(xpci, walk);
    if ( !rc )
        rc = walk_devices(xpci, walk, devices, room);
    xpci_host_unlock(xpci->host);

    return rc;
}

static int XPCI_LOCKED walk_buses(const struct xpci *xpci,
                                  struct xpci_walk *walk,
                                  struct xpci_bus_info *buses,
                                  unsigned int room)
{
    struct xpci_segment *segment;
    unsigned int count = 0;

    while ( !walk->done && count < room )
    {
        if ( !walk_segment(xpci, walk, &segment) )
        {
            walk->done = true;
            break;
        }
        if ( !segment->first_bridge )
        {
            walk_step(walk, 0x10000U - walk->next % 0x10000U);
            continue;
        }
        if ( !xpci_bus(xpci, segment->number, XPCI_BUS(walk->next),
                       &buses[count]) )
            count++;
        walk_step(walk, XPCI_DEVFNS);
    }

    return (int)count;
}

int xpci_walk_buses(const struct xpci *xpci, struct xpci_walk *walk,
                    struct xpci_bus_info *buses, unsigned int room)
{
    int rc;

    xpci_host_lock(xpci->host);
    rc = walk_begin(xpci, walk);
    if ( !rc )
        rc = walk_buses(xpci, walk, buses, room);
    xpci_host_unlock(xpci->host);

    return rc;
}
