# SPDX-License-Identifier: GPL-2.0-only
# Speed and memory of the tables, and of the tool on a large dump.

BENCH_SOURCES := $(wildcard tests/bench/*.c)
BENCH_DEVICES ?= 16000

$(BUILD)/bench: $(call rel,$(BENCH_SOURCES) $(CORE_SOURCES))
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lpthread

$(BUILD)/bench-$(BENCH_DEVICES).lspci: tests/bench/gen-dump.py
	$< $(BENCH_DEVICES) > $@

.PHONY: bench
bench: $(BUILD)/bench $(BUILD)/xl-pci $(BUILD)/bench-$(BENCH_DEVICES).lspci
	$(BUILD)/bench
	tests/bench/tool-speed.py $(BUILD)/xl-pci \
		$(BUILD)/bench-$(BENCH_DEVICES).lspci
