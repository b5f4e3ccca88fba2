/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stable paths as they are, and not as hashes: each is a number, and two are
 * equal where they begin at the same root bus and take the same steps.
 */
#ifndef TESTS_MODEL_NAIVE_PATHS_H
#define TESTS_MODEL_NAIVE_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum path_kind {
    PATH_ROOT,  /* of a segment: step is the bus */
    PATH_BUS,   /* behind a bridge at a path: step is its devfn */
    PATH_DEVICE /* on a bus: step is its devfn, and how many buses further */
};

struct path_node {
    enum path_kind kind;
    int parent; /* of PATH_ROOT: the segment */
    unsigned int step;
    int next; /* with the same hash */
};

#define PATH_BUCKETS 1024

struct paths {
    struct path_node *nodes; /* number 0 is no path */
    size_t count;
    size_t room;
    int first[PATH_BUCKETS];
};

void paths_init(struct paths *paths);
/* May be called twice. */
void paths_dispose(struct paths *paths);

/* The number of a path, the same for the same. */
int paths_intern(struct paths *paths, enum path_kind kind, int parent,
                 unsigned int step);

struct path_set {
    int *entries;
    size_t count;
    size_t room;
};

void path_set_dispose(struct path_set *set);
void path_set_copy(struct path_set *to, const struct path_set *from);
bool path_set_has(const struct path_set *set, int path);
void path_set_add(struct path_set *set, int path);
/* True where it was there. */
bool path_set_delete(struct path_set *set, int path);

#endif /* TESTS_MODEL_NAIVE_PATHS_H */
