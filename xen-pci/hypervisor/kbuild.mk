# SPDX-License-Identifier: GPL-2.0-only
#
# The Makefile of drivers/xen-pci in a Xen tree, for Xen's own build: the core
# and the hypervisor's glue.  `core` is a link to the xen-pci folder.

xpci-files := $(patsubst $(srcdir)/%.c,%.o, \
	$(wildcard $(srcdir)/core/*.c) $(wildcard $(srcdir)/core/hypervisor/*.c))

obj-y += $(filter-out $(if $(CONFIG_HYPFS),,core/hypervisor/hypfs.o), \
	$(xpci-files))

CFLAGS-y += -I$(srcdir)/core/include -I$(srcdir)/core -I$(srctree)/drivers
