# SPDX-License-Identifier: GPL-2.0-only
# Speed and memory of the tables, and of the tool on a large dump.

LINES_SOURCES := $(addprefix tests/bench/,lines.c machine.c measure.c)
BENCH_SOURCES := $(filter-out tests/bench/lines.c,$(wildcard tests/bench/*.c))
BENCH_DEVICES ?= 16000

$(BUILD)/bench: $(call rel,$(BENCH_SOURCES) $(CORE_SOURCES))
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lpthread

# Its variables have addresses that are known beforehand.
$(BUILD)/bench-lines: $(call rel,$(LINES_SOURCES) $(CORE_SOURCES))
	$(CC) $(CFLAGS) $(LDFLAGS) -no-pie -o $@ $^ -lpthread

$(BUILD)/bench-$(BENCH_DEVICES).lspci: tests/bench/gen-dump.py
	$< $(BENCH_DEVICES) > $@

.PHONY: bench
bench: $(BUILD)/bench $(BUILD)/bench-lines $(BUILD)/xl-pci $(BUILD)/xen-pcid \
		$(BUILD)/bench-$(BENCH_DEVICES).lspci
	$(BUILD)/bench
	@if command -v valgrind >/dev/null; then \
		tests/bench/lines.py $(BUILD)/bench-lines; \
	else \
		echo "cache lines not counted: there is no valgrind" \
			"(apt-get install valgrind)"; \
	fi
	tests/bench/tool-speed.py $(BUILD)/xl-pci \
		$(BUILD)/bench-$(BENCH_DEVICES).lspci
	scratch=$$(mktemp -d $(DAEMON_SCRATCH)/bench.XXXXXX) && \
		trap "rm -rf $$scratch" EXIT && \
		tests/bench/agent-speed.py $(BUILD)/xen-pcid $$scratch

# Guest instructions of the hypercalls in a real Xen, counted by QEMU.
.PHONY: bench-xen
bench-xen: lab-needs
	tests/lab/run --count
