# SPDX-License-Identifier: GPL-2.0-only
#
# The Makefile of drivers/xen-pci in a Xen tree, for Xen's own build: the core
# and the hypervisor's glue, in folders that are links.

xpci-files := $(patsubst $(srcdir)/%.c,%.o, \
	$(wildcard $(srcdir)/core/*.c) $(wildcard $(srcdir)/xen/*.c))

obj-y += $(filter-out $(if $(CONFIG_HYPFS),,xen/hypfs.o),$(xpci-files))

CFLAGS-y += -I$(srcdir)/include -iquote $(srcdir) -I$(srctree)/drivers
