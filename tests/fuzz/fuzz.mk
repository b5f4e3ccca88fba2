# SPDX-License-Identifier: GPL-2.0-only
#
# libFuzzer targets, each with AddressSanitizer and UBSan.
#
#   make fuzz SECONDS=600            all of them, for so long each
#   make fuzz SECONDS=600 FUZZ=dump  only this one
#   make check-fuzz                  a short, fixed budget for each

FUZZ_TARGETS := events hypercalls trace dump sysfs json hypfs conf journal \
	uevents
FUZZ ?= $(FUZZ_TARGETS)
SECONDS ?= 60
FUZZ_CC ?= clang
FUZZ_FLAGS := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all
FUZZ_FLAGS += -fsanitize=fuzzer-no-link,address,undefined

fuzzed = $(patsubst %.c,$(BUILD)/fuzz/%.o,$(1))

FUZZED_SOURCES = $(LIB_SOURCES) $(AGENT_LIB_SOURCES) \
	$(filter-out %/main.c,$(DAEMON_SOURCES)) \
	$(MODEL_LIB_SOURCES) tests/fuzz/bytes.c tests/fuzz/boot.c

$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(C_STD) $(CPPFLAGS) $(FUZZ_FLAGS) -MMD -MP -c -o $@ $<
-include $(shell find $(BUILD)/fuzz -name '*.d' 2>/dev/null)

$(BUILD)/fuzz/libfuzzed.a: $(call fuzzed,$(FUZZED_SOURCES))
$(BUILD)/fuzz/fuzz-%: $(BUILD)/fuzz/tests/fuzz/%.o $(BUILD)/fuzz/libfuzzed.a
	$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS) $(XEN_LIBS) \
		$(DAEMON_LIBS)
.SECONDARY: $(call fuzzed,$(FUZZ_TARGETS:%=tests/fuzz/%.c))

.PHONY: fuzz-deps fuzz check-fuzz
fuzz-deps:
	@command -v $(FUZZ_CC) >/dev/null || { \
		echo "fuzz: apt-get install clang libclang-rt-14-dev" >&2; exit 1; }
	@test -e "$$($(FUZZ_CC) -print-file-name=libclang_rt.fuzzer-x86_64.a)" || \
	test -e "$$($(FUZZ_CC) -print-runtime-dir)/libclang_rt.fuzzer-x86_64.a" || { \
		echo "fuzz: apt-get install libclang-rt-14-dev" >&2; exit 1; }

fuzz: fuzz-deps $(FUZZ:%=$(BUILD)/fuzz/fuzz-%)
	tests/fuzz/run --build $(BUILD)/fuzz --seconds $(SECONDS) $(FUZZ)

check-built: $(FUZZ_TARGETS:%=$(BUILD)/fuzz/fuzz-%)
check-fuzz: fuzz-deps $(FUZZ_TARGETS:%=$(BUILD)/fuzz/fuzz-%)
	tests/fuzz/run --build $(BUILD)/fuzz --seconds 6 $(FUZZ_TARGETS)
