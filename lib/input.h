/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that people give us, as they are or compressed by gzip or xz.
 */
#ifndef LIB_INPUT_H
#define LIB_INPUT_H

#include <stdio.h>

#include <xen-pci/env.h>

/* What is unpacked of one file at most, in bytes. */
#define INPUT_MOST (UINT64_C(4) << 30)

/*
 * Open the file at `path`, or standard input for "-".  What begins as gzip or
 * xz writes it is unpacked while it is read; nothing else is looked at.  0, or
 * a negative errno value.  Reading can fail with errno as input_error() has it.
 */
int __must_check input_open(FILE **in, const char *path);

/* Standard input stays open.  NULL is fine. */
void input_close(FILE *in);

/* What errno `error` means for a file of input_open(), in words. */
const char *input_error(int error);

#endif /* LIB_INPUT_H */
