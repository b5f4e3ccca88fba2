/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PCI topology as a hypervisor needs it: which devices exist, which
 * bridge leads to which bus, and which requester ID a device's DMA carries.
 *
 * All functions that change the tables, and all that return more than one
 * word, need the host's lock (see host.h) held by the caller unless said
 * otherwise here.  The two lookups, xpci_lookup() and xpci_upstream(), take
 * no lock, never wait, and may be called with interrupts off from any context.
 *
 * Errors are negative errno values, as Xen's hypercalls return them.
 */
#ifndef XEN_PCI_TOPOLOGY_H
#define XEN_PCI_TOPOLOGY_H

#include <xen-pci/env.h>
#include <xen-pci/locked.h>

/*
 * Segment, bus, device and function in one number, as Xen's pci_sbdf_t:
 * segment in bits 31-16, bus in 15-8, device in 7-3, function in 2-0.
 */
#define XPCI_SBDF(segment, bus, devfn) \
    (((uint32_t)(segment) << 16) | ((uint32_t)(bus) << 8) | (uint32_t)(devfn))
#define XPCI_SEGMENT(sbdf) ((uint16_t)((sbdf) >> 16))
#define XPCI_BUS(sbdf) ((uint8_t)((sbdf) >> 8))
#define XPCI_DEVFN(sbdf) ((uint8_t)(sbdf))
#define XPCI_DEV(sbdf) (((sbdf) >> 3) & 0x1fU)
#define XPCI_FUNC(sbdf) ((sbdf)&7U)

/* The number that stands for "no NUMA node was given". */
#define XPCI_NO_NODE (~(uint32_t)0)

/*
 * What a function is: from the PCI Express capability's Device/Port Type
 * (PCIe Base Specification 5.0, 7.5.3.2) where there is one, else from the
 * class code.
 */
enum xpci_type {
    XPCI_TYPE_UNKNOWN,
    XPCI_TYPE_HOST_BRIDGE,
    XPCI_TYPE_ROOT_PORT,
    XPCI_TYPE_UPSTREAM_PORT,
    XPCI_TYPE_DOWNSTREAM_PORT,
    XPCI_TYPE_PCIE_TO_PCI_BRIDGE,
    XPCI_TYPE_PCI_TO_PCIE_BRIDGE,
    XPCI_TYPE_PCI_BRIDGE,
    XPCI_TYPE_CARDBUS_BRIDGE,
    XPCI_TYPE_ENDPOINT,
    XPCI_TYPE_RCIEP,
    XPCI_TYPE_RCEC,
    XPCI_TYPE_PCI_DEVICE,
    XPCI_TYPES
};

/* The word for a type that users read, such as "root-port". */
const char *xpci_type_name(enum xpci_type type);

/* Does a bridge of this type put its own requester ID on what passes it? */
bool xpci_type_aliases(enum xpci_type type);

/* Facts about a known device, as it was when it was last reported. */
#define XPCI_VIRTFN 0x01      /* a VF; `physfn` is its PF */
#define XPCI_EXTFN 0x02       /* an extended function (ARI) */
#define XPCI_BRIDGE 0x04      /* has bus numbers (header type 1 or 2) */
#define XPCI_CONFIGURED 0x08  /* a bridge whose bus numbers cover a bus */
#define XPCI_CONFLICT 0x10    /* a bridge whose range clashes with another's */
#define XPCI_STALE 0x20       /* read again, and no longer what was reported */
#define XPCI_BRIDGE_ONLY 0x40 /* a bridge whose device the IOMMU refused */
/* Of a device whose owner is not dom0: it reads otherwise than recorded. */
#define XPCI_CHANGED 0x80
/* Its bus is reached another way now: whatever is there is not this device. */
#define XPCI_DISPLACED 0x100
/*
 * Entered, or come back, where a device was that dom0 did not own: not to be
 * dom0's.
 */
#define XPCI_QUARANTINED 0x200

/*
 * Who owns a device: the ID of a domain, or one of these (Xen's public
 * header xen.h: DOMID_IO, DOMID_XEN and DOMID_INVALID).
 */
#define XPCI_OWNER_DOM0 0U
#define XPCI_OWNER_QUARANTINE 0x7ff1U
#define XPCI_OWNER_XEN 0x7ff2U
#define XPCI_OWNER_UNKNOWN 0x7ff4U

