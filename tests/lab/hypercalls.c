/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls for the lab's programs in dom0.
 *
 * They are made through libxencall and not through libxenctrl: that one
 * refuses a hypervisor of another version, while the sysctls and domctls here
 * have kept their layout, and the version that fits can be found by asking.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hypercalls.h"

/* Interface versions of Xen 4.2 (0x8, 0x9) to a while after 4.21. */
#define VERSION_MIN 0x8u
#define VERSION_MAX 0x20u

xencall_handle *xcall;

bool hypercalls_open(void)
{
    xcall = xencall_open(NULL, 0);
    if ( !xcall )
        perror("no access to the hypervisor");

    return xcall;
}

void *hypercall_buffer(size_t size)
{
    void *buffer = xencall_alloc_buffer(xcall, size);

    if ( !buffer )
    {
        perror("no hypercall buffer");
        exit(1);
    }
    memset(buffer, 0, size);

    return buffer;
}

bool parse_bdf(const char *text, unsigned int *bus, unsigned int *devfn)
{
    unsigned int device, function;
    int end = -1;

    if ( sscanf(text, "%2x:%2x.%1x%n", bus, &device, &function, &end) != 3 ||
         end < 0 || text[end] || device > 0x1f || function > 7 )
        return false;
    *devfn = device << 3 | function;

    return true;
}

bool parse_sbdf(const char *text, unsigned int *segment, unsigned int *bus,
                unsigned int *devfn)
{
    int end = -1;

    if ( sscanf(text, "%4x:%n", segment, &end) == 1 && end == 5 )
        return parse_bdf(text + end, bus, devfn);
    *segment = 0;

    return parse_bdf(text, bus, devfn);
}

/* The version is tried that fitted last, and then all of them. */
static int versioned(unsigned int hypercall, void *op, uint32_t *field,
                     unsigned int *version)
{
    unsigned int other;
    int rc;

    *field = *version;
    rc = xencall1(xcall, hypercall, (uint64_t)(uintptr_t)op);
    for ( other = VERSION_MIN;
          rc < 0 && errno == EACCES && other <= VERSION_MAX; other++ )
    {
        *field = other;
        rc = xencall1(xcall, hypercall, (uint64_t)(uintptr_t)op);
        if ( rc >= 0 || errno != EACCES )
            *version = other;
    }

    return rc;
}

int sysctl(struct xen_sysctl *op)
{
    static unsigned int version = XEN_SYSCTL_INTERFACE_VERSION;

    return versioned(__HYPERVISOR_sysctl, op, &op->interface_version, &version);
}

int domctl(struct xen_domctl *op)
{
    static unsigned int version = XEN_DOMCTL_INTERFACE_VERSION;

    return versioned(__HYPERVISOR_domctl, op, &op->interface_version, &version);
}

int send_keys(const char *keys)
{
    struct xen_sysctl *op = hypercall_buffer(sizeof(*op));
    char *copy = hypercall_buffer(strlen(keys) + 1);

    strcpy(copy, keys);
    op->cmd = XEN_SYSCTL_debug_keys;
    set_xen_guest_handle_raw(op->u.debug_keys.keys, copy);
    op->u.debug_keys.nr_keys = strlen(copy);

    return sysctl(op);
}
