# SPDX-License-Identifier: GPL-2.0-only
#
# make install            after the GNU conventions: DESTDIR=, prefix=, ...
# make install-strip      the same, without symbols
# make uninstall          takes away what `make install` has put there
#
# The daemon's configuration, journal and process ID file have fixed places,
# /etc/xen, /var/lib/xen-pci and /run, as Xen's own tools have them.  So
# sysconfdir and localstatedir do not follow prefix unless they are given.

prefix ?= /usr/local
exec_prefix ?= $(prefix)
bindir ?= $(exec_prefix)/bin
sbindir ?= $(exec_prefix)/sbin
libdir ?= $(exec_prefix)/lib
includedir ?= $(prefix)/include
datarootdir ?= $(prefix)/share
datadir ?= $(datarootdir)
docdir ?= $(datarootdir)/doc/xen-pci
mandir ?= $(datarootdir)/man
sysconfdir ?= /etc
localstatedir ?= /var
pkgconfigdir ?= $(libdir)/pkgconfig
bashcompletiondir ?= $(datadir)/bash-completion/completions
zshcompletiondir ?= $(datadir)/zsh/site-functions
systemdsystemunitdir ?= $(prefix)/lib/systemd/system
initdir ?= $(sysconfdir)/init.d

# The module with its hooks: what Xen needs of xen-pci/.
modulesrcdir ?= $(datadir)/xen-pci-module

INSTALL ?= install
INSTALL_PROGRAM ?= $(INSTALL)
INSTALL_SCRIPT ?= $(INSTALL)
INSTALL_DATA ?= $(INSTALL) -m 644

XPCI_VERSION := $(shell sed -n 's/^.define XPCI_VERSION "\(.*\)"/\1/p' \
	xen-pci/include/xen-pci/version.h)

