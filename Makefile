# SPDX-License-Identifier: GPL-2.0-only
#
# make            the programs: build/xl-pci and build/xen-pcid
# make run        this machine's devices, and the story of 2014, explained
# make check      all tests            make lint     style and static checks
# make bench      speed and memory     make xen      a Xen with the module
#
# Optimised objects are under build/rel, those for tests (-Werror, address
# and undefined behaviour sanitizers) under build/san.

BUILD := build
CC ?= gcc
CPPFLAGS := -Ixen-pci/include -Ixen-pci/process/include -iquote xen-pci -iquote lib \
	-isystem /usr/include/libxml2 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
WARNINGS := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wdeclaration-after-statement -Wshadow -Wpointer-arith -Wwrite-strings
CFLAGS ?= -O2 -g
C_STD := -std=gnu99
SANITIZE := -O1 -g -Werror -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all

include xen-pci/core/sources.mk
# The tables, with what a process does with them.
CORE_SOURCES := $(addprefix xen-pci/core/,$(XPCI_CORE) $(XPCI_CORE_RESET)) \
	$(addprefix xen-pci/process/,interrupts.c lifetime.c owners.c \
	physdev.c scan.c)
PROCESS_SOURCES := $(filter-out $(CORE_SOURCES),$(wildcard xen-pci/process/*.c))
DAEMON_SOURCES := $(wildcard dom0-agent/*.c)
TOOL_SOURCES := $(wildcard tools/*.c)
UNIT_SOURCES := $(wildcard tests/unit/*.c)
# The tests' host for the core: owners, a fake IOMMU, config space.
TEST_HOST_SOURCES := $(addprefix tests/model/,host.c owning.c iommu.c world.c \
	grow.c)
# The core a second time, and what compares the two.
NAIVE_SOURCES := $(addprefix tests/model/,naive.c naive_add.c naive_look.c \
	naive_paths.c naive_refresh.c naive_rules.c naive_ways.c)
MODEL_LIB_SOURCES := $(TEST_HOST_SOURCES) $(NAIVE_SOURCES) \
	$(addprefix tests/model/,listing.c event.c trial.c trial_check.c)

# libxenpci: the tables in a process, and topologies from anywhere.
LIB_SOURCES := $(CORE_SOURCES) $(PROCESS_SOURCES) lib/message.c \
	lib/json.c lib/ownership.c lib/input.c \
	$(wildcard lib/config_space/*.c lib/topology/*.c lib/trace/*.c)
# What the agent and the tool share beside it: talking to a real Xen.
AGENT_LIB_SOURCES := $(wildcard lib/hypervisor/*.c lib/agree/*.c) \
	lib/xenstore_tree.c

LIBS := -lpci -ljson-c -lz -llzma -lpthread
XEN_LIBS := -lxencall -lxenctrl -lxenhypfs -lxenstore
TOOL_LIBS := -lxlutil -lxenlight
# glibc loads libgcc_s for pthread_cancel(), which libxenstore needs when its
# connection breaks, and ends the process where there is none: named here, it
# is missed at the start and not then.
DAEMON_LIBS := -ludev -lsystemd \
	-Wl,--push-state,--no-as-needed -lgcc_s -Wl,--pop-state

rel = $(patsubst %.c,$(BUILD)/rel/%.o,$(1))
san = $(patsubst %.c,$(BUILD)/san/%.o,$(1))

.PHONY: all
all: $(BUILD)/xl-pci $(BUILD)/xen-pcid

$(BUILD)/rel/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(C_STD) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) -MMD -MP -c -o $@ $<

$(BUILD)/san/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(C_STD) $(CPPFLAGS) $(SANITIZE) $(WARNINGS) -MMD -MP -c -o $@ $<

$(BUILD)/libxenpci.a: $(call rel,$(LIB_SOURCES))
$(BUILD)/san/libxenpci.a: $(call san,$(LIB_SOURCES))
%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/xl-pci: $(call rel,$(TOOL_SOURCES) $(AGENT_LIB_SOURCES)) \
		$(BUILD)/libxenpci.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(XEN_LIBS) $(TOOL_LIBS)
$(BUILD)/xen-pcid: $(call rel,$(DAEMON_SOURCES) $(AGENT_LIB_SOURCES)) \
		$(BUILD)/libxenpci.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(XEN_LIBS) $(DAEMON_LIBS)
$(BUILD)/san/xl-pci: $(call san,$(TOOL_SOURCES) $(AGENT_LIB_SOURCES)) \
		$(BUILD)/san/libxenpci.a
	$(CC) $(SANITIZE) -o $@ $^ $(LIBS) $(XEN_LIBS) $(TOOL_LIBS)
$(BUILD)/san/xen-pcid: $(call san,$(DAEMON_SOURCES) $(AGENT_LIB_SOURCES)) \
		$(BUILD)/san/libxenpci.a
	$(CC) $(SANITIZE) -o $@ $^ $(LIBS) $(XEN_LIBS) $(DAEMON_LIBS)

# What a command leaves that fails, as where a program is missing, is no target.
.DELETE_ON_ERROR:

-include $(shell find $(BUILD)/rel $(BUILD)/san -name '*.d' 2>/dev/null)
-include tests/*/*.mk
-include xen-pci/xen/xen.mk
-include packaging/*.mk

# The packages first, or make would look for files that are not there yet.
.PHONY: run check check-all
run:
	.ci/deps run
	$(MAKE) --no-print-directory -s all
	tools/story/run $(BUILD)/xl-pci
check:
	.ci/deps check
	@exec $(MAKE) --no-print-directory check-all

# Each is `make check-SUITE`, which can be run alone; CHECKS="unit tool" runs
# these.  The lab takes all processors.  What they need is built first, by one
# make, or two suites might build the same at once.
CHECKS := selftest unit xen fuzz model daemon tsan hooks agent tool guests \
	install embedded traces predicate man mutants lab
.PHONY: check-all check-built
check-all:
	@exec tests/check/run --make $(MAKE) --logs $(BUILD)/check \
		--first check-built --alone lab $(CHECKS) $(MAKEOVERRIDES)
check-built: all

.PHONY: clean
clean:
	rm -rf $(BUILD)
