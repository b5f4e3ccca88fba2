/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A snapshot as a part of a larger JSON value.
 */
#ifndef LIB_TOPOLOGY_SNAPSHOT_JSON_H
#define LIB_TOPOLOGY_SNAPSHOT_JSON_H

#include <xen-pci/snapshot.h>

#include "json.h"

/* The object that snapshot_print_json() prints; `key` is NULL in an array. */
void snapshot_write_json(const struct xpci_snapshot *snapshot,
                         struct json_writer *json, const char *key);

#endif /* LIB_TOPOLOGY_SNAPSHOT_JSON_H */
