# SPDX-License-Identifier: GPL-2.0-only
#
# Proofs of the core's own source, the model of its publication to readers,
# and the same under ThreadSanitizer.

TSAN := -O1 -g -Werror -fno-omit-frame-pointer -fsanitize=thread
TSAN_SOURCES := tests/proof/tsan.c $(TEST_HOST_SOURCES) $(CORE_SOURCES)

$(BUILD)/tsan/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(C_STD) $(CPPFLAGS) $(TSAN) $(WARNINGS) -MMD -MP -c -o $@ $<
-include $(shell find $(BUILD)/tsan -name '*.d' 2>/dev/null)

$(BUILD)/tests/tsan: $(TSAN_SOURCES:%.c=$(BUILD)/tsan/%.o)
	@mkdir -p $(@D)
	$(CC) $(TSAN) -o $@ $^ -lpthread

.PHONY: proof proof-core check-latch check-tsan
proof: proof-core check-latch
proof-core:
	tests/proof/prove $(BUILD)
check-latch:
	tests/proof/check-latch $(BUILD)
check-built: $(BUILD)/tests/tsan
check-tsan: $(BUILD)/tests/tsan
	tests/check/one "readers beside a writer" $(BUILD)/tests/tsan

$(BUILD)/tests/predicate: $(call san,tests/proof/predicate.c \
		$(TEST_HOST_SOURCES) $(CORE_SOURCES))
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^

.PHONY: check-predicate
check-built: $(BUILD)/tests/predicate
check-predicate: $(BUILD)/tests/predicate
	$(BUILD)/tests/predicate
