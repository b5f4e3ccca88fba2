# SPDX-License-Identifier: GPL-2.0-only
# The tool run as a user runs it, with the sanitizers, on made-up machines.

TOOL_LIKE_LSPCI := desktop segments sriov spill

.PHONY: check-tool
check-tool: $(BUILD)/san/xl-pci
	@mkdir -p $(BUILD)/tests/data
	tests/data/mkdump.py $(BUILD)/tests/data
	@for dump in tests/data/*.lspci; do \
		cmp $$dump $(BUILD)/tests/data/$${dump##*/} || exit 1; done
	tests/tool/run --tool $<
	tests/tool/compare-lspci $< $(TOOL_LIKE_LSPCI:%=tests/data/%.lspci)
