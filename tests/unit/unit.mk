# SPDX-License-Identifier: GPL-2.0-only
#
# The core, case by case (CUnit).

UNIT_MODEL_SOURCES := $(TEST_HOST_SOURCES) $(NAIVE_SOURCES) \
	$(addprefix tests/model/,listing.c small.c)

$(BUILD)/tests/unit: $(call san,$(UNIT_SOURCES) $(UNIT_MODEL_SOURCES) \
		$(CORE_SOURCES))
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^ -lcunit

.PHONY: check-unit check-unit-long
check-built: $(BUILD)/tests/unit
check-unit: $(BUILD)/tests/unit
	$(BUILD)/tests/unit

check-unit-long: $(BUILD)/tests/unit
	$(BUILD)/tests/unit --large