XPCI_HEADERS := $(wildcard xen-pci/include/xen-pci/*.h \
	xen-pci/process/include/xen-pci/*.h)
XPCI_DOCS := README.md CONTRIBUTING.md CHANGELOG.md $(wildcard docs/*.md)
XPCI_MODULE_FILES := $(patsubst xen-pci/%,%,$(wildcard \
	xen-pci/core/*.[ch] xen-pci/core/sources.mk xen-pci/include/xen-pci/*.h \
	xen-pci/xen/*.[ch] xen-pci/xen/include/xen-pci/*.h \
	xen-pci/xen/doors/*.h xen-pci/xen/hooks/*.cocci xen-pci/xen/kbuild.mk))
XPCI_MODULE_SCRIPTS := xen/lay-in.sh xen/apply-hooks.sh

XPCI_UNIT := dom0-agent/xen-pcid.service
XPCI_INIT := dom0-agent/xen-pcid.init

# What stands in a file as @sbindir@ and the like.
XPCI_SUBST := -e 's|@version@|$(XPCI_VERSION)|g' -e 's|@prefix@|$(prefix)|g' \
	-e 's|@exec_prefix@|$(exec_prefix)|g' -e 's|@libdir@|$(libdir)|g' \
	-e 's|@includedir@|$(includedir)|g' -e 's|@sbindir@|$(sbindir)|g' \
	-e 's|@modulesrcdir@|$(modulesrcdir)|g' -e 's|/usr/sbin/|$(sbindir)/|g' \
	-e 's|@sysconfdir@|$(sysconfdir)|g'

D = $(DESTDIR)
# $(call subst_to,FROM,TO,MODE)
subst_to = sed $(XPCI_SUBST) $(1) >'$(2)' && chmod $(3) '$(2)'

.PHONY: install install-agent install-tools install-dev install-module
install: install-agent install-tools install-dev install-module

install-agent: $(BUILD)/xen-pcid
	$(INSTALL) -d '$(D)$(sbindir)' '$(D)$(mandir)/man8' '$(D)$(mandir)/man5' \
		'$(D)$(sysconfdir)/xen' '$(D)$(localstatedir)/lib/xen-pci' \
		'$(D)$(systemdsystemunitdir)' '$(D)$(initdir)' \
		'$(D)$(datadir)/xen-pci/prometheus' '$(D)$(datadir)/xen-pci/grafana'
	$(INSTALL_PROGRAM) $(BUILD)/xen-pcid '$(D)$(sbindir)/xen-pcid'
	$(INSTALL_DATA) docs/man/xen-pcid.8 '$(D)$(mandir)/man8/xen-pcid.8'
	$(INSTALL_DATA) docs/man/xen-pcid.conf.5 \
		'$(D)$(mandir)/man5/xen-pcid.conf.5'
	test -e '$(D)$(sysconfdir)/xen/xen-pcid.conf' || $(INSTALL_DATA) \
		dom0-agent/xen-pcid.conf '$(D)$(sysconfdir)/xen/xen-pcid.conf'
	$(call subst_to,$(XPCI_UNIT),$(D)$(systemdsystemunitdir)/xen-pcid.service,644)
	$(call subst_to,$(XPCI_INIT),$(D)$(initdir)/xen-pcid,755)
	$(INSTALL_DATA) packaging/prometheus/xen-pci.rules.yml \
		'$(D)$(datadir)/xen-pci/prometheus/xen-pci.rules.yml'
	$(INSTALL_DATA) packaging/prometheus/xen-pci.dashboard.json \
		'$(D)$(datadir)/xen-pci/grafana/xen-pci.dashboard.json'

install-tools: $(BUILD)/xl-pci
	$(INSTALL) -d '$(D)$(bindir)' '$(D)$(mandir)/man1' '$(D)$(mandir)/man5' \
		'$(D)$(bashcompletiondir)' '$(D)$(zshcompletiondir)' '$(D)$(docdir)/docs'
	$(INSTALL_PROGRAM) $(BUILD)/xl-pci '$(D)$(bindir)/xl-pci'
	$(INSTALL_DATA) docs/man/xl-pci.1 '$(D)$(mandir)/man1/xl-pci.1'
	$(INSTALL_DATA) docs/man/xen-pci-trace.5 \
		'$(D)$(mandir)/man5/xen-pci-trace.5'
	$(INSTALL_DATA) docs/man/xl-pci-json.5 \
		'$(D)$(mandir)/man5/xl-pci-json.5'
	$(INSTALL_DATA) packaging/completions/xl-pci.bash \
		'$(D)$(bashcompletiondir)/xl-pci'
	$(INSTALL_DATA) packaging/completions/xl-pci.zsh \
		'$(D)$(zshcompletiondir)/_xl-pci'
	$(INSTALL_DATA) $(filter-out docs/%,$(XPCI_DOCS)) '$(D)$(docdir)'
	$(INSTALL_DATA) $(filter docs/%,$(XPCI_DOCS)) '$(D)$(docdir)/docs'

install-dev: $(BUILD)/libxenpci.a
	$(INSTALL) -d '$(D)$(libdir)' '$(D)$(includedir)/xen-pci' \
		'$(D)$(pkgconfigdir)'
	$(INSTALL_DATA) $(BUILD)/libxenpci.a '$(D)$(libdir)/libxenpci.a'
	$(INSTALL_DATA) $(XPCI_HEADERS) '$(D)$(includedir)/xen-pci'
	$(call subst_to,packaging/xenpci.pc.in,$(D)$(pkgconfigdir)/xenpci.pc,644)

install-module:
	@set -e; for file in $(XPCI_MODULE_FILES); do \
		$(INSTALL) -d "$$(dirname "$(D)$(modulesrcdir)/$$file")"; \
		$(INSTALL_DATA) xen-pci/$$file "$(D)$(modulesrcdir)/$$file"; done
	@set -e; for file in $(XPCI_MODULE_SCRIPTS); do \
		$(INSTALL_SCRIPT) xen-pci/$$file "$(D)$(modulesrcdir)/$$file"; \
	done
	$(INSTALL) -d '$(D)$(bindir)' '$(D)$(sbindir)' '$(D)$(mandir)/man1' \
		'$(D)$(mandir)/man8' '$(D)$(sysconfdir)/grub.d' \
		'$(D)$(sysconfdir)/default/grub.d'
	$(call subst_to,packaging/xen-pci-module-build.in,$(D)$(bindir)/xen-pci-module-build,755)
	$(call subst_to,packaging/xen-pci-module-boot.in,$(D)$(sbindir)/xen-pci-module-boot,755)
	$(INSTALL_DATA) docs/man/xen-pci-module-build.1 \
		'$(D)$(mandir)/man1/xen-pci-module-build.1'
	$(INSTALL_DATA) docs/man/xen-pci-module-boot.8 \
		'$(D)$(mandir)/man8/xen-pci-module-boot.8'
	$(INSTALL_SCRIPT) packaging/grub/90_xen_pci \
		'$(D)$(sysconfdir)/grub.d/90_xen_pci'
	$(INSTALL_DATA) packaging/grub/zz-xen-pci.cfg \
		'$(D)$(sysconfdir)/default/grub.d/zz-xen-pci.cfg'

.PHONY: install-strip
install-strip:
	$(MAKE) INSTALL_PROGRAM='$(INSTALL_PROGRAM) -s' install

# A configuration that somebody has changed is theirs, and so is the journal.
.PHONY: uninstall
uninstall:
	rm -f '$(D)$(sbindir)/xen-pcid' '$(D)$(bindir)/xl-pci' \
		'$(D)$(bindir)/xen-pci-module-build' \
		'$(D)$(sbindir)/xen-pci-module-boot' \
		'$(D)$(sysconfdir)/grub.d/90_xen_pci' \
		'$(D)$(sysconfdir)/default/grub.d/zz-xen-pci.cfg' \
		'$(D)$(mandir)/man8/xen-pci-module-boot.8' \
		'$(D)$(mandir)/man8/xen-pcid.8' \
		'$(D)$(mandir)/man5/xen-pcid.conf.5' \
		'$(D)$(mandir)/man5/xen-pci-trace.5' \
		'$(D)$(mandir)/man5/xl-pci-json.5' \
		'$(D)$(mandir)/man1/xl-pci.1' \
		'$(D)$(mandir)/man1/xen-pci-module-build.1' \
		'$(D)$(systemdsystemunitdir)/xen-pcid.service' \
		'$(D)$(initdir)/xen-pcid' '$(D)$(bashcompletiondir)/xl-pci' \
		'$(D)$(zshcompletiondir)/_xl-pci' '$(D)$(libdir)/libxenpci.a' \
		'$(D)$(pkgconfigdir)/xenpci.pc'
	rm -rf '$(D)$(includedir)/xen-pci' '$(D)$(datadir)/xen-pci' \
		'$(D)$(modulesrcdir)' '$(D)$(docdir)'
	if cmp -s dom0-agent/xen-pcid.conf '$(D)$(sysconfdir)/xen/xen-pcid.conf'; \
		then rm -f '$(D)$(sysconfdir)/xen/xen-pcid.conf'; fi
	-rmdir '$(D)$(localstatedir)/lib/xen-pci' 2>/dev/null
