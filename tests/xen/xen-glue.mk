# SPDX-License-Identifier: GPL-2.0-only
#
# The glue inside Xen (xen-pci/xen), compiled in a process against a thin fake
# of the Xen functions that it calls: what Xen runs is what is tested.

GLUE_SOURCES := $(wildcard xen-pci/xen/*.c)
FAKE_SOURCES := $(addprefix tests/xen/,lib.c config.c pci.c irq.c vtd.c amd.c \
	hypfs.c sound.c ending.c)
# Xen's headers that the glue includes: all are the fake's.
FAKE_HEADERS := $(addprefix $(BUILD)/tests/xen/include/,$(addprefix xen/, \
	acpi.h compile.h compiler.h err.h errno.h event.h guest_access.h \
	hypfs.h init.h iommu.h irq.h kernel.h keyhandler.h lib.h list.h msi.h \
	param.h pci.h sched.h string.h types.h vmap.h xmalloc.h) \
	asm/msi.h xsm/xsm.h $(addprefix passthrough/,amd/iommu.h vtd/dmar.h \
	vtd/extern.h vtd/iommu.h))

$(FAKE_HEADERS):
	@mkdir -p $(@D)
	@echo '#include <fake.h>' >$@

# The glue brings its own <xen-pci/env.h>; the fake and its tests see that too.
GLUE_FLAGS := -I$(BUILD)/tests/xen/include -Itests/xen -Ixen-pci/xen/include \
	-Ixen-pci/include -iquote xen-pci -iquote xen-pci/xen -D_GNU_SOURCE
GLUE_OBJECTS = $(call san,$(GLUE_SOURCES) $(FAKE_SOURCES))
GLUE_TEST_OBJECTS = $(call san,$(addprefix tests/xen/,script.c cases.c \
	child.c faults.c hypfs_test.c main.c))
GLUE_RANDOM_OBJECTS = $(call san,$(addprefix tests/xen/,child.c random.c))
$(GLUE_OBJECTS) $(GLUE_TEST_OBJECTS) $(GLUE_RANDOM_OBJECTS): $(FAKE_HEADERS)
$(GLUE_OBJECTS) $(GLUE_TEST_OBJECTS) $(GLUE_RANDOM_OBJECTS): \
	CPPFLAGS := $(GLUE_FLAGS)
# Xen's own build does not ask for these.
$(call san,$(GLUE_SOURCES)): WARNINGS += -Wno-unused-parameter \
	-Wno-sign-compare -Wno-pointer-arith -Wno-format-truncation

# The core as Xen has it, and the tests' config space.
GLUE_BELOW = $(call san,$(addprefix xen-pci/core/,$(XPCI_CORE) \
	$(XPCI_CORE_RESET)) $(addprefix tests/model/,world.c grow.c))
GLUE_RANDOM_BELOW = $(call san,$(addprefix tests/model/,stories.c tell.c \
	event.c))

$(BUILD)/tests/xen-glue: $(GLUE_OBJECTS) $(GLUE_TEST_OBJECTS) $(GLUE_BELOW)
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^ -lcunit

$(BUILD)/tests/xen-random: $(GLUE_OBJECTS) $(GLUE_RANDOM_OBJECTS) \
		$(GLUE_BELOW) $(GLUE_RANDOM_BELOW)
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^

.PHONY: check-xen check-xen-long
check-built: $(BUILD)/tests/xen-glue $(BUILD)/tests/xen-random
check-xen: $(BUILD)/tests/xen-glue $(BUILD)/tests/xen-random
	$(BUILD)/tests/xen-glue
	tests/check/one "random events" $(BUILD)/tests/xen-random \
		--events 20000 --seed 1007

# Each time other events.
check-xen-long: $(BUILD)/tests/xen-random
	$(BUILD)/tests/xen-random --events 1000000
check-long: check-xen-long
