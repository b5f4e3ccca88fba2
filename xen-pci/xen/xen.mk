# SPDX-License-Identifier: GPL-2.0-only
#
# make xen                 a Xen with the module: build/xen/xen
# make xen XEN_DEBUG=y     with assertions: build/xen-debug/xen
# make xen XEN_SRC=DIR     from another Xen tree, which is copied
# make xen XEN_WITHOUT=INTEL_IOMMU, or AMD_IOMMU: for the other vendor alone,
#                          where Xen can (4.20 and later)
# make check-hooks         the hooks match, and stop the build where they do not
#
# Trees are under build/xen-src, objects under build/xen-obj.

XPCI_HV := xen-pci/xen
XEN_DEB_VERSION ?= 4.17.5+72-g01140da4e8-1
XEN_SRC ?=
XEN_DEBUG ?=
XEN_WITHOUT ?=

XEN_KIND := $(if $(XEN_DEBUG),-debug)$(if $(XEN_WITHOUT),-without-$(XEN_WITHOUT))
XEN_NAME := $(if $(XEN_SRC),$(notdir $(abspath $(XEN_SRC)))-$(shell \
	echo '$(abspath $(XEN_SRC))' | cksum | cut -d' ' -f1),debian)
XEN_TREE := $(BUILD)/xen-src/$(XEN_NAME)
XEN_OBJ := $(BUILD)/xen-obj/$(XEN_NAME)$(XEN_KIND)
XEN_OUT := $(BUILD)/xen$(XEN_KIND)

XPCI_HOOKS := $(wildcard $(XPCI_HV)/hooks/*.cocci) $(XPCI_HV)/apply-hooks.sh \
	$(XPCI_HV)/lay-in.sh

# Fixed, so that nothing is built again only because time has passed.
XEN_MAKE = +$(MAKE) --no-print-directory -C $(XEN_TREE)/tree/xen \
	O=$(abspath $(XEN_OBJ)) XEN_TARGET_ARCH=x86_64 XEN_BUILD_PE=n \
	XEN_BUILD_DATE=1970-01-01 XEN_BUILD_TIME=00:00:00 \
	XEN_BUILD_HOST=xen-pci XEN_WHOAMI=xen-pci XEN_DOMAIN=local

# The tools that Xen's build and this one need, by Debian's package names.
XEN_NEEDS := flex:flex bison:bison spatch:coccinelle bc:bc python3:python3 \
	gcc:gcc ld:binutils

.PHONY: xen
xen: $(XEN_OUT)/xen

.PHONY: xen-needs
xen-needs:
	@for need in $(XEN_NEEDS); do \
		command -v $${need%%:*} >/dev/null || { \
			echo "make xen: no $${need%%:*} here" \
				"(Debian package: $${need#*:})" >&2; \
			exit 1; }; \
	done

# The source as it came.
$(BUILD)/xen-src/debian/source: | xen-needs
	@mkdir -p $(@D)
	$(XPCI_HV)/fetch-source.sh $@.new $(XEN_DEB_VERSION)
	rm -rf $@ && mv $@.new/xen $@ && rmdir $@.new

ifneq ($(XEN_SRC),)
# Is anything in it newer than the copy?
XEN_NEWER := $(shell test -e $(XEN_TREE)/copied && find '$(XEN_SRC)' \
	-name .git -prune -o -newer $(XEN_TREE)/copied -type f -print -quit)

.PHONY: xen-copy-again
$(XEN_TREE)/source: $(if $(XEN_NEWER),xen-copy-again) | xen-needs
	@test -f '$(XEN_SRC)/xen/Makefile' || { \
		echo "make xen: XEN_SRC=$(XEN_SRC) is not a Xen tree:" \
			"it has no xen/Makefile" >&2; exit 1; }
	@rm -rf $@ $@.new && mkdir -p $@.new && touch $(XEN_TREE)/copied
	tar -C '$(XEN_SRC)' --exclude=./.git -cf - . | tar -C $@.new -xf -
	@test ! -e $@.new/xen/.config || \
		$(MAKE) -s -C $@.new/xen distclean XEN_TARGET_ARCH=x86_64
	@rm -f $(XEN_TREE)/laid-in
	mv $@.new $@
endif

# A copy with the module in it; made anew when a hook changed.
$(XEN_TREE)/laid-in: $(XPCI_HOOKS) | $(XEN_TREE)/source
	rm -rf $(XEN_TREE)/tree
	cp -a $(XEN_TREE)/source $(XEN_TREE)/tree
	$(XPCI_HV)/lay-in.sh $(XEN_TREE)/tree
	@touch $@

$(XEN_OBJ)/.config: $(XEN_TREE)/laid-in $(XPCI_HV)/config.fragment
	@mkdir -p $(@D)
	@cp $(XPCI_HV)/config.fragment $@
	@echo '$(if $(XEN_DEBUG),CONFIG_DEBUG=y,# CONFIG_DEBUG is not set)' >>$@
	@$(if $(XEN_WITHOUT),echo '# CONFIG_$(XEN_WITHOUT) is not set' >>$@,:)
	@$(XEN_MAKE) olddefconfig >$(XEN_OBJ)/config.log 2>&1 || { \
		cat $(XEN_OBJ)/config.log >&2; rm -f $@; exit 1; }
	@for option in CONFIG_HVM CONFIG_HYPFS CONFIG_HAS_PCI; do \
		grep -q "^$$option=y" $@ || { \
			echo "make xen: $$option is off" >&2; exit 1; }; \
	done
	@test -z '$(XEN_WITHOUT)' || \
		grep -qx '# CONFIG_$(XEN_WITHOUT) is not set' $@ || { \
			echo "make xen: this Xen is never without" \
				"$(XEN_WITHOUT)" >&2; rm -f $@; exit 1; }
	@touch $@

# Xen's own build knows what depends on what.  Its output is long, and kept.
.PHONY: xen-build
xen-build: $(XEN_OBJ)/.config
	@echo "  XEN     $(XEN_OUT)/xen (log: $(XEN_OBJ)/build.log)"
	@$(XEN_MAKE) >$(XEN_OBJ)/build.log 2>&1 || { \
		grep -A3 -E 'error:|undefined reference|multiple definition' \
			$(XEN_OBJ)/build.log >&2; \
		tail -n 5 $(XEN_OBJ)/build.log >&2; \
		echo "make xen: Xen's build failed, see" \
			"$(XEN_OBJ)/build.log" >&2; exit 1; }

$(XEN_OUT)/xen: xen-build
	@mkdir -p $(@D)
	@cmp -s $(XEN_OBJ)/xen $@ || cp $(XEN_OBJ)/xen $@

.PHONY: check-hooks
check-hooks: $(XEN_TREE)/source
	$(XPCI_HV)/check-hooks.sh $(XEN_TREE)/source

# The bugs of a stock Xen (stock/README.md).  XEN_SRC: of another one.
.PHONY: check-stock-fixes
check-stock-fixes: $(XEN_TREE)/source
	$(XPCI_HV)/stock/check.sh $(XEN_TREE)/source
check-long: check-stock-fixes

# For one vendor's IOMMU alone.  XEN_SRC: a Xen that can, 4.20 or later.
.PHONY: check-vendors
check-vendors:
	+$(MAKE) --no-print-directory xen XEN_WITHOUT=INTEL_IOMMU
	+$(MAKE) --no-print-directory xen XEN_WITHOUT=AMD_IOMMU
	@! grep -H 'warning:' $(XEN_OBJ)-without-*/build.log
	@echo "check-vendors: 2 passed, 0 failed"
