/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0's reports in their order, as a list.
 */
#ifndef XEN_PCI_PROCESS_REPORTS_H
#define XEN_PCI_PROCESS_REPORTS_H

#include <xen-pci/embedded.h>

struct reports {
    struct report_entry {
        uint32_t sbdf;
        struct xpci_report report;
    } * entries;
    size_t count;
    size_t room;
};

void reports_init(struct reports *reports);
void reports_dispose(struct reports *reports);

/* Everything that `space` lists, in its order.  0 or -ENOMEM or its error. */
int __must_check reports_read(struct reports *reports,
                              struct config_space *space);

#endif /* XEN_PCI_PROCESS_REPORTS_H */
