/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Config space of one function as the rows that libpci reads.
 */
#ifndef LIB_CONFIG_SPACE_DUMP_ROWS_H
#define LIB_CONFIG_SPACE_DUMP_ROWS_H

#include <stdio.h>

#include <xen-pci/env.h>

#define DUMP_CONFIG_MOST 4096U
#define DUMP_ROW_BYTES 16U

/* libpci takes longer over a byte than everybody else together. */
enum dump_rows {
    DUMP_ROWS_ALL,
    /*
     * Only what tells what the function is, where a bridge leads, and which
     * capabilities there are; what is left out reads as all ones.
     */
    DUMP_ROWS_THAT_MATTER,
};

/*
 * Write the first `size` (64 to DUMP_CONFIG_MOST) bytes in `config` to `out`.
 * 0 or -EIO.
 */
int __must_check dump_rows_write(FILE *out, const uint8_t *config,
                                 unsigned int size, enum dump_rows rows);

/*
 * Is the dword at `offset` among what matters?  DUMP_PERHAPS: it is where it
 * reads as anything but all ones.
 */
enum dump_knowledge {
    DUMP_KNOWN,
    DUMP_PERHAPS,
    DUMP_UNKNOWN,
};
enum dump_knowledge dump_rows_knowledge(unsigned int offset);

#endif /* LIB_CONFIG_SPACE_DUMP_ROWS_H */
