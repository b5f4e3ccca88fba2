/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An embedded hypervisor as a backend: the tables inside of this process.
 */
#include <stdlib.h>

#include "backend.h"
#include "message.h"

/* The hardware as the embedded hypervisor sees it: it can change. */
struct hardware {
    struct config_space space;
    struct config_space *now; /* not ours */
};

struct backend_embedded {
    struct backend backend;
    struct hardware hardware;
    struct embedded hypervisor;
};

static uint32_t hardware_read(struct config_space *space, uint32_t sbdf,
                              unsigned int offset)
{
    struct config_space *now = ((struct hardware *)space)->now;

    return now->ops->read(now, sbdf, offset);
}

static int hardware_list(struct config_space *space, config_space_each *each,
                         void *data)
{
    struct config_space *now = ((struct hardware *)space)->now;

    return now->ops->list(now, each, data);
}

static void hardware_close(struct config_space *space)
{
    (void)space;
}

static const struct config_space_ops hardware_ops = {
    .read = hardware_read,
    .list = hardware_list,
    .close = hardware_close,
};

static struct backend_embedded *embedded_of(struct backend *backend)
{
    return (struct backend_embedded *)backend;
}

static bool embedded_is_module(const struct backend *backend)
{
    (void)backend;

    return true;
}

static int embedded_snapshot(struct backend *backend,
                             const struct xpci_snapshot *dom0, bool ask_owners,
                             struct xpci_snapshot *snapshot,
                             struct xpci_message *message)
{
    int rc = xpci_snapshot_take(snapshot, embedded_of(backend)->hypervisor.xpci,
                                XPCI_SOURCE_EMBEDDED);

    (void)dom0;
    (void)ask_owners;
    if ( rc )
        message_set(message, "cannot read the embedded hypervisor's tables: %s",
                    strerror(-rc));

    return rc;
}

static int embedded_call_add(struct backend *backend, uint32_t sbdf,
                             const struct xpci_report *report)
{
    return embedded_add(&embedded_of(backend)->hypervisor, sbdf, report);
}

static int embedded_call_remove(struct backend *backend, uint32_t sbdf)
{
    return embedded_remove(&embedded_of(backend)->hypervisor, sbdf);
}

static void embedded_set_space(struct backend *backend,
                               struct config_space *space)
{
    embedded_of(backend)->hardware.now = space;
}

static void embedded_close(struct backend *backend)
{
    embedded_dispose(&embedded_of(backend)->hypervisor);
    free(backend);
}

static const struct backend_ops embedded_ops = {
    .name = "embedded",
    .is_module = embedded_is_module,
    .snapshot = embedded_snapshot,
    .add = embedded_call_add,
    .remove = embedded_call_remove,
    .set_space = embedded_set_space,
    .close = embedded_close,
};

struct embedded *backend_embedded_hypervisor(struct backend *backend)
{
    return &embedded_of(backend)->hypervisor;
}

int backend_embedded_open(struct backend **backend, struct config_space *boot,
                          struct config_space *now,
                          struct xpci_message *message)
{
    struct backend_embedded *embedded = calloc(1, sizeof(*embedded));
    int rc;

    if ( !embedded )
    {
        rc = -ENOMEM;
        goto out;
    }
    embedded->backend.ops = &embedded_ops;
    embedded->hardware.space.ops = &hardware_ops;
    embedded->hardware.space.source = boot->source;
    embedded->hardware.now = boot;
    rc = embedded_init(&embedded->hypervisor, &embedded->hardware.space);
    if ( rc )
        goto out;
    rc = embedded_boot(&embedded->hypervisor);
    /* It refused a device, as a real one would, and has the others. */
    if ( rc == -ENODEV || rc == -EINVAL )
        rc = 0;
    if ( rc )
    {
        embedded_dispose(&embedded->hypervisor);
        goto out;
    }
    embedded->hardware.now = now;
    *backend = &embedded->backend;

out:
    if ( rc )
    {
        free(embedded);
        message_set(message, "the embedded hypervisor does not boot: %s",
                    strerror(-rc));
    }

    return rc;
}
