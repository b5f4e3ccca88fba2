# SPDX-License-Identifier: GPL-2.0-only
#
# make check-package        the Debian packages in a bare Debian; minutes
# make check-reproducible   two builds of them give the same bytes
#
# PACKAGE_BASE=DIR takes a bare Debian 12 that is there already.

PACKAGE_BASE ?=

.PHONY: check-package check-reproducible check-long
check-package: deb $(BUILD)/xen-src/debian/source
	.ci/deps package
	python3 -B tests/package/run --debs $(BUILD)/deb --build-xen \
		--xen-tree $(BUILD)/xen-src/debian/source \
		$(if $(PACKAGE_BASE),--base $(PACKAGE_BASE))

check-reproducible:
	.ci/deps deb
	tests/package/reproducible $(BUILD)/reproducible

check-long: check-package check-reproducible
