/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the test host does with what it owns when the tables call it.
 */
#ifndef TESTS_MODEL_OWNING_H
#define TESTS_MODEL_OWNING_H

#include "host.h"

void owning_remove(struct test_host *host, uint32_t sbdf);
void owning_displaced(struct test_host *host, uint32_t sbdf, bool away);
void owning_unmap(struct test_host *host, uint16_t segment,
                  const struct xpci_bus_set *buses);
void owning_remap(struct test_host *host, uint16_t segment,
                  const struct xpci_bus_set *buses);

#endif /* TESTS_MODEL_OWNING_H */
