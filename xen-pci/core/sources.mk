# SPDX-License-Identifier: GPL-2.0-only
#
# The core's sources, in this folder, for whoever builds it: the Makefile at
# the top (in a process) and xen/kbuild.mk (in Xen).

XPCI_CORE := bridge.c bus2bridge.c change.c clash.c config.c lookup.c \
	paths.c quarantine.c refresh.c remove.c \
	tables.c topology.c types.c valid.c walk.c

# The reset that dom0 reports: Xen has had that hypercall since 4.20.
XPCI_CORE_RESET := reset.c
