# SPDX-License-Identifier: GPL-2.0-only
#
# The Makefile of drivers/xen-pci in a Xen tree, for Xen's own build: the core
# and the hypervisor's glue, in folders that are links.

include $(srcdir)/core/sources.mk

obj-y += $(addprefix core/,$(XPCI_CORE:.c=.o))
obj-y += $(filter-out $(if $(CONFIG_HYPFS),,xen/hypfs.o), \
	$(patsubst $(srcdir)/%.c,%.o,$(wildcard $(srcdir)/xen/*.c)))

CFLAGS-y += -I$(srcdir)/include -I$(srcdir)/xen/include -iquote $(srcdir) \
	-I$(srctree)/drivers
