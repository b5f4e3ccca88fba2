/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every fuzz target needs: choices from the input, and the input as a
 * file for what only reads files.
 */
#ifndef TESTS_FUZZ_BYTES_H
#define TESTS_FUZZ_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Inputs beyond this are not looked at: they find nothing that less does not.
 */
#define FUZZ_MOST 4096U

struct bytes {
    const uint8_t *next;
    size_t left;
};

/* The next byte, or bytes of a number; zeros when there are none left. */
uint8_t bytes_u8(struct bytes *bytes);
uint16_t bytes_u16(struct bytes *bytes);
uint32_t bytes_u32(struct bytes *bytes);
/* A choice from 0 to `count` - 1. */
unsigned int bytes_choice(struct bytes *bytes, unsigned int count);
/*
 * The bytes up to the next separator, which is 0 (and the end of the input),
 * as a string of at most `size` - 1; returns `text`.
 */
char *bytes_text(struct bytes *bytes, char *text, size_t size);

/*
 * The input as a regular file: writes its path to `path`, which has
 * FUZZ_PATH_LENGTH bytes, and returns its descriptor, to be closed.
 */
#define FUZZ_PATH_LENGTH 64
int bytes_file(const uint8_t *data, size_t size, char *path);

/* Somewhere to print to, always the same. */
FILE *bytes_nowhere(void);

/* Ends the process as a crash, with what is wrong. */
void __attribute__((format(printf, 1, 2), noreturn))
fuzz_found(const char *format, ...);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif /* TESTS_FUZZ_BYTES_H */
