/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_FUZZ_BOOT_H
#define TESTS_FUZZ_BOOT_H

#include <xen-pci/embedded.h>

/*
 * Boot the embedded hypervisor on `space`, which it closes: the predicate
 * holds, and the topology can be printed and read again.
 */
void fuzz_boot(struct config_space *space);

#endif /* TESTS_FUZZ_BOOT_H */
