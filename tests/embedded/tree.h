/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A directory laid out like /sys, made up for a test.
 */
#ifndef TESTS_EMBEDDED_TREE_H
#define TESTS_EMBEDDED_TREE_H

#include <stddef.h>
#include <stdint.h>

struct tree {
    char root[64];
};

/* One function's config space, as far as it matters here. */
struct tree_function {
    const char *place; /* below devices/, such as "pci0000:00/0000:00:01.0" */
    size_t size;       /* bytes of config space; 0: no such file */
    uint32_t id;       /* device ID and vendor ID */
    uint32_t class_code;
    uint8_t secondary; /* not 0: a bridge */
    uint8_t subordinate;
    uint8_t capability; /* where the capability list begins, or 0 */
    const char *node;   /* what numa_node says; NULL: no such file */
    const char *physfn; /* where the link of a VF leads; NULL: none */
};

/* All of these end the program when the file system refuses. */
void tree_init(struct tree *tree);
void tree_dispose(struct tree *tree);
void tree_add(const struct tree *tree, const struct tree_function *function);
/* A link `name` in bus/pci/devices to `place` below devices/. */
void tree_link(const struct tree *tree, const char *name, const char *place);

#endif /* TESTS_EMBEDDED_TREE_H */
