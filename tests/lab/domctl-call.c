/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains without memory, and devices for them, by raw hypercalls of dom0:
 *
 *   domctl-call create DOMID [hvm]
 *   domctl-call destroy DOMID
 *   domctl-call assign DOMID SBDF
 *   domctl-call deassign DOMID SBDF
 *   domctl-call test DOMID SBDF
 *   domctl-call console KEYS
 *   domctl-call domains
 *
 * The first five print the return code (0 or a negative errno); 32753 is
 * dom_io, the quarantine. destroy goes on until all is done. console sends
 * debug keys and prints what Xen's console says to them. domains prints a
 * line for each domain: its number, and whether it is alive or dying.
 * Several commands may follow each other with a "," as a word of its own.
 * Exit code: 0 the hypercalls were made, 1 one could not be, 2 usage.
 *
 * A PV domain's creation depends on no fields that have moved since Xen 4.13;
 * an HVM one's does, on those of the headers that this was compiled with.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hypercalls.h"

/* Where no answer comes to an end: about a second's worth. */
#define RESTARTS_MOST 10000u
/* What Linux has no name for: the call is to be made again. */
#define XEN_ERESTART 85

#define CONSOLE_CHUNK 16384u
/* No lab uses more. */
#define DOMAINS_MOST 256u

static int usage(void)
{
    fputs("usage: domctl-call create DOMID [hvm] | destroy DOMID | "
          "assign DOMID SBDF | deassign DOMID SBDF | test DOMID SBDF | "
          "console KEYS | domains [, ...]\n",
          stderr);

    return 2;
}

static bool parse_domid(const char *text, struct xen_domctl *op)
{
    unsigned int domid;
    int end = -1;

    if ( sscanf(text, "%u%n", &domid, &end) != 1 || text[end] ||
         domid > UINT16_MAX )
        return false;
    op->domain = domid;

    return true;
}

/* Makes the domctl, again while Xen wants that, and prints what it gave. */
static int make(struct xen_domctl *op)
{
    unsigned int restarts = 0;
    int rc;

    do
        rc = domctl(op);
    while ( rc < 0 && errno == XEN_ERESTART && ++restarts < RESTARTS_MOST );

    printf("%d\n", rc < 0 ? -errno : rc);

    return 0;
}

static int do_create(int argc, char **argv)
{
    struct xen_domctl *op = hypercall_buffer(sizeof(*op));
    struct xen_domctl_createdomain *create = &op->u.createdomain;

    if ( argc < 1 || !parse_domid(argv[0], op) )
        return usage();

    op->cmd = XEN_DOMCTL_createdomain;
    create->flags = XEN_DOMCTL_CDF_iommu;
    create->max_vcpus = 1;
    create->max_evtchn_port = 1023;
    create->max_grant_frames = 1;
    create->grant_opts = XEN_DOMCTL_GRANT_version(1);
    if ( argc == 2 && !strcmp(argv[1], "hvm") )
    {
        create->flags |= XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap;
        create->arch.emulation_flags = XEN_X86_EMU_LAPIC;
    }
    else if ( argc != 1 )
        return usage();

    return make(op);
}

static int do_destroy(int argc, char **argv)
{
    struct xen_domctl *op = hypercall_buffer(sizeof(*op));

    if ( argc != 1 || !parse_domid(argv[0], op) )
        return usage();

    op->cmd = XEN_DOMCTL_destroydomain;

    return make(op);
}

/* The three that have a domain and a device. */
static int device(unsigned int cmd, int argc, char **argv)
{
    struct xen_domctl *op = hypercall_buffer(sizeof(*op));
    unsigned int segment, bus, devfn;

    if ( argc != 2 || !parse_domid(argv[0], op) ||
         !parse_sbdf(argv[1], &segment, &bus, &devfn) )
        return usage();

    op->cmd = cmd;
    op->u.assign_device.dev = XEN_DOMCTL_DEV_PCI;
    op->u.assign_device.u.pci.machine_sbdf = segment << 16 | bus << 8 | devfn;

    return make(op);
}

static int do_assign(int argc, char **argv)
{
    return device(XEN_DOMCTL_assign_device, argc, argv);
}

static int do_deassign(int argc, char **argv)
{
    return device(XEN_DOMCTL_deassign_device, argc, argv);
}

static int do_test(int argc, char **argv)
{
    return device(XEN_DOMCTL_test_assign_device, argc, argv);
}

/*
 * Reads Xen's console ring, from *index on or from its beginning, and moves
 * *index behind what it read. Returns how much that was, or -1.
 */
static int read_console(char *buffer, uint32_t *index, bool from_index)
{
    struct xen_sysctl *op = hypercall_buffer(sizeof(*op));
    int count = -1;

    op->cmd = XEN_SYSCTL_readconsole;
    op->u.readconsole.incremental = from_index;
    op->u.readconsole.index = *index;
    op->u.readconsole.count = CONSOLE_CHUNK;
    set_xen_guest_handle_raw(op->u.readconsole.buffer, buffer);
    if ( sysctl(op) >= 0 )
    {
        *index = op->u.readconsole.index;
        count = op->u.readconsole.count;
    }
    xencall_free_buffer(xcall, op);

    return count;
}

static int do_console(int argc, char **argv)
{
    char *buffer = hypercall_buffer(CONSOLE_CHUNK);
    uint32_t index = 0;
    int count;

    if ( argc != 1 )
        return usage();

    count = read_console(buffer, &index, false);
    while ( count == CONSOLE_CHUNK )
        count = read_console(buffer, &index, true);
    if ( count < 0 || send_keys(argv[0]) < 0 )
    {
        perror("domctl-call: console");
        return 1;
    }
    while ( (count = read_console(buffer, &index, true)) > 0 )
        fwrite(buffer, 1, count, stdout);

    return count ? 1 : 0;
}

/*
 * Asked about a domain that there is not, Xen up to 4.17 tells of the next
 * one, and later ones say so.
 */
static int do_domains(int argc, char **argv)
{
    struct xen_domctl *op = hypercall_buffer(sizeof(*op));
    unsigned int domid;

    (void)argv;
    if ( argc )
        return usage();

    for ( domid = 0; domid < DOMAINS_MOST; domid++ )
    {
        memset(op, 0, sizeof(*op));
        op->cmd = XEN_DOMCTL_getdomaininfo;
        op->domain = domid;
        if ( domctl(op) < 0 )
        {
            if ( errno == ESRCH )
                continue;
            perror("domctl-call: getdomaininfo");
            return 1;
        }
        domid = op->domain;
        printf("domain %u %s\n", domid,
               op->u.getdomaininfo.flags & XEN_DOMINF_dying ? "dying"
                                                            : "alive");
    }

    return 0;
}

static int run(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {
        { "create", do_create },   { "destroy", do_destroy },
        { "assign", do_assign },   { "deassign", do_deassign },
        { "test", do_test },       { "console", do_console },
        { "domains", do_domains },
    };
    unsigned int i;

    for ( i = 0; argc && i < sizeof(commands) / sizeof(commands[0]); i++ )
    {
        if ( !strcmp(argv[0], commands[i].name) )
            return commands[i].run(argc - 1, argv + 1);
    }

    return usage();
}

int main(int argc, char **argv)
{
    int first = 1, next, rc = 0;

    if ( argc < 2 )
        return usage();
    if ( !hypercalls_open() )
        return 1;

    for ( ; !rc && first < argc; first = next + 1 )
    {
        for ( next = first; next < argc && strcmp(argv[next], ","); next++ )
            continue;
        rc = run(next - first, argv + first);
    }

    return rc;
}
