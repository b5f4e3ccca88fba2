/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Xen that this machine runs on.  libxencall and libxenhypfs work with
 * any version of Xen; libxenctrl, which only a stock Xen needs, with its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <xencall.h>
#include <xenhypfs.h>

/* The public headers guard their tool-only parts with this. */
#define __XEN_TOOLS__ 1
#include <xen/xen.h>
#include <xen/physdev.h>

#include "backend.h"
#include "message.h"
#include "xen_hypfs.h"
#include "xen_stock.h"

/* hypfs of the Xen that this machine runs on, as a source of texts. */
struct xen_hypfs_lib {
    struct xen_hypfs_source source;
    void *handle; /* libxenhypfs; NULL: this Xen has no hypfs */
};

static int lib_read(void *data, const char *path, char **text)
{
    struct xen_hypfs_lib *lib = data;

    if ( !lib->handle )
        return -ENOENT;
    errno = 0;
    *text = xenhypfs_read(lib->handle, path);
    if ( *text )
        return 0;

    return errno ? -errno : -EIO;
}

static int lib_list(void *data, const char *path, char **names)
{
    struct xen_hypfs_lib *lib = data;
    struct xenhypfs_dirent *entries;
    unsigned int count = 0, i;
    size_t length = 1;
    char *end;

    if ( !lib->handle )
        return -ENOENT;
    errno = 0;
    entries = xenhypfs_readdir(lib->handle, path, &count);
    if ( !entries )
    {
        if ( errno )
            return -errno;
        count = 0; /* an empty directory */
    }
    for ( i = 0; i < count; i++ )
        length += strlen(entries[i].name) + 1;
    *names = end = malloc(length);
    if ( *names )
    {
        for ( i = 0; i < count; i++ )
            end = stpcpy(stpcpy(end, entries[i].name), "\n");
        *end = '\0';
    }
    free(entries);

    return *names ? 0 : -ENOMEM;
}

/*
 * 0, also where Xen was built without hypfs (every entry is -ENOENT then); a
 * negative errno value and `message` otherwise.  `lib` must not be moved.
 */
static int open_hypfs(struct xen_hypfs_lib *lib, struct xpci_message *message)
{
    int rc;

    *lib = (struct xen_hypfs_lib){
        .source = { .read = lib_read, .list = lib_list, .data = lib },
    };
    errno = 0;
    lib->handle = xenhypfs_open(NULL, 0);
    if ( lib->handle )
        return 0;
    rc = errno ? -errno : -EIO;
    if ( rc == -ENOSYS || rc == -EOPNOTSUPP )
        return 0;
    message_set(message, "cannot open hypfs: %s", strerror(-rc));

    return rc;
}

/* Can be called twice, and on zeroes. */
static void close_hypfs(struct xen_hypfs_lib *lib)
{
    if ( lib->handle )
        xenhypfs_close(lib->handle);
    lib->handle = NULL;
}

struct backend_xen {
    struct backend backend;
    bool module;
    xencall_handle *calls;
    struct xen_hypfs_lib hypfs;
};

static struct backend_xen *xen_of(struct backend *backend)
{
    return (struct backend_xen *)backend;
}

static bool xen_is_module(const struct backend *backend)
{
    return ((const struct backend_xen *)backend)->module;
}

static int xen_snapshot(struct backend *backend,
                        const struct xpci_snapshot *dom0, bool ask_owners,
                        struct xpci_snapshot *snapshot,
                        struct xpci_message *message)
{
    struct backend_xen *xen = xen_of(backend);

    if ( xen->module )
        return xen_hypfs_read(&xen->hypfs.source, snapshot, message);

    return backend_xen_stock_snapshot(dom0, ask_owners, snapshot, message);
}

/* A physdev hypercall on a copy of `argument` that Xen can read. */
static int physdev(struct backend *backend, unsigned int command,
                   const void *argument, size_t size)
{
    xencall_handle *calls = xen_of(backend)->calls;
    void *buffer = xencall_alloc_buffer(calls, size);
    int rc;

    if ( !buffer )
        return -ENOMEM;
    memcpy(buffer, argument, size);
    rc = xencall2(calls, __HYPERVISOR_physdev_op, command,
                  (uint64_t)(uintptr_t)buffer);
    if ( rc < 0 )
        rc = -errno;
    xencall_free_buffer(calls, buffer);

    return rc < 0 ? rc : 0;
}

