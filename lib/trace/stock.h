/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of what a stock Xen 4.17 does with dom0's reports, written anew
 * from how it is documented to behave: a list of devices, and for each
 * segment an array from bus to bridge.  With its troubles; that is the point.
 */
#ifndef LIB_TRACE_STOCK_H
#define LIB_TRACE_STOCK_H

#include <xen-pci/embedded.h>

#define STOCK_BUSES 256U

/* A device in the list, as it was when it was entered. */
struct stock_device {
    struct stock_device *next;
    struct xpci_device_info info;
    bool owned; /* by dom0; a failed add leaves an entry without */
};

/* Which bridge leads to a bus. */
struct stock_way {
    bool map;
    uint8_t bus;
    uint8_t devfn;
};

struct stock_segment {
    struct stock_segment *next;
    uint16_t number;
    struct stock_device *devices;
    struct stock_way bus2bridge[STOCK_BUSES];
};

struct stock {
    struct config_space *space; /* the caller's */
    struct stock_segment *segments;
    uint32_t changes;
    const char *panic; /* why the host went down; NULL: it is up */
};

void stock_init(struct stock *stock, struct config_space *space);
void stock_dispose(struct stock *stock);

/* The bus scan of boot.  0 or -ENOMEM. */
int __must_check stock_scan(struct stock *stock, uint16_t segment);
/* One step of it.  -ENODEV: nothing answers there. */
int __must_check stock_scan_device(struct stock *stock, uint32_t sbdf);

/* Xen's return codes.  After one of these, look at stock->panic. */
int __must_check stock_add(struct stock *stock, uint32_t sbdf,
                           const struct xpci_report *report);
int __must_check stock_remove(struct stock *stock, uint32_t sbdf);
int __must_check stock_reset(struct stock *stock, uint32_t sbdf);

/* 1 and `*upstream`, 0: none, -1: the walk goes round. */
int stock_upstream(const struct stock *stock, uint32_t sbdf,
                   struct xpci_upstream *upstream);

/* What it has, with what is wrong in it.  0 or -ENOMEM. */
int __must_check stock_snapshot(const struct stock *stock,
                                struct xpci_snapshot *snapshot);

/* Is a device in its list? */
bool stock_knows(const struct stock *stock, uint32_t sbdf);

/* For the files of this model: what config space says now. */
int stock_identify(const struct stock *stock, uint32_t sbdf,
                   struct xpci_device_info *info);
struct stock_device *stock_find(const struct stock_segment *segment,
                                uint32_t sbdf);

#endif /* LIB_TRACE_STOCK_H */
