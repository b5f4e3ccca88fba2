/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A topology as a value, in user space: what somebody (an embedded or a real
 * hypervisor, dom0's sysfs, a file) knew at one moment.  The agent and the
 * tool work on these and do not care where they come from.
 */
#ifndef XEN_PCI_SNAPSHOT_H
#define XEN_PCI_SNAPSHOT_H

#include <xen-pci/walk.h>

enum xpci_source {
    XPCI_SOURCE_EMBEDDED,
    XPCI_SOURCE_XEN_MODULE,
    XPCI_SOURCE_XEN_STOCK,
    XPCI_SOURCE_SYSFS,
    XPCI_SOURCE_FILE,
};

const char *xpci_source_name(enum xpci_source source);

/* One thing that is wrong; `sbdf` and `bus` only where `has_*`. */
struct xpci_snapshot_problem {
    enum xpci_problem kind;
    bool has_sbdf;
    bool has_bus;
    uint8_t bus;
    uint16_t segment;
    uint32_t sbdf;
    char *text; /* a sentence: what is wrong and what to do */
};

/*
 * Of a device in a snapshot, beside the flags of topology.h: it looks like a
 * VF, and the source does not tell whose.
 */
#define XPCI_VIRTFN_UNREAD 0x8000

struct xpci_snapshot {
    enum xpci_source source;
    uint32_t generation;
    struct xpci_device_info *devices; /* sorted by SBDF */
    size_t device_count;
    struct xpci_bus_info *buses; /* sorted by segment and bus */
    size_t bus_count;
    struct xpci_snapshot_problem *problems;
    size_t problem_count;
};

void xpci_snapshot_init(struct xpci_snapshot *snapshot);
void xpci_snapshot_dispose(struct xpci_snapshot *snapshot);

/*
 * What `xpci` knows now: devices, buses, and the problems that the tables
 * show.  Takes the host's lock page by page and begins again when the tables
 * change.  0 or -ENOMEM.  `snapshot` must be initialised and empty.
 */
int __must_check xpci_snapshot_take(struct xpci_snapshot *snapshot,
                                    const struct xpci *xpci,
                                    enum xpci_source source);

/* Append; the caller sorts with xpci_snapshot_sort() at the end.  -ENOMEM. */
int __must_check xpci_snapshot_add_device(struct xpci_snapshot *snapshot,
                                          const struct xpci_device_info *info);
int __must_check xpci_snapshot_add_bus(struct xpci_snapshot *snapshot,
                                       const struct xpci_bus_info *info);
/* `at` may be NULL (no SBDF), `bus` negative (no bus); printf-like text. */
int __must_check xpci_snapshot_add_problem(struct xpci_snapshot *snapshot,
                                           enum xpci_problem kind,
                                           const uint32_t *at, int segment,
                                           int bus, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* What xpci_device_problem() finds in `info`, in words.  0 or -ENOMEM. */
int __must_check xpci_snapshot_add_problem_of(
    struct xpci_snapshot *snapshot, const struct xpci_device_info *info);
void xpci_snapshot_sort(struct xpci_snapshot *snapshot);

/*
 * Let the texts of conflicts name the other bridge, where it is a device of
 * this snapshot, which is sorted.  0 or -ENOMEM.
 */
int __must_check xpci_snapshot_name_conflicts(struct xpci_snapshot *snapshot);

/*
 * Tell the problems, in order; where neighbouring buses have the same, once:
 * from that of `problem` to `last`, and `text` says so.  0 or -ENOMEM.
 */
typedef void xpci_problem_told(void *data,
                               const struct xpci_snapshot_problem *problem,
                               uint8_t last, const char *text);
int __must_check xpci_snapshot_tell_problems(
    const struct xpci_snapshot *snapshot, xpci_problem_told *tell, void *data);

/* By binary search; NULL where there is none. */
const struct xpci_device_info *xpci_snapshot_device(
    const struct xpci_snapshot *snapshot, uint32_t sbdf);
const struct xpci_bus_info *xpci_snapshot_bus(
    const struct xpci_snapshot *snapshot, uint16_t segment, uint8_t bus);

/* Room for any SBDF and any stable path (256 levels), with their NUL. */
#define XPCI_SBDF_LENGTH 16
#define XPCI_PATH_LENGTH (16 + 256 * 5)

/* "0000:00:1c.0"; `text` has XPCI_SBDF_LENGTH bytes.  Returns `text`. */
char *xpci_sbdf_format(char *text, uint32_t sbdf);

/*
 * Read an SBDF, with or without its segment.  0; -EINVAL: not an SBDF;
 * -ERANGE: a segment above ffff, which Xen's hypercalls cannot express.
 */
int __must_check xpci_sbdf_parse(const char *text, uint32_t *sbdf);

/*
 * The stable path of what sits at `sbdf`: segment, root bus, then the
 * device.function of every bridge on the way and its own.  `text` has
 * XPCI_PATH_LENGTH bytes.  Returns `text`.  A way that goes round is cut.
 */
char *xpci_path_format(char *text, const struct xpci_snapshot *snapshot,
                       uint32_t sbdf);

#endif /* XEN_PCI_SNAPSHOT_H */
