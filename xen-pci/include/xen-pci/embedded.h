/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The embedded hypervisor: the tables hosted in a process, on config space
 * from somewhere.
 */
#ifndef XEN_PCI_EMBEDDED_H
#define XEN_PCI_EMBEDDED_H

#include <stdio.h>

#include <xen-pci/snapshot.h>

/*
 * Where config space comes from: one small table of functions, one object.
 * `list` calls `each` for every function that is there, in dom0's order
 * (bridges before what is behind them, PFs before VFs), with what dom0 would
 * say about it; it stops and returns what `each` returned when that is not 0.
 */
struct config_space {
    const struct config_space_ops *ops;
    enum xpci_source source;
};

/* What a source knows of a function beside its config space. */
struct config_space_hint {
    uint8_t type;    /* enum xpci_type; XPCI_TYPE_UNKNOWN: it does not tell */
    bool is_express; /* it has a PCI Express capability */
};

typedef int config_space_each(void *data, uint32_t sbdf,
                              const struct xpci_report *report);

struct config_space_ops {
    uint32_t (*read)(struct config_space *space, uint32_t sbdf,
                     unsigned int offset);
    int (*list)(struct config_space *space, config_space_each *each,
                void *data);
    void (*close)(struct config_space *space);
    /* NULL where config space is all there is. */
    void (*hint)(struct config_space *space, uint32_t sbdf,
                 struct config_space_hint *hint);
};

/*
 * What went wrong in a sentence, with file and line where there is one.
 * Set by whoever returns a negative errno value and takes a message.
 */
struct xpci_message {
    char text[512];
};

/*
 * Open config space; on success `*space` is to be closed with
 * config_space_close() (NULL is fine there).  A negative errno value and
 * `message` otherwise: -ENOENT, -EACCES, -EINVAL (not readable as such).
 * What is readable in part (config space cut after 64 bytes, a segment above
 * ffff) is read, and said once for each kind through `warn` (may be NULL).
 */
typedef void config_space_warn(void *data, const char *text);

int __must_check config_space_open_live(struct config_space **space,
                                        config_space_warn *warn, void *data,
                                        struct xpci_message *message);
/* `path`: a file that `lspci -x`, -xxx or -xxxx printed; "-" is stdin. */
int __must_check config_space_open_dump(struct config_space **space,
                                        const char *path,
                                        config_space_warn *warn, void *data,
                                        struct xpci_message *message);
/* `path`: a directory laid out like /sys, or one that has such a `sys`. */
int __must_check config_space_open_sysfs(struct config_space **space,
                                         const char *path,
                                         config_space_warn *warn, void *data,
                                         struct xpci_message *message);
void config_space_close(struct config_space *space);

/*
 * `snapshot` was taken of tables that were filled from `space`.  They take a
 * function whose capabilities cannot be read for one that has none, as Xen
 * does: here its type, and what follows from it, becomes unknown, or what
 * `space` knows of it otherwise.
 */
void snapshot_grade(struct xpci_snapshot *snapshot, struct config_space *space);

/* The embedded hypervisor itself. */
struct embedded {
    struct xpci *xpci;
    struct embedded_state *state;
};

/*
 * On config space that stays the caller's.  0 or -ENOMEM.
 */
int __must_check embedded_init(struct embedded *hypervisor,
                               struct config_space *space);
void embedded_dispose(struct embedded *hypervisor);

/* Fault injection: the next `count`-th allocation from now fails (0: none). */
void embedded_fail_allocation(struct embedded *hypervisor, unsigned int count);

/* Bytes allocated and not given back. */
size_t embedded_allocated(const struct embedded *hypervisor);

/*
 * Boot: the hypervisor's own scan of every segment that `space` has, then
 * dom0's reports of everything.  0 or the first error.
 */
int __must_check embedded_boot(struct embedded *hypervisor);

/* A device that dom0 reports or removes, through the hypercalls. */
int __must_check embedded_add(struct embedded *hypervisor, uint32_t sbdf,
                              const struct xpci_report *report);
int __must_check embedded_remove(struct embedded *hypervisor, uint32_t sbdf);
int __must_check embedded_reset(struct embedded *hypervisor, uint32_t sbdf);

/*
 * What a toolstack does with a device, as Xen's domctls do: give it to a domain
 * (0; -ENODEV: not known, or displaced; -EBUSY: a guest has it; -ENOMEM); take
 * it from a guest, to the quarantine, or from the quarantine, to dom0 (0,
 * -ENODEV); and destroy a domain, whose devices go to the quarantine.
 */
int __must_check embedded_assign(struct embedded *hypervisor, uint32_t sbdf,
                                 uint16_t domain);
int __must_check embedded_deassign(struct embedded *hypervisor, uint32_t sbdf);
void embedded_destroy(struct embedded *hypervisor, uint16_t domain);

/*
 * What a driver in the domain that has a device does: use its interrupts (0;
 * -ENODEV: not known, or displaced; -ENOMEM), and use them no more.  While they
 * are in use and the device answers, removing it is -EBUSY; once it is gone,
 * they are taken from the driver.
 */
int __must_check embedded_bind(struct embedded *hypervisor, uint32_t sbdf);
void embedded_unbind(struct embedded *hypervisor, uint32_t sbdf);

/*
 * Replay a trace (formats.md, "Traces") on the module or on the model of a
 * stock Xen.  `out` gets what the trace prints and what differs, a line
 * each.  0: replayed as expected; 1: an outcome differed, or the model's host
 * went down; -EINVAL and others with `message`: cannot be read, and nothing
 * of it was carried out.
 */
enum trace_model {
    TRACE_MODEL_MODULE,
    TRACE_MODEL_STOCK
};

int __must_check trace_replay(const char *path, enum trace_model model,
                              bool verbose, FILE *out,
                              struct xpci_message *message);
/* The same; `out` gets one JSON object on one line, or nothing on an error. */
int __must_check trace_replay_json(const char *path, enum trace_model model,
                                   FILE *out, struct xpci_message *message);

/* The topology as JSON, one line (formats.md).  0 or -ENOMEM or -EIO. */
int __must_check snapshot_print_json(const struct xpci_snapshot *snapshot,
                                     FILE *out);

/*
 * Read what snapshot_print_json() wrote: devices, buses and problems; what
 * it does not write (revisions, flags such as stale) is as if it were not so.
 * `snapshot` is initialised and empty, and stays so on an error: -EINVAL and
 * "NAME: WHERE: found ..., expected ..." in `message`, -EFBIG, -ENOMEM, or
 * why `in` cannot be read.
 */
int __must_check snapshot_read_json(struct xpci_snapshot *snapshot, FILE *in,
                                    const char *name,
                                    struct xpci_message *message);

#endif /* XEN_PCI_EMBEDDED_H */
