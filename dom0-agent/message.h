/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_PCID_MESSAGE_H
#define XEN_PCID_MESSAGE_H

#include <xen-pci/embedded.h>

/* Set a message, printf-like, cut to its size. */
void message_say(struct xpci_message *message, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif /* XEN_PCID_MESSAGE_H */