struct xpci_device_info {
    uint32_t sbdf;
    uint32_t class_revision; /* class code in bits 31-8, revision in 7-0 */
    uint16_t vendor;         /* ffff for a VF, as it reads */
    uint16_t device;
    uint16_t flags; /* XPCI_* above */
    uint16_t owner; /* a domain's ID or XPCI_OWNER_* */
    uint8_t type;   /* enum xpci_type */
    /* Of a bridge, as last read; 0 otherwise. */
    uint8_t primary;
    uint8_t secondary;
    uint8_t subordinate;
    uint8_t header_type; /* header layout, bits 6-0 of register 0x0e */
    uint32_t physfn;     /* SBDF of the PF; meaningful with XPCI_VIRTFN */
    uint32_t node;       /* XPCI_NO_NODE or what the report said */
};

/* A bus that some bridge leads to. */
struct xpci_bus_info {
    uint16_t segment;
    uint8_t bus;
    bool has_upstream; /* is there an aliasing bridge on the walk up? */
    uint32_t bridge;   /* SBDF of the bridge that leads to the bus */
    uint32_t upstream; /* SBDF of the topmost aliasing bridge */
    uint8_t secondary; /* that bridge's secondary bus */
    /* Never of the tables: a snapshot of config space that was not all read. */
    bool upstream_unread;
};

/* What a device's DMA carries, if not its own requester ID. */
struct xpci_upstream {
    uint32_t bridge;   /* SBDF of the topmost aliasing bridge on the walk up */
    uint8_t secondary; /* its secondary bus (requester ID: secondary:00.0) */
};

/* What dom0 says about a device when it reports it. */
struct xpci_report {
    bool is_virtfn;
    bool is_extfn;
    uint8_t physfn_bus;
    uint8_t physfn_devfn;
    uint32_t node; /* XPCI_NO_NODE if it says nothing */
};

struct xpci;
struct xpci_host;

/*
 * Make an empty topology that lives on `host`, which must stay valid.
 * 0 or -ENOMEM.  May allocate; no lock is needed.
 */
int __must_check xpci_create(struct xpci **xpci, const struct xpci_host *host);

/*
 * Enter a device that the hypervisor's own bus scan found, as config space
 * describes it now, without reading the bridges above it: during a scan
 * nothing moves.  0 (also where it is known already), -ENODEV where nothing
 * answers, -ENOMEM.  May allocate.
 */
int __must_check XPCI_LOCKED xpci_scan_device(struct xpci *xpci, uint32_t sbdf);

/*
 * dom0 reports a device.  Reads the bridges above it again, replaces
 * another device that was known at this SBDF together with all that belongs
 * to it, and enters or updates this one.  Reporting what is known already
 * changes nothing but what no longer agrees with config space.
 *
 * A device that dom0 does not own stays what it was: its identity and bus
 * numbers are taken from the record (XPCI_CHANGED says that it reads
 * otherwise).  Where a bus turns out to be reached another way, the devices
 * known on it are displaced (XPCI_DISPLACED, the host's `displaced`), but for
 * one that is known at `sbdf`.  That is adopted where dom0 owns it, it looks
 * the same, and nobody else has or had what is at the place it has now: its
 * record is kept, and the host's `displaced` says that it is back if it was
 * away.  Where nobody knows whose place that is (docs/rules.md: in doubt) it is
 * displaced.  Otherwise it is replaced by the reported one, whatever both look
 * like.  A bridge that has to be XPCI_QUARANTINED leads to no bus.
 *
 * All that it changes was read twice.  Config space is read at most 4 dwords
 * for each bridge of the segment, and 54 dwords twice for the device and for
 * its PF, most of them only where capability lists are as long as they can be.
 *
 * 0; -ENODEV: nothing answers at `sbdf`, or at its PF, or another device is
 * known at the PF's SBDF, such as one that would be displaced; -EAGAIN: config
 * space changed while it was read; -EINVAL: the PF is itself, a VF or a bridge;
 * -ENOMEM; what the host's `may_remove` says of a device that would have to go.
 * On an error the tables are as they were.  May allocate; calls the host's
 * functions.
 */
int __must_check XPCI_LOCKED xpci_add(struct xpci *xpci, uint32_t sbdf,
                                      const struct xpci_report *report);

/*
 * dom0 reports that a device is gone.  Removes it with its VFs and, for a
 * bridge, all that is behind it, deepest first.  Config space is asked whether
 * the device still answers as recorded, and once more before that is denied,
 * for the host's `may_remove`.
 * 0, -ENODEV (not known), -ENOMEM, or what `may_remove` says, with nothing
 * done.  May allocate; calls the host's functions.
 */
int __must_check XPCI_LOCKED xpci_remove(struct xpci *xpci, uint32_t sbdf);

