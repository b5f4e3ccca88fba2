# SPDX-License-Identifier: GPL-2.0-only
# The troubles of stock Xen: wrong there, right here.

.PHONY: check-traces
check-traces: $(BUILD)/san/xl-pci
	tests/traces/run $<
