/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Removals that were seen and are not confirmed yet, on disk: what survives
 * the daemon, and says after a crash what has to be carried out first.
 *
 * A removal is pending from journal_pend(), which returns when it is on disk,
 * until journal_done().  A crash at any byte loses nothing that
 * journal_pend() had confirmed; a journal_done() that is lost with it is
 * harmless, since removing what is not known does nothing.
 */
#ifndef XEN_PCID_JOURNAL_H
#define XEN_PCID_JOURNAL_H

#include <xen-pci/embedded.h>

#include "agree/sbdf_set.h"

struct journal {
    char *path; /* NULL: in memory only, by choice */
    int fd;     /* -1: none */
    bool dirty; /* the file does not say what is pending: write it anew */
    struct sbdf_set pending;
    uint64_t sequence; /* of the next record */
    size_t records;    /* in the file */
};

void journal_init(struct journal *journal);
/* Closes it; what is pending stays so on disk.  May be called twice. */
void journal_dispose(struct journal *journal);

/*
 * Read the journal at `path` (NULL: none, all stays in memory), and leave a
 * clean one there.  A file in which something cannot be read is kept beside
 * it as PATH.set-aside.N, and all records of it that can be read count.
 *
 * 0, with something worth saying in `message` or an empty string there.
 * A negative errno value and `message`: what was readable counts, but nothing
 * can be written; journal_repair() tries that again.  -ENOMEM: unusable.
 */
int __must_check journal_open(struct journal *journal, const char *path,
                              struct xpci_message *message);

/*
 * These removals were seen.  0: on disk; a negative errno value and
 * `message`: they are pending in memory only (-ENOMEM: not even there).
 */
int __must_check journal_pend(struct journal *journal, const uint32_t *sbdf,
                              size_t count, struct xpci_message *message);

/* This removal is confirmed, or nothing is left of it to be done. */
void journal_done(struct journal *journal, uint32_t sbdf);

bool journal_has(const struct journal *journal, uint32_t sbdf);

/* Is what is pending on disk? */
bool journal_is_safe(const struct journal *journal);

/* Where it is not: try again.  As journal_pend(). */
int __must_check journal_repair(struct journal *journal,
                                struct xpci_message *message);

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

#endif /* XEN_PCID_JOURNAL_H */