/*
 * The host knows better than the tables that the device at `sbdf` departed,
 * and that another one is there.  As xpci_remove(), without asking.
 */
int __must_check XPCI_LOCKED xpci_depart(struct xpci *xpci, uint32_t sbdf);

/*
 * The device was reset: read it, if it is a bridge, and the bridges above it
 * again.
 * 0, -ENODEV (not known), -EAGAIN or -ENOMEM, as xpci_add().  May allocate;
 * calls the host's functions.
 */
int __must_check XPCI_LOCKED xpci_reset(struct xpci *xpci, uint32_t sbdf);

/*
 * The host could not take the device that was just added (the IOMMU refused
 * it): remove it.  A bridge still leads to its buses (XPCI_BRIDGE_ONLY), but is
 * no longer a known device, and has nothing attached.  Does nothing where
 * `sbdf` is not known.  The host's `remove` is not called for `sbdf` itself.
 * May allocate; where that fails, all that is entered in the segment from then
 * on is XPCI_QUARANTINED.
 */
void XPCI_LOCKED xpci_refuse(struct xpci *xpci, uint32_t sbdf);

/*
 * What is known of the device at `sbdf`, in one word for the two functions
 * below: never 0; 0 where no device is known.  No lock, and one load says it
 * all: before or after a change, never in between.
 */
uint32_t xpci_lookup(const struct xpci *xpci, uint32_t sbdf);

#define XPCI_LOOKUP_TYPE_SHIFT 24U
#define XPCI_LOOKUP_TYPE_MASK 0xfU
#define XPCI_LOOKUP_FLAGS_SHIFT 28U

static inline enum xpci_type xpci_lookup_type(uint32_t known)
{
    return (enum xpci_type)((known >> XPCI_LOOKUP_TYPE_SHIFT) &
                            XPCI_LOOKUP_TYPE_MASK);
}

/* XPCI_VIRTFN and XPCI_EXTFN; of a bridge's flags a lookup says none. */
static inline unsigned int xpci_lookup_flags(uint32_t known)
{
    return (known >> XPCI_LOOKUP_FLAGS_SHIFT) & (XPCI_VIRTFN | XPCI_EXTFN);
}

/*
 * The upstream bridge, in Xen's sense, of a device at `sbdf` (only segment
 * and bus count): 1 and `*upstream`, or 0 where the device's DMA carries its
 * own requester ID.  No lock, never waits; those of all buses change at once.
 */
int xpci_upstream(const struct xpci *xpci, uint32_t sbdf,
                  struct xpci_upstream *upstream);

/* Everything about the device at `sbdf`: 0 or -ENODEV. */
int __must_check XPCI_LOCKED xpci_device(const struct xpci *xpci, uint32_t sbdf,
                                         struct xpci_device_info *info);

/*
 * A pointer to what the host itself keeps for the device at `sbdf`, so that it
 * need not look for it.  The tables do nothing with it, and lose it with the
 * device: when the host's `remove` is called, it is still there.  A device
 * that was just entered has NULL.  xpci_attach(): 0 or -ENODEV (not known).
 */
int __must_check XPCI_LOCKED xpci_attach(struct xpci *xpci, uint32_t sbdf,
                                         void *own);
void *XPCI_LOCKED xpci_attached(const struct xpci *xpci, uint32_t sbdf);

/* The bridge that leads to a bus: 0 and `*info`, or -ENODEV: none does. */
int __must_check XPCI_LOCKED xpci_bus(const struct xpci *xpci, uint16_t segment,
                                      uint8_t bus, struct xpci_bus_info *info);

/*
 * A number for the way to a bus: equal numbers mean the same bridges, down
 * from the root bus, whatever their bus numbers are (a hash of the stable path
 * that docs/rules.md describes).  0 where nothing is known of the segment.
 */
uint64_t XPCI_LOCKED xpci_bus_path(const struct xpci *xpci, uint16_t segment,
                                   uint8_t bus);

/* Counts every change of the tables; equal numbers mean equal tables. */
uint32_t xpci_generation(const struct xpci *xpci);

/*
 * Counts the changes of bridges: equal numbers mean that every bus is reached
 * by the same bridges, with the same numbers.
 */
uint32_t xpci_bridge_generation(const struct xpci *xpci);

/*
 * The one predicate of topologies: all that always holds, holds.  On false,
 * `*rule` (may be NULL) names the rule that is broken.  Slow; for assertions,
 * tests and fuzzers.
 */
bool __must_check XPCI_LOCKED xpci_is_valid(const struct xpci *xpci,
                                            const char **rule);

#endif /* XEN_PCI_TOPOLOGY_H */
