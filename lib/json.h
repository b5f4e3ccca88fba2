/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing one JSON value on one line, by json-c.
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <stdio.h>

#include <xen-pci/env.h>

/* A tree of 256 buses nests object, array, object, array for each. */
#define JSON_DEPTH 2048

struct json_object;

/* Errors are kept: only json_print() returns one. */
struct json_writer {
    FILE *out;
    struct json_object *open[JSON_DEPTH]; /* from the outermost one on */
    unsigned int depth;
    bool failed; /* no memory for a value */
};

void json_begin(struct json_writer *writer, FILE *out);

/*
 * Print the value, which is complete, and free it.  0; -ENOMEM: no memory for
 * the value, and nothing is printed; -EIO.
 */
int __must_check json_print(struct json_writer *writer);

/* Free the value, and print nothing. */
void json_drop(struct json_writer *writer);

/* `key`, a literal, is NULL in an array.  `bracket` is '{' or '['. */
void json_open(struct json_writer *writer, const char *key, char bracket);
void json_close(struct json_writer *writer);

/* A string; `text` NULL writes null. */
void json_text(struct json_writer *writer, const char *key, const char *text);
/* A string of at most 63 characters, printf-like. */
void json_format(struct json_writer *writer, const char *key,
                 const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A bus number as a string, or null where `applies` is false. */
void json_bus(struct json_writer *writer, const char *key, bool applies,
              uint8_t bus);
/* An SBDF as a string, or null where `sbdf` is NULL. */
void json_sbdf(struct json_writer *writer, const char *key,
               const uint32_t *sbdf);
void json_number(struct json_writer *writer, const char *key, int64_t number);
/* A NUMA node, or null for XPCI_NO_NODE. */
void json_node(struct json_writer *writer, const char *key, uint32_t node);
void json_boolean(struct json_writer *writer, const char *key, bool value);
/* The same, or null where it is not known, or does not apply. */
void json_maybe(struct json_writer *writer, const char *key, bool known,
                bool value);

#endif /* LIB_JSON_H */
