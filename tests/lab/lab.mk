# SPDX-License-Identifier: GPL-2.0-only
#
# The lab's make targets; included by the top Makefile. CASES="C D" runs only
# those; LAB_XEN="stock module" says on which hypervisors (default: stock, the
# module, and the module with assertions).

LAB := tests/lab/run
LAB_XEN ?= stock module debug

.PHONY: check-lab check-lab-long lab-needs lab-built lab-table demo

check-lab: lab-needs
	python3 -B -m unittest discover -q -s tests/lab -p 'selftest*.py' -t tests
	@exec $(LAB) $(foreach xen,$(LAB_XEN),--xen $(xen)) $(CASES)

# Also what is not needed each time, and every case with assertions on.
check-lab-long: lab-needs
	@exec $(LAB) --long $(foreach xen,$(LAB_XEN),--xen $(xen)) $(CASES)

# The packages first, or make would look for files that are not there yet.
lab-needs:
	.ci/deps check
	@$(MAKE) --no-print-directory -s lab-built

# The hypervisors and programs that are booted. Where Xen's source or what
# builds it cannot be had, the lab boots what needs none, and has failed in
# the end; where it does not build, that is a failure at once.
lab-built: all
	@if $(MAKE) -s $(BUILD)/xen-src/debian/source; then \
		set -e; \
		$(if $(filter module,$(LAB_XEN)), \
			$(MAKE) --no-print-directory xen;) \
		$(if $(filter debug,$(LAB_XEN)), \
			$(MAKE) --no-print-directory xen XEN_DEBUG=y;) \
	else \
		echo "the lab: no module to boot: Xen's source or what builds" \
			"it cannot be had (see above)"; \
	fi

check-built: lab-built

# docs/lab-results.md from the results of the last runs.
lab-table:
	$(LAB) --table

demo: lab-needs
	$(LAB) --demo
