/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the lab's programs for dom0 share: hypercalls that do not depend on
 * the hypervisor's version, and the notation for devices.
 */
#ifndef LAB_HYPERCALLS_H
#define LAB_HYPERCALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xencall.h>

/* The public headers guard their tool-only parts with this. */
#define __XEN_TOOLS__ 1
#include <xen/xen.h>
#include <xen/domctl.h>
#include <xen/physdev.h>
#include <xen/sysctl.h>
#include <xen/version.h>

extern xencall_handle *xcall;

/* Opens xcall.  False, and it is said, where there is no hypervisor. */
bool hypercalls_open(void);

/* Zeroed memory that a hypercall may take; ends the program without. */
void *hypercall_buffer(size_t size);

/* BB:DD.F, and the same with or without SSSS: before it. */
bool parse_bdf(const char *text, unsigned int *bus, unsigned int *devfn);
bool parse_sbdf(const char *text, unsigned int *segment, unsigned int *bus,
                unsigned int *devfn);

/*
 * These set interface_version to the one that this hypervisor takes: it
 * answers -EACCES for any other.  As xencall1(): -1 and errno, or the result.
 */
int sysctl(struct xen_sysctl *op);
int domctl(struct xen_domctl *op);

/* Sends debug keys; 0, or -1 and errno. */
int send_keys(const char *keys);

#endif /* LAB_HYPERCALLS_H */
