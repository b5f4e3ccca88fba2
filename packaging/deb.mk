# SPDX-License-Identifier: GPL-2.0-only
#
# make deb    Debian packages: build/deb/*.deb
#
# The source package is made of what git knows or would know (in a released
# archive: of all that is there), with packaging/debian as its debian folder.

DEB_DIR := $(BUILD)/deb
DEB_TREE = $(DEB_DIR)/xen-pci-$(XPCI_VERSION)

.PHONY: deb deb-tree
deb: deb-tree
	cd $(DEB_TREE) && dpkg-buildpackage -us -uc
	@ls $(DEB_DIR)/*.deb

deb-tree:
	.ci/deps deb
	rm -rf $(DEB_DIR)
	mkdir -p $(DEB_TREE)
	if [ -e .git ]; then \
		git ls-files -z -co --exclude-standard; else \
		find . \( -path ./$(BUILD) -o -path ./.git \) -prune -o \
		! -type d -print0; fi | \
		tar -c --null --verbatim-files-from --ignore-failed-read \
		-T - | tar -x -C $(DEB_TREE)
	cp -R packaging/debian $(DEB_TREE)/debian
	rm -rf $(DEB_TREE)/packaging/debian
