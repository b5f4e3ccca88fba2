/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Texts on their way out of the daemon, in a thread of their own: who looks,
 * plans and makes hypercalls does not wait for a disk, for the service manager
 * or for whoever reads the log.
 */
#ifndef XEN_PCID_OUTLET_H
#define XEN_PCID_OUTLET_H

#include <xen-pci/embedded.h>

struct outlet;

/* So many texts wait at most; what comes then is lost, and counted. */
#define OUTLET_MOST 1024U

/* Each text of this kind counts. */
#define OUTLET_EACH 0U
/* The text is a number: so many others were lost. */
#define OUTLET_LOST UINT32_MAX

/*
 * Pass on a text, in the outlet's thread, which may wait.  0, or a negative
 * errno value and `message`.
 */
typedef int outlet_write(void *data, unsigned int kind, const char *text,
                         struct xpci_message *message);

/*
 * `news` (-1: none) is an eventfd that is written to when a text fails after
 * one that did not, and the other way round.  NULL: no memory, or no thread.
 */
struct outlet *outlet_open(outlet_write *write, void *data, int news);

/*
 * Never waits.  A text of a kind that is not OUTLET_EACH takes the place of an
 * older one of its kind that still waits.  Where there is no memory the text
 * is lost, and counted.
 */
void outlet_put(struct outlet *outlet, unsigned int kind, const char *text);

/* What the latest text returned; `message` where that is not 0. */
int outlet_result(struct outlet *outlet, struct xpci_message *message);

/* No more is put; outlet_close() follows.  NULL is fine. */
void outlet_end(struct outlet *outlet);

/*
 * Wait until `deadline` (milliseconds of the monotonic clock) at most for all
 * that waits to be out, and end the thread.  false: it waits for somebody, and
 * is left alone with its memory; the process is about to end.
 */
bool outlet_close(struct outlet *outlet, uint64_t deadline);

#endif /* XEN_PCID_OUTLET_H */
