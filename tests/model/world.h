/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A synthetic config space: what sits at each SBDF now.  The core reads it
 * as dwords, the naive model asks for the facts.
 */
#ifndef TESTS_MODEL_WORLD_H
#define TESTS_MODEL_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORLD_SEGMENTS 4
#define WORLD_NO_PCIE (-1)

/*
 * How config space misbehaves until world_calm(): counted are the dwords that
 * are read of one function since world_begin().
 */
enum world_unrest {
    WORLD_STEADY,
    WORLD_SILENT_FROM,  /* all ones from the n-th on */
    WORLD_SILENT_AT,    /* only the n-th is all ones */
    WORLD_SILENT_UNTIL, /* all ones up to the n-th */
    WORLD_OTHER_FROM,   /* another device ID and class from the n-th on */
    WORLD_OTHER_AT,     /* only in the n-th */
    WORLD_NUMBERS_MOVE, /* a bridge's numbers are others at each read */
    WORLD_ID_MOVES,     /* so is the device ID */
    WORLD_UNRESTS
};

/* One function's config space, as far as it matters here. */
struct world_function {
    uint32_t sbdf;
    uint16_t vendor;
    uint16_t device;
    uint32_t class_revision; /* register 0x08 */
    uint8_t layout;          /* register 0x0e, bits 6-0 */
    bool multifunction;      /* register 0x0e, bit 7 */
    int8_t pcie;             /* Device/Port Type or WORLD_NO_PCIE */
    /* Registers 0x18 to 0x1a of layouts 1 and 2, unused otherwise. */
    uint8_t primary;
    uint8_t secondary;
    uint8_t subordinate;
    enum world_unrest unrest;
    unsigned int nth;
    unsigned int reads; /* since world_begin() */
};

struct world {
    struct world_function *functions;
    size_t count;
    size_t room;
    /* For each segment in use, the place of each SBDF in `functions` + 1. */
    struct {
        bool used;
        uint16_t segment;
        int32_t *places[256]; /* of each bus in use */
    } index[WORLD_SEGMENTS];
};

void world_init(struct world *world);
/* May be called twice. */
void world_dispose(struct world *world);

/*
 * From now on config space at `function->sbdf` reads as this.  Ends the
 * program when there is no memory, or with more than WORLD_SEGMENTS segments.
 */
void world_set(struct world *world, const struct world_function *function);

/* From now on nothing answers at `sbdf`. */
void world_clear(struct world *world, uint32_t sbdf);

/* What is at `sbdf`, until the next change; NULL: nothing. */
const struct world_function *world_get(const struct world *world,
                                       uint32_t sbdf);

/* The dword at `offset`, all ones where nothing answers: one more read. */
uint32_t world_read(struct world *world, uint32_t sbdf, unsigned int offset);

/* What the `nth` (from 1) read of a function gives, if it is of this dword. */
uint32_t world_peek(const struct world *world, uint32_t sbdf, unsigned int nth,
                    unsigned int offset);

/* An operation begins: reads are counted anew. */
void world_begin(struct world *world);

/* From now on a function misbehaves, or all of them no longer do. */
void world_disturb(struct world *world, uint32_t sbdf, enum world_unrest unrest,
                   unsigned int nth);
void world_calm(struct world *world);
bool world_is_calm(const struct world *world);

#endif /* TESTS_MODEL_WORLD_H */
