/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of key=value words, read strictly.
 */
#ifndef LIB_HYPERVISOR_XEN_HYPFS_WORDS_H
#define LIB_HYPERVISOR_XEN_HYPFS_WORDS_H

#include <xen-pci/embedded.h>

#define WORDS_LINE 1024
#define WORDS_MAX 48

/*
 * A text that is read line by line.  The first error stays: the readers do
 * nothing and return zeroes once `rc` is set, so that a line's fields can be
 * read one after the other and asked about once.
 */
struct words {
    const char *where;
    const char *next; /* the rest of the text */
    unsigned int line;
    char text[WORDS_LINE]; /* the present line, cut at its spaces and '=' */
    struct {
        const char *key;
        const char *value;
    } word[WORDS_MAX];
    unsigned int count;
    struct xpci_message *message;
    int rc;
};

void words_init(struct words *words, const char *where, const char *text,
                struct xpci_message *message);

/* Set the error: what was found and what was expected, in words. */
void words_fail(struct words *words, const char *found, const char *expected);

/* The next line, cut into words: true, or false at the end or on an error. */
bool words_next(struct words *words);

/* The first line, "generation N". */
uint32_t words_generation(struct words *words);

/* A value of the present line; an error where its key is not there. */
const char *words_value(struct words *words, const char *key);
bool words_is_none(struct words *words, const char *key);

/* Exactly `digits` lower-case hex digits. */
uint32_t words_hex(struct words *words, const char *key, unsigned int digits);
/* The same, or 0 where it is "-". */
uint32_t words_hex_or_none(struct words *words, const char *key,
                           unsigned int digits);
/* An SBDF in `segment`. */
uint32_t words_sbdf(struct words *words, const char *key, uint16_t segment);

/* Decimal, up to 2^32 - 1: 0 or -EINVAL. */
int __must_check words_decimal(const char *text, uint32_t *value);

#endif /* LIB_HYPERVISOR_XEN_HYPFS_WORDS_H */
