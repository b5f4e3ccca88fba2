# SPDX-License-Identifier: GPL-2.0-only
#
# The lab's make targets; included by the top Makefile. CASES="C D" runs only
# those; LAB_XEN="stock module" says on which hypervisors (default: stock, the
# module, and the module with assertions).

LAB := tests/lab/run
LAB_XEN ?= stock module debug

.PHONY: check-lab check-lab-long lab-needs lab-table demo

check-lab: lab-needs
	python3 -B -m unittest discover -q -s tests/lab -p 'selftest*.py' -t tests
	$(LAB) $(foreach xen,$(LAB_XEN),--xen $(xen)) $(CASES)

# Also what is not needed each time, and every case with assertions on.
check-lab-long: lab-needs
	$(LAB) --long $(foreach xen,$(LAB_XEN),--xen $(xen)) $(CASES)

# The hypervisors and programs that are booted. Where Xen's source or what
# builds it cannot be had, the lab counts what needs it as skipped (and in CI
# as failed); where it does not build, that is a failure.
lab-needs:
	.ci/deps check
	$(MAKE) --no-print-directory -s all
	@if $(MAKE) -s $(BUILD)/xen-src/debian/source; then \
		$(MAKE) --no-print-directory xen && \
		$(MAKE) --no-print-directory xen XEN_DEBUG=y; \
	else \
		echo "the lab: no module to boot: Xen's source or what builds" \
			"it cannot be had (see above)"; \
		test "$$CI" != true; \
	fi

# docs/lab-results.md from the results of the last runs.
lab-table:
	$(LAB) --table

demo: lab-needs
	$(LAB) --demo
