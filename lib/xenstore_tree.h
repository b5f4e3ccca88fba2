/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys and values: what a part of xenstore says, or shall say.
 */
#ifndef LIB_XENSTORE_TREE_H
#define LIB_XENSTORE_TREE_H

#include <xen-pci/env.h>

struct tree_entry {
    char *key; /* relative, such as "counts/devices" */
    char *value;
};

struct tree {
    struct tree_entry *entries;
    size_t count;
};

void tree_init(struct tree *tree);
void tree_dispose(struct tree *tree);

/* printf-like value; the caller sorts at the end.  0 or -ENOMEM. */
int __must_check tree_add(struct tree *tree, const char *key,
                          const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void tree_sort(struct tree *tree);

/*
 * What makes `now` of `before`, both sorted: `change` is called for each key
 * that is new or has another value, and with NULL as value for each that is
 * no more.  It stops at, and returns, what is not 0.
 */
typedef int tree_change(void *data, const char *key, const char *value);
int __must_check tree_difference(const struct tree *before,
                                 const struct tree *now, tree_change *change,
                                 void *data);

#endif /* LIB_XENSTORE_TREE_H */
