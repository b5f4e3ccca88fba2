/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The journal as bytes.  Text in records of one size, so that a byte that is
 * wrong takes one record with it and no other:
 *
 *     xen-pci-journal 1                          (padded with spaces)
 *     SEQUENCE pending SBDF CHECKSUM
 *     SEQUENCE done    SBDF CHECKSUM
 *
 * SEQUENCE: 16 hex digits, one more with each record; CHECKSUM: CRC-32 of the
 * record before it, 8 hex digits; each record ends with a newline.
 */
#ifndef XEN_PCID_JOURNAL_FORMAT_H
#define XEN_PCID_JOURNAL_FORMAT_H

#include <xen-pci/env.h>

/* 16 + 1 + 7 + 1 + 12 + 1 + 8 + newline */
#define JOURNAL_RECORD 47U

enum journal_word {
    JOURNAL_PENDING,
    JOURNAL_DONE
};

struct journal_entry {
    uint64_t sequence;
    uint32_t sbdf;
    enum journal_word word;
};

/* `bytes` has JOURNAL_RECORD bytes, as in all of these; no NUL is written. */
void journal_format_header(char *bytes);
void journal_format_record(char *bytes, const struct journal_entry *entry);

bool journal_is_header(const char *bytes);
/* True and `*entry`, or false: not a whole record. */
bool journal_parse_record(const char *bytes, struct journal_entry *entry);

#endif /* XEN_PCID_JOURNAL_FORMAT_H */
