/* SPDX-License-Identifier: GPL-2.0-only */
/* The forms in which xl-pci dump prints a topology, one file for each. */
#ifndef XL_PCI_DUMP_H
#define XL_PCI_DUMP_H

#include "source.h"

/* All print to standard output, and return the exit code to end with. */

enum tool_exit dump_text(const struct topology *topology);

/* A picture as graphviz reads it, and as its program dot draws it. */
enum tool_exit dump_dot(const struct topology *topology, struct names *names);
enum tool_exit dump_svg(const struct topology *topology, struct names *names);

/* What lspci -xxxx prints: `lspci -F` reads it. */
enum tool_exit dump_lspci(const struct topology *topology, struct names *names);

/* A trace that makes the same topology: `xl-pci replay` reads it. */
enum tool_exit dump_trace(const struct topology *topology);

#endif /* XL_PCI_DUMP_H */
