/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text that `lspci -x`, -xxx and -xxxx print, checked line by line.
 */
#ifndef EMBEDDED_DUMP_TEXT_H
#define EMBEDDED_DUMP_TEXT_H

#include <stdio.h>

#include "message.h"

/*
 * Read `in` (called `name` in messages) and write to `out` the lines that
 * libpci's reader needs and nothing else: device lines and whole hex rows,
 * in segments up to ffff.  libpci is lenient with some garbage and fatal on
 * other; what passes here it reads without either.
 *
 * 0; -EINVAL and "NAME:LINE: found ..., expected ..."; -EIO; -ENOMEM.
 */
int __must_check dump_text_check(FILE *in, const char *name, FILE *out,
                                 const struct warning_sink *sink,
                                 struct xpci_message *message);

#endif /* EMBEDDED_DUMP_TEXT_H */
