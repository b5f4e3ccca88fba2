/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text that `lspci -x`, -xxx and -xxxx print, checked line by line.
 */
#ifndef LIB_CONFIG_SPACE_DUMP_TEXT_H
#define LIB_CONFIG_SPACE_DUMP_TEXT_H

#include "dump_rows.h"
#include "message.h"

/* A device of the dump. */
struct dump_device {
    uint32_t sbdf;
    uint16_t size; /* bytes of its config space that are there */
    unsigned long line;
};

struct dump_devices {
    struct dump_device *items; /* sorted by SBDF */
    size_t count;
    size_t room;
};

void dump_devices_init(struct dump_devices *devices);
void dump_devices_dispose(struct dump_devices *devices);
/* NULL: there is none. */
const struct dump_device *dump_devices_find(const struct dump_devices *devices,
                                            uint32_t sbdf);

/*
 * Read `in` (called `name` in messages) and write to `out` the lines that
 * libpci's reader needs and nothing else: device lines and hex rows (`rows`),
 * in segments up to ffff.  libpci is lenient with some garbage and fatal on
 * other; what passes here it reads without either.  `devices` is initialised
 * and empty, and to be disposed of in any case.
 *
 * 0; -EINVAL and "NAME:LINE: found ..., expected ..."; -EIO; -ENOMEM.
 */
int __must_check dump_text_check(FILE *in, const char *name, FILE *out,
                                 enum dump_rows rows,
                                 struct dump_devices *devices,
                                 const struct warning_sink *sink,
                                 struct xpci_message *message);

#endif /* LIB_CONFIG_SPACE_DUMP_TEXT_H */
