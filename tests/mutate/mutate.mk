# SPDX-License-Identifier: GPL-2.0-only
#
# How good the tests are: what they reach, and whether they notice errors.

# make mutate ONLY="3 17" tries only these.
# The tests' objects, built as usual; see unit.mk and model.mk.
MUTATE_UNIT = $(call san,$(UNIT_SOURCES) $(UNIT_MODEL_SOURCES) $(CORE_SOURCES))
MUTATE_MODEL = $(RANDOM_OBJECTS)
# What only readers beside a writer can see (proof.mk has it with TSan).
MUTATE_READERS = $(call san,tests/proof/tsan.c $(TEST_HOST_SOURCES) \
	$(CORE_SOURCES))

# The glue is compiled with the fake of Xen.
MUTATE_GLUE = $(GLUE_OBJECTS) $(GLUE_BELOW)

.PHONY: mutate
mutate: $(BUILD)/tests/unit $(BUILD)/tests/random-events $(MUTATE_READERS) \
		$(BUILD)/tests/xen-glue $(BUILD)/tests/xen-random
	@ONLY="$(ONLY)" CC="$(CC)" FLAGS="$(C_STD) $(CPPFLAGS) $(SANITIZE)" \
		XEN_FLAGS="$(C_STD) $(GLUE_FLAGS) $(SANITIZE)" \
		tests/mutate/run $(BUILD) "unit=$(MUTATE_UNIT)=" \
		"random-events=$(MUTATE_MODEL)=--events 20000 --seed 1" \
		"readers=$(MUTATE_READERS)=50000" \
		"xen-glue=$(MUTATE_GLUE) $(GLUE_TEST_OBJECTS)=" \
		"xen-random=$(MUTATE_GLUE) $(GLUE_RANDOM_BELOW) \
		$(GLUE_RANDOM_OBJECTS)=--events 10000 --seed 1"

# A change that can no longer be made is noticed when the core changes.
.PHONY: check-mutants
check-mutants:
	tests/check/one "changes that can be made" tests/mutate/run --match

# Branches that no test takes, layer by layer, each with what it is to reach in
# per cent.  Without sanitizers, whose own branches would count.
COVERAGE_TESTS ?= check-unit check-predicate check-model check-traces \
	check-embedded check-tool check-agent check-daemon
COVERAGE_LAYERS ?= core:xen-pci/core:98 process:xen-pci/process:85 \
	lib:lib:85 daemon:dom0-agent:85 tool:tools:85
.PHONY: coverage
coverage:
	@command -v gcovr >/dev/null || \
		{ echo "coverage: apt-get install gcovr" >&2; exit 1; }
	@rm -rf $(BUILD)/coverage && mkdir -p $(BUILD)/coverage
	+$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage \
		SANITIZE="-O0 -g --coverage -fprofile-update=atomic" \
		$(COVERAGE_TESTS) >$(BUILD)/coverage/log 2>&1 || \
		{ tail -n 30 $(BUILD)/coverage/log; exit 1; }
	gcovr --root . --object-directory $(BUILD)/coverage/san \
		--gcov-ignore-parse-errors --branches \
		--exclude-unreachable-branches --json $(BUILD)/coverage/all.json \
		$(BUILD)/coverage/san
	@low=; for layer in $(COVERAGE_LAYERS); do \
		name=$${layer%%:*}; least=$${layer##*:}; \
		folder=$${layer#*:}; folder=$${folder%:*}; \
		echo "coverage of $$name (to be $$least %):"; \
		gcovr --root . --add-tracefile $(BUILD)/coverage/all.json \
			--filter "$$folder/" --branches --fail-under-branch $$least \
			>$(BUILD)/coverage/$$name.txt || low="$$low $$name"; \
		grep '^TOTAL' $(BUILD)/coverage/$$name.txt; \
	done; \
	test -z "$$low" || { echo "coverage: too low:$$low" >&2; exit 1; }
