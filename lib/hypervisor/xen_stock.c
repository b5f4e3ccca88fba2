/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dom0 can learn of a stock Xen: its list of devices by asking for each
 * SBDF, their owners from its console, and what its bus2bridge must be.
 */
#include <stdlib.h>

#include <pci/header.h>

#include "agree/sbdf_set.h"
#include "trace/stock.h"

#include "xen_stock.h"

#define FUNCTIONS_IN_SEGMENT 0x10000U

static int enter(struct xpci_snapshot *snapshot,
                 const struct xpci_snapshot *dom0, uint32_t sbdf)
{
    const struct xpci_device_info *seen = xpci_snapshot_device(dom0, sbdf);
    struct xpci_device_info info = { .sbdf = sbdf,
                                     .type = XPCI_TYPE_UNKNOWN,
                                     .node = XPCI_NO_NODE };

    if ( seen )
        info = *seen;
    info.owner = XPCI_OWNER_UNKNOWN;

    return xpci_snapshot_add_device(snapshot, &info);
}

static int list_segment(xen_stock_query *query, void *data, uint16_t segment,
                        const struct xpci_snapshot *dom0,
                        struct xpci_snapshot *snapshot)
{
    bool known[XEN_STOCK_BATCH];
    uint32_t function, i;
    int rc = 0;

    for ( function = 0; !rc && function < FUNCTIONS_IN_SEGMENT;
          function += XEN_STOCK_BATCH )
    {
        uint32_t first = XPCI_SBDF(segment, 0, 0) | function;

        memset(known, 0, sizeof(known));
        rc = query(data, first, XEN_STOCK_BATCH, known);
        for ( i = 0; !rc && i < XEN_STOCK_BATCH; i++ )
        {
            if ( known[i] )
                rc = enter(snapshot, dom0, first + i);
        }
    }

    return rc;
}

int xen_stock_known(xen_stock_query *query, void *data,
                    const struct xpci_snapshot *dom0,
                    struct xpci_snapshot *snapshot)
{
    uint16_t segment = 0;
    size_t i;
    int rc = list_segment(query, data, segment, dom0, snapshot);

    /* dom0's devices are sorted: its segments come one after the other. */
    for ( i = 0; !rc && i < dom0->device_count; i++ )
    {
        if ( XPCI_SEGMENT(dom0->devices[i].sbdf) == segment )
            continue;
        segment = XPCI_SEGMENT(dom0->devices[i].sbdf);
        rc = list_segment(query, data, segment, dom0, snapshot);
    }
    snapshot->source = XPCI_SOURCE_XEN_STOCK;
    xpci_snapshot_sort(snapshot);

    return rc;
}

/*
 * Owners, from Xen's console.  Debug key Q prints, in Xen 4.17 and since,
 *
 *     ==== PCI devices ====
 *     ==== segment 0000 ====
 *     0000:02:00.0 - d0 - node -1  - MSIs < 56 57 >
 *
 * each line after "(XEN) " and possibly a time in brackets.
 */

/* The text after the last heading; NULL: there is none. */
static const char *latest_list(const char *console)
{
    static const char heading[] = "==== PCI devices ====";
    const char *found = NULL, *next = console;

    while ( (next = strstr(next, heading)) )
    {
        next += strlen(heading);
        found = next;
    }

    return found;
}

/* What comes after "(XEN) " and "[ 12.345678] " in a line of `length`. */
static const char *skip_prefix(const char *line, size_t *length)
{
    static const char prefix[] = "(XEN) ";
    const char *end = line + *length, *time;

    if ( *length >= strlen(prefix) && !memcmp(line, prefix, strlen(prefix)) )
        line += strlen(prefix);
    if ( line < end && *line == '[' )
    {
        time = memchr(line, ']', end - line);
        if ( time && time + 1 < end && time[1] == ' ' )
            line = time + 2;
    }
    *length = end - line;

    return line;
}

/* "SSSS:BB:DD.F - OWNER - node ...": true, the SBDF and the owner. */
static bool parse_line(const char *line, size_t length, uint32_t *sbdf,
                       char *owner, size_t owner_size)
{
    char text[128], whole[XPCI_SBDF_LENGTH], *dash, *end;

    if ( length >= sizeof(text) )
        length = sizeof(text) - 1;
    memcpy(text, line, length);
    text[length] = '\0';
    dash = strstr(text, " - ");
    if ( !dash )
        return false;
    *dash = '\0';
    dash += strlen(" - ");
    end = strstr(dash, " - ");
    if ( !end || (size_t)(end - dash) >= owner_size )
        return false;
    *end = '\0';
    strcpy(owner, dash);

    return !xpci_sbdf_parse(text, sbdf) &&
           !strcmp(text, xpci_sbdf_format(whole, *sbdf));
}

/* The domain that Xen calls so ("d0", "d[IO]"); false: another word. */
static bool parse_owner(const char *word, uint16_t *owner)
{
    char again[16];

    *owner = XPCI_OWNER_QUARANTINE;
    if ( !strcmp(word, "d[IO]") )
        return true;
    *owner = XPCI_OWNER_XEN;
    if ( !strcmp(word, "d[XEN]") )
        return true;
    *owner = *word == 'd' ? (uint16_t)strtoul(word + 1, NULL, 10) : 0;
    snprintf(again, sizeof(again), "d%u", *owner);

    return !strcmp(word, again);
}

