# SPDX-License-Identifier: GPL-2.0-only
#
# The lab's make targets; included by the top Makefile. CASES="C D" runs only
# those; LAB_XEN="stock module" says on which hypervisors (default: both).

LAB := tests/lab/run
LAB_XEN ?= stock module

.PHONY: check-lab check-lab-debug lab-table demo

check-lab:
	python3 -B -m unittest discover -q -s tests/lab -p 'selftest*.py' -t tests
	$(LAB) $(foreach xen,$(LAB_XEN),--xen $(xen)) $(CASES)

# All cases on the hypervisor with assertions (make xen XEN_DEBUG=y).
check-lab-debug:
	$(LAB) --xen debug $(CASES)

# docs/lab-results.md from the results of the last runs.
lab-table:
	$(LAB) --table

demo:
	$(LAB) --demo
