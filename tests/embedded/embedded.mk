# SPDX-License-Identifier: GPL-2.0-only
# The embedded hypervisor's readers and its host.

$(BUILD)/tests/embedded: $(call san,$(wildcard tests/embedded/*.c)) \
		$(BUILD)/san/libxenpci.a
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^ $(LIBS) -lcunit

.PHONY: check-embedded
check-built: $(BUILD)/tests/embedded
check-embedded: $(BUILD)/tests/embedded
	$<
