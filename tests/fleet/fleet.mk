# SPDX-License-Identifier: GPL-2.0-only
#
# make check-alerts   the shipped alerts over time (promtool), the dashboard
# make check-fleet    the same, and in a real Prometheus that scrapes a real
#                     node_exporter; a minute
#
# The Debian packages of both are unpacked under build/, not installed.

FLEET := $(BUILD)/tests/fleet
FLEET_PROGRAMS := $(abspath $(FLEET))/unpacked

FLEET_SOURCES := tests/fleet/refusing.c tests/daemon/world.c \
	tests/daemon/proxy.c tests/daemon/failing.c

$(FLEET)/refusing: $(call san,$(FLEET_SOURCES) $(DAEMON_PART_SOURCES) \
		$(AGENT_LIB_SOURCES)) $(BUILD)/san/libxenpci.a
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^ $(DAEMON_WRAP) $(LIBS) $(XEN_LIBS) \
		$(DAEMON_LIBS)

$(FLEET_PROGRAMS)/done: tests/fleet/fleet.mk
	rm -rf $(@D) && mkdir -p $(@D)
	cd $(@D) && apt-get -q download prometheus prometheus-node-exporter
	for package in $(@D)/*.deb; do dpkg -x $$package $(@D); done
	touch $@

.PHONY: check-alerts check-fleet
check-alerts: $(FLEET_PROGRAMS)/done
	python3 -B tests/fleet/run --programs $(FLEET_PROGRAMS)/usr/bin

check-fleet: $(FLEET_PROGRAMS)/done $(FLEET)/refusing $(BUILD)/xen-pcid
	python3 -B tests/fleet/run --programs $(FLEET_PROGRAMS)/usr/bin \
		--daemon $(BUILD)/xen-pcid --refusing $(FLEET)/refusing

check-long: check-fleet
