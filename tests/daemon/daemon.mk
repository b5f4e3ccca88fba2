# SPDX-License-Identifier: GPL-2.0-only
# The daemon: its parts, the whole on a machine that changes, killed at every
# step, and the program as an administrator runs it; all with the sanitizers.

DAEMON_TEST_SOURCES := $(wildcard tests/daemon/*.c)
comma := ,
DAEMON_PART_SOURCES := $(filter-out dom0-agent/main.c,$(DAEMON_SOURCES))

# Calls that tests/daemon/failing.c lets fail, by the names that the linker
# knows: with large files, open() is open64().
DAEMON_WRAPPED := malloc calloc realloc reallocarray strdup open_memstream \
	vasprintf asprintf read write fdatasync fsync fstat64 fchmod rename link \
	mkdir access fopen64 fdopen fflush ftello64 open64 close fclose \
	fdopendir readdir64 realpath readlink memfd_create dup openat64 pread64 \
	readlinkat fstatat64
DAEMON_WRAP := $(addprefix -Wl$(comma)--wrap=,$(DAEMON_WRAPPED))
DAEMON_LINK = -o $@ $^ $(DAEMON_WRAP) $(LIBS) $(XEN_LIBS) $(DAEMON_LIBS) \
	-lcunit

DAEMON_UNIT_SOURCES := $(DAEMON_TEST_SOURCES) $(DAEMON_PART_SOURCES) \
	$(AGENT_LIB_SOURCES)
$(BUILD)/tests/daemon/unit: $(call san,$(DAEMON_UNIT_SOURCES)) \
		$(BUILD)/san/libxenpci.a
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) $(DAEMON_LINK)

# The same without the sanitizers, for what is measured.
$(BUILD)/tests/daemon/unit-rel: $(call rel,$(DAEMON_UNIT_SOURCES)) \
		$(BUILD)/libxenpci.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(DAEMON_LINK)

# In memory: these write and sync thousands of small files.
DAEMON_SCRATCH := $(shell test -w /dev/shm && echo /dev/shm || echo /tmp)
DAEMON_IN_SCRATCH = scratch=$$(mktemp -d $(DAEMON_SCRATCH)/xen-pcid.XXXXXX) && \
	trap "rm -rf $$scratch" EXIT && trap "exit 143" HUP INT TERM && set -e;

.PHONY: check-daemon check-daemon-long
check-built: $(BUILD)/tests/daemon/unit $(BUILD)/tests/daemon/unit-rel \
		$(BUILD)/san/xen-pcid
# Forking with the sanitizers is slow: hundreds of deaths without them here.
check-daemon: $(BUILD)/tests/daemon/unit $(BUILD)/tests/daemon/unit-rel \
		$(BUILD)/san/xen-pcid $(BUILD)/xen-pcid
	$(DAEMON_IN_SCRATCH) \
	FAILING_STRIDE=37 $(BUILD)/tests/daemon/unit $$scratch \
		journal conf parts store daemon trouble failing; \
	$(BUILD)/tests/daemon/unit-rel $$scratch fault; \
	tests/daemon/run --program $(BUILD)/san/xen-pcid --scratch $$scratch; \
	tests/daemon/run --fast --program $(BUILD)/xen-pcid \
		--scratch $$scratch

# Every call that can fail, of libraries and the system; a minute of idling; a
# storm; a day.
check-daemon-long: $(BUILD)/tests/daemon/unit $(BUILD)/tests/daemon/unit-rel \
		$(BUILD)/xen-pcid
	$(DAEMON_IN_SCRATCH) \
	GLIBC_TUNABLES=glibc.malloc.tcache_count=0 \
		$(BUILD)/tests/daemon/unit-rel $$scratch day; \
	tests/daemon/run --long --program $(BUILD)/xen-pcid \
		--scratch $$scratch; \
	$(BUILD)/tests/daemon/unit $$scratch failing fault
