# SPDX-License-Identifier: GPL-2.0-only
#
# The Makefile of drivers/xen-pci in a Xen tree, for Xen's own build: the core
# and the hypervisor's glue, in folders that are links.

include $(srcdir)/core/sources.mk

# Xen can be built without one of the IOMMU vendors since 4.19 (Intel's) and
# 4.20 (AMD's); before, both are always there.
xpci-built-with = $(if $(shell grep -s '^config $(1)$$' \
	$(srctree)/drivers/passthrough/Kconfig),$(CONFIG_$(1)),y)

xpci-glue-y := add_remove.o host.o iommu.o quarantine.o removal.o \
	rid_record.o settle.o text.o upstream.o
xpci-glue-$(CONFIG_HYPFS) += hypfs.o
xpci-glue-$(call xpci-built-with,INTEL_IOMMU) += vtd.o vtd_scopes.o
xpci-glue-$(call xpci-built-with,AMD_IOMMU) += amd.o amd_ivrs.o

obj-y += $(addprefix core/,$(XPCI_CORE:.c=.o))
obj-y += $(addprefix xen/,$(xpci-glue-y))

CFLAGS-y += -I$(srcdir)/include -I$(srcdir)/xen/include -iquote $(srcdir) \
	-I$(srctree)/drivers
