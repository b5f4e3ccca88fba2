/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets up what a process gives to the tables.
 */
#ifndef XEN_PCI_PROCESS_EMBEDDED_HOST_H
#define XEN_PCI_PROCESS_EMBEDDED_HOST_H

#include "embedded_state.h"

/* Fill in the functions of host.h, on `state`, and set up its lock. */
void embedded_host_init(struct embedded_state *state,
                        struct config_space *space);
void embedded_host_dispose(struct embedded_state *state);

#endif /* XEN_PCI_PROCESS_EMBEDDED_HOST_H */