/*
 * The report's node is left out: the hypercall takes an ACPI proximity
 * domain, which the kernel does not show, and which is another number.
 */
static int xen_add(struct backend *backend, uint32_t sbdf,
                   const struct xpci_report *report)
{
    struct physdev_pci_device_add add;

    memset(&add, 0, sizeof(add));
    add.seg = XPCI_SEGMENT(sbdf);
    add.bus = XPCI_BUS(sbdf);
    add.devfn = XPCI_DEVFN(sbdf);
    if ( report->is_virtfn )
    {
        add.flags |= XEN_PCI_DEV_VIRTFN;
        add.physfn.bus = report->physfn_bus;
        add.physfn.devfn = report->physfn_devfn;
    }
    /* Of a VF, Xen takes this as "its PF is one". */
    if ( report->is_extfn )
        add.flags |= XEN_PCI_DEV_EXTFN;

    return physdev(backend, PHYSDEVOP_pci_device_add, &add, sizeof(add));
}

static physdev_pci_device_t device_of(uint32_t sbdf)
{
    return (physdev_pci_device_t){ .seg = XPCI_SEGMENT(sbdf),
                                   .bus = XPCI_BUS(sbdf),
                                   .devfn = XPCI_DEVFN(sbdf) };
}

static int xen_remove(struct backend *backend, uint32_t sbdf)
{
    const physdev_pci_device_t device = device_of(sbdf);

    return physdev(backend, PHYSDEVOP_pci_device_remove, &device,
                   sizeof(device));
}

static void xen_close(struct backend *backend)
{
    struct backend_xen *xen = xen_of(backend);

    close_hypfs(&xen->hypfs);
    if ( xen->calls )
        xencall_close(xen->calls);
    free(xen);
}

static const struct backend_ops xen_ops = {
    .name = "xen",
    .is_shared = true,
    .is_module = xen_is_module,
    .snapshot = xen_snapshot,
    .add = xen_add,
    .remove = xen_remove,
    .close = xen_close,
};

/* Does the file at `path` begin with a line that holds `word`? */
static bool first_line_has(const char *path, const char *word)
{
    FILE *file = fopen(path, "re");
    char line[64];
    bool has;

    if ( !file )
        return false;
    has = fgets(line, sizeof(line), file) && strstr(line, word);
    fclose(file);

    return has;
}

bool backend_xen_is_here(void)
{
    static const char capabilities[] = "/proc/xen/capabilities";

    if ( !access(capabilities, R_OK) )
        return first_line_has(capabilities, "control_d");

    return first_line_has("/sys/hypervisor/type", "xen") &&
           (!access("/dev/xen/privcmd", F_OK) ||
            !access("/proc/xen/privcmd", F_OK));
}

static int open_calls(struct backend_xen *xen, struct xpci_message *message)
{
    int rc;

    if ( !backend_xen_is_here() )
    {
        message_set(message, "this is not the control domain of a Xen");
        return -ENOENT;
    }
    xen->calls = xencall_open(NULL, 0);
    if ( xen->calls )
        return 0;

    rc = errno ? -errno : -ENOENT;
    message_set(message, "no hypercalls can be made from here: %s",
                strerror(-rc));

    return rc;
}

int backend_xen_open(struct backend **backend, struct xpci_message *message)
{
    struct backend_xen *xen = calloc(1, sizeof(*xen));
    int rc;

    if ( !xen )
    {
        message_set(message, "no memory");
        return -ENOMEM;
    }
    xen->backend.ops = &xen_ops;
    rc = open_calls(xen, message);
    if ( rc )
        goto out;
    rc = open_hypfs(&xen->hypfs, message);
    if ( rc )
        goto out;
    rc = xen_hypfs_is_module(&xen->hypfs.source, message);
    if ( rc < 0 )
        goto out;
    xen->module = rc;
    *backend = &xen->backend;
    rc = 0;

out:
    if ( rc )
        xen_close(&xen->backend);

    return rc;
}
