# SPDX-License-Identifier: GPL-2.0-only
# Tests of what runs the tests: each way to be green without having tested.

.PHONY: check-selftest
check-built: $(BUILD)/san/xl-pci $(BUILD)/tests/daemon/unit
check-selftest: $(BUILD)/san/xl-pci $(BUILD)/tests/daemon/unit
	BUILD=$(BUILD) python3 -B -m unittest discover -q -s tests/selftest \
		-p '*_test.py' -t tests/selftest
