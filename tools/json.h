/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON as it goes: nothing is kept but how deep we are, so output of any
 * size takes the same memory.  Values are written by json-c.
 */
#ifndef XL_PCI_JSON_H
#define XL_PCI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A tree of 256 buses nests object, array, object, array for each. */
#define JSON_DEPTH 2048

struct json_writer {
    FILE *out;
    unsigned int depth;
    bool has_items[JSON_DEPTH];
    char closing[JSON_DEPTH];
    bool failed; /* no memory for a value */
};

void json_begin(struct json_writer *writer, FILE *out);

/*
 * End the line.  0, or -ENOMEM where a value could not be written (that was
 * said on standard error already).
 */
int json_end(struct json_writer *writer);

/* `key` is NULL in an array.  `bracket` is '{' or '['. */
void json_open(struct json_writer *writer, const char *key, char bracket);
void json_close(struct json_writer *writer);

/* A string; `text` NULL writes null. */
void json_text(struct json_writer *writer, const char *key, const char *text);
/* A string of at most 63 characters, printf-like. */
void json_format(struct json_writer *writer, const char *key,
                 const char *format, ...) __attribute__((format(printf, 3, 4)));
void json_number(struct json_writer *writer, const char *key, int64_t number);
void json_boolean(struct json_writer *writer, const char *key, bool value);

#endif /* XL_PCI_JSON_H */
