# SPDX-License-Identifier: GPL-2.0-only
# What `make install` installs, used; and `make uninstall`.

.PHONY: check-install
check-built: $(BUILD)/libxenpci.a
check-install: $(BUILD)/xl-pci $(BUILD)/xen-pcid $(BUILD)/libxenpci.a
	tests/install/run --build $(BUILD)
