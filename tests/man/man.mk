# SPDX-License-Identifier: GPL-2.0-only
# The manual pages are clean, complete and true.

.PHONY: check-man
check-man: $(BUILD)/xl-pci $(BUILD)/xen-pcid
	tests/man/run --build $(BUILD)
