# SPDX-License-Identifier: GPL-2.0-only
# The agent: its parts by tables, the whole on pairs of made-up machines, and
# the program as a user runs it; all with the sanitizers.

AGENT_TEST_SOURCES := $(wildcard tests/agent/*.c)
AGENT_WORLDS := $(BUILD)/tests/agent/worlds

$(BUILD)/tests/agent/unit: $(call san,$(AGENT_TEST_SOURCES) \
		$(AGENT_LIB_SOURCES)) $(BUILD)/san/libxenpci.a
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^ $(LIBS) $(XEN_LIBS) -lcunit

.PHONY: check-agent
check-built: $(BUILD)/tests/agent/unit $(BUILD)/san/xen-pcid
check-agent: $(BUILD)/tests/agent/unit $(BUILD)/san/xen-pcid
	tests/agent/worlds.py $(AGENT_WORLDS)
	$(BUILD)/tests/agent/unit $(AGENT_WORLDS)
	tests/agent/run --program $(BUILD)/san/xen-pcid --worlds $(AGENT_WORLDS)
