/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stock Xen of this machine, asked through libxenctrl.
 */
#include <stdlib.h>

#define __XEN_TOOLS__ 1
#include <xenctrl.h>

#include "message.h"
#include "xen_stock.h"

/* Larger than any console ring that people configure. */
#define CONSOLE_ROOM (4U << 20)

struct asking {
    xc_interface *xc;
    physdev_pci_device_t devices[XEN_STOCK_BATCH];
    uint32_t nodes[XEN_STOCK_BATCH];
};

static int ask(void *data, uint32_t first, unsigned int count, bool *known)
{
    struct asking *asking = data;
    unsigned int i;

    for ( i = 0; i < count; i++ )
    {
        uint32_t sbdf = first + i;

        asking->devices[i] =
            (physdev_pci_device_t){ .seg = XPCI_SEGMENT(sbdf),
                                    .bus = XPCI_BUS(sbdf),
                                    .devfn = XPCI_DEVFN(sbdf) };
        asking->nodes[i] = XEN_INVALID_DEV;
    }
    if ( xc_pcitopoinfo(asking->xc, count, asking->devices, asking->nodes) )
        return errno ? -errno : -EIO;
    for ( i = 0; i < count; i++ )
        known[i] = asking->nodes[i] != XEN_INVALID_DEV;

    return 0;
}

/* Xen prints its devices before the call for it returns. */
static int read_console(xc_interface *xc, char *console, unsigned int room)
{
    unsigned int length = room - 1;
    uint32_t index = 0;
    char key[] = "Q";

    if ( xc_send_debug_keys(xc, key) ||
         xc_readconsolering(xc, console, &length, 0, 0, &index) )
        return errno ? -errno : -EIO;
    console[length] = '\0';

    return 0;
}

static int find_owners(xc_interface *xc, struct xpci_snapshot *snapshot)
{
    char *console = malloc(CONSOLE_ROOM);
    int rc;

    if ( !console )
        return -ENOMEM;
    rc = read_console(xc, console, CONSOLE_ROOM);
    if ( !rc )
        rc = xen_stock_owners(console, snapshot);
    free(console);

    return rc;
}

static int explain(struct xpci_message *message, int rc)
{
    message_set(message, "cannot ask Xen for its devices: %s%s", strerror(-rc),
                rc == -EACCES
                    ? " (libxenctrl is of another version than this Xen)"
                    : "");

    return rc;
}

int backend_xen_stock_snapshot(const struct xpci_snapshot *dom0,
                               bool ask_owners, struct xpci_snapshot *snapshot,
                               struct xpci_message *message)
{
    struct asking *asking = calloc(1, sizeof(*asking));
    int rc;

    if ( !asking )
        return explain(message, -ENOMEM);
    errno = 0;
    asking->xc = xc_interface_open(NULL, NULL, 0);
    if ( !asking->xc )
    {
        rc = errno ? -errno : -EIO;
        goto out;
    }
    rc = xen_stock_known(ask, asking, dom0, snapshot);
    if ( !rc )
        rc = xen_stock_shadow(dom0, snapshot);
    if ( !rc && ask_owners )
        rc = find_owners(asking->xc, snapshot);

out:
    if ( asking->xc )
        xc_interface_close(asking->xc);
    free(asking);

    return rc ? explain(message, rc) : 0;
}
