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

/* The dword at `offset`, all ones where nothing answers. */
uint32_t world_read(const struct world *world, uint32_t sbdf,
                    unsigned int offset);

#endif /* TESTS_MODEL_WORLD_H */
