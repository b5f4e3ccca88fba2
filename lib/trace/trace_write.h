/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Statements of a trace (trace.h), written.
 */
#ifndef LIB_TRACE_TRACE_WRITE_H
#define LIB_TRACE_TRACE_WRITE_H

#include <stdio.h>

#include <xen-pci/snapshot.h>

/* The first line of every trace. */
void trace_write_header(FILE *out);

/*
 * `config ...`, with which config space reads as `info` has it.  `is_pf`: it
 * has virtual functions.
 */
void trace_write_config(FILE *out, const struct xpci_device_info *info,
                        bool is_pf);

/* `add ...` without its end, so that an outcome can follow. */
void trace_write_add(FILE *out, const struct xpci_device_info *info);

#endif /* LIB_TRACE_TRACE_WRITE_H */
