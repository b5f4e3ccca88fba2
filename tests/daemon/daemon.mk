# SPDX-License-Identifier: GPL-2.0-only
# The daemon: its parts, the whole on a machine that changes, killed at every
# step, and the program as an administrator runs it; all with the sanitizers.

DAEMON_TEST_SOURCES := $(wildcard tests/daemon/*.c)
DAEMON_PART_SOURCES := $(filter-out dom0-agent/daemon/main.c,$(DAEMON_SOURCES))
DAEMON_SCRATCH := $(abspath $(BUILD))/tests/daemon

$(BUILD)/tests/daemon/unit: $(call san,$(DAEMON_TEST_SOURCES) \
		$(DAEMON_PART_SOURCES) $(AGENT_LIB_SOURCES)) \
		$(BUILD)/san/libxenpci.a
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^ $(LIBS) $(XEN_LIBS) $(DAEMON_LIBS) -lcunit

.PHONY: check-daemon
check-daemon: $(BUILD)/tests/daemon/unit $(BUILD)/san/xen-pcid
	rm -rf $(DAEMON_SCRATCH)/scratch
	mkdir -p $(DAEMON_SCRATCH)/scratch
	$(BUILD)/tests/daemon/unit $(DAEMON_SCRATCH)/scratch