static int take_owner(struct xpci_snapshot *snapshot, const char *line,
                      size_t length)
{
    struct xpci_device_info *info;
    uint32_t sbdf;
    char word[16];

    line = skip_prefix(line, &length);
    if ( !parse_line(line, length, &sbdf, word, sizeof(word)) )
        return 0;
    info = sorted_find(snapshot->devices, snapshot->device_count, sizeof(*info),
                       sbdf);
    if ( !info )
        return 0;
    if ( !strcmp(word, "NULL") )
        return xpci_snapshot_add_problem(
            snapshot, XPCI_PROBLEM_MISSING, &sbdf, -1, -1,
            "Xen lists it and nobody owns it: its add failed, and its "
            "interrupts and its DMA may not work");
    if ( !parse_owner(word, &info->owner) )
        info->owner = XPCI_OWNER_UNKNOWN;

    return 0;
}

int xen_stock_owners(const char *console, struct xpci_snapshot *snapshot)
{
    const char *line = latest_list(console), *end;
    int rc = 0;

    /* A line without its end may have been cut anywhere. */
    for ( ; !rc && line && (end = strchr(line, '\n')); line = end + 1 )
        rc = take_owner(snapshot, line, end - line);
    xpci_snapshot_sort(snapshot);

    return rc;
}

/*
 * What a stock Xen must have in its bus2bridge, if nothing went wrong: what
 * the model of one makes of the known devices as dom0 describes them.
 */

/* Where the description puts its only capability. */
#define PCIE_CAPABILITY 0x40U

/* dom0's description, in the registers that the model reads. */
struct described_space {
    struct config_space space;
    const struct xpci_snapshot *dom0;
};

/* Device/Port Type (PCIe Base Specification 5.0, 7.5.3.2); -1: no PCIe. */
static int port_type(enum xpci_type type)
{
    switch ( type )
    {
    case XPCI_TYPE_ENDPOINT:
        return PCI_EXP_TYPE_ENDPOINT;
    case XPCI_TYPE_ROOT_PORT:
        return PCI_EXP_TYPE_ROOT_PORT;
    case XPCI_TYPE_UPSTREAM_PORT:
        return PCI_EXP_TYPE_UPSTREAM;
    case XPCI_TYPE_DOWNSTREAM_PORT:
        return PCI_EXP_TYPE_DOWNSTREAM;
    case XPCI_TYPE_PCIE_TO_PCI_BRIDGE:
        return PCI_EXP_TYPE_PCI_BRIDGE;
    case XPCI_TYPE_PCI_TO_PCIE_BRIDGE:
        return PCI_EXP_TYPE_PCIE_BRIDGE;
    case XPCI_TYPE_RCIEP:
        return PCI_EXP_TYPE_ROOT_INT_EP;
    case XPCI_TYPE_RCEC:
        return PCI_EXP_TYPE_ROOT_EC;
    default:
        return -1;
    }
}

static uint32_t described_read(struct config_space *space, uint32_t sbdf,
                               unsigned int offset)
{
    const struct xpci_device_info *info =
        xpci_snapshot_device(((struct described_space *)space)->dom0, sbdf);
    int port;

    if ( !info )
        return 0xffffffffU;
    port = port_type(info->type);
    switch ( offset )
    {
    case PCI_VENDOR_ID:
        return info->vendor | (uint32_t)info->device << 16;
    case PCI_COMMAND:
        return port < 0 ? 0 : (uint32_t)PCI_STATUS_CAP_LIST << 16;
    case PCI_CLASS_REVISION:
        return info->class_revision;
    case PCI_CACHE_LINE_SIZE:
        return (uint32_t)info->header_type << 16;
    case PCI_PRIMARY_BUS:
        return info->primary | (uint32_t)info->secondary << 8 |
               (uint32_t)info->subordinate << 16;
    case PCI_CAPABILITY_LIST:
        return port < 0 ? 0 : PCIE_CAPABILITY;
    case PCIE_CAPABILITY:
        return port < 0 ? 0 : PCI_CAP_ID_EXP | (uint32_t)port << 20;
    }

    return 0;
}

static const struct config_space_ops described_ops = {
    .read = described_read,
};

/* A refused add is entered all the same, as Xen does. */
static int add_bridge(struct stock *stock, const struct xpci_device_info *info)
{
    const struct xpci_report report = { .node = XPCI_NO_NODE };

    return stock_add(stock, info->sbdf, &report) == -ENOMEM ? -ENOMEM : 0;
}

static int copy_buses(const struct stock *stock, struct xpci_snapshot *snapshot)
{
    struct xpci_snapshot shadow;
    size_t i;
    int rc;

    xpci_snapshot_init(&shadow);
    rc = stock_snapshot(stock, &shadow);
    for ( i = 0; !rc && i < shadow.bus_count; i++ )
        rc = xpci_snapshot_add_bus(snapshot, &shadow.buses[i]);
    xpci_snapshot_dispose(&shadow);
    xpci_snapshot_sort(snapshot);

    return rc;
}

int xen_stock_shadow(const struct xpci_snapshot *dom0,
                     struct xpci_snapshot *snapshot)
{
    struct described_space described = { .space.ops = &described_ops,
                                         .dom0 = dom0 };
    struct stock stock;
    size_t i;
    int rc = 0;

    stock_init(&stock, &described.space);
    for ( i = 0; !rc && i < snapshot->device_count; i++ )
    {
        const struct xpci_device_info *info = &snapshot->devices[i];

        if ( (info->flags & XPCI_BRIDGE) &&
             xpci_snapshot_device(dom0, info->sbdf) )
            rc = add_bridge(&stock, info);
    }
    if ( !rc )
        rc = copy_buses(&stock, snapshot);
    stock_dispose(&stock);

    return rc;
}
