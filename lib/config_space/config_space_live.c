/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Config space of the machine that this runs on, as it reads at the moment.
 */
#include <stdlib.h>

#include "libpci.h"
#include "sysfs_devices.h"

#define SYSFS_PCI "/sys/bus/pci"

struct live_space {
    struct config_space space;
    struct pci_access *access;
    struct warning_sink sink;
};

/*
 * No handle is kept: devices come and go, and an old handle's open file would
 * hide that.
 */
static uint32_t live_read(struct config_space *space, uint32_t sbdf,
                          unsigned int offset)
{
    struct live_space *live = (struct live_space *)space;
    struct pci_dev *dev = libpci_device(live->access, sbdf);
    uint32_t dword;

    if ( !dev )
        return 0xffffffffU;
    dword = libpci_read_dword(dev, offset);
    pci_free_dev(dev);

    return dword;
}

static int live_list(struct config_space *space, config_space_each *each,
                     void *data)
{
    struct live_space *live = (struct live_space *)space;
    struct device_list list;
    int rc;

    device_list_init(&list);
    rc = sysfs_devices_read(&list, live->access, SYSFS_PCI, false, &live->sink,
                            NULL);
    if ( !rc )
        rc = device_list_report(&list, each, data);
    device_list_dispose(&list);

    return rc;
}

static void live_close(struct config_space *space)
{
    struct live_space *live = (struct live_space *)space;

    libpci_close(live->access);
    free(live);
}

int config_space_open_live(struct config_space **space, config_space_warn *warn,
                           void *data, struct xpci_message *message)
{
    static const struct config_space_ops ops = {
        .read = live_read,
        .list = live_list,
        .close = live_close,
    };
    const struct warning_sink sink = { warn, data };
    struct live_space *live = calloc(1, sizeof(*live));
    struct device_list list;
    int rc;

    if ( !live )
    {
        message_set(message, "no memory");
        return -ENOMEM;
    }
    live->space.ops = &ops;
    live->space.source = XPCI_SOURCE_SYSFS;

    /* Read once now, so that what is wrong is said now, and only now. */
    device_list_init(&list);
    rc = libpci_open(&live->access, PCI_ACCESS_SYS_BUS_PCI, "sysfs.path",
                     SYSFS_PCI, message);
    if ( !rc )
        rc = sysfs_devices_read(&list, live->access, SYSFS_PCI, false, &sink,
                                message);
    device_list_dispose(&list);
    if ( rc )
    {
        live_close(&live->space);
        return rc;
    }
    *space = &live->space;

    return 0;
}
