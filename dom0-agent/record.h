/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing a trace that `xl-pci replay` replays: what the hypervisor knew when
 * the recording began, what config space reads as from then on, and every
 * hypercall with its outcome.  What dom0's kernel told the hypervisor by
 * itself is seen at the next look, and recorded there.
 *
 * A record that cannot be written ends, and says so once; the daemon goes on.
 */
#ifndef XEN_PCID_RECORD_H
#define XEN_PCID_RECORD_H

#include <stdio.h>

#include <xen-pci/embedded.h>

/* What the trace has said so far, sorted by SBDF. */
struct record_said {
    struct xpci_device_info *devices;
    size_t count;
};

struct record {
    FILE *file; /* NULL: nothing is recorded */
    char *path;
    unsigned int most;         /* MiB; the record ends when it is longer */
    struct record_said config; /* config space as the replay reads it */
    struct record_said known;  /* the replay's tables */
    int error; /* a negative errno value: why it ended before its time */
};

void record_init(struct record *record);
/* May be called twice. */
void record_dispose(struct record *record);

/*
 * Begin a new file at `path`; it ends with the look or call that makes it
 * longer than `most` MiB.  0, or a negative errno value and `message`.
 */
int __must_check record_open(struct record *record, const char *path,
                             unsigned int most, struct xpci_message *message);

/* Both sides as they were seen at one moment. */
void record_look(struct record *record, const struct xpci_snapshot *dom0,
                 const struct xpci_snapshot *hypervisor);

/* A hypercall was made, and returned `rc`. */
void record_add(struct record *record, uint32_t sbdf,
                const struct xpci_report *report, int rc);
void record_remove(struct record *record, uint32_t sbdf, int rc);

#endif /* XEN_PCID_RECORD_H */
