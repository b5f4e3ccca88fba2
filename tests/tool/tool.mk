# SPDX-License-Identifier: GPL-2.0-only
# The tool run as a user runs it, with the sanitizers, on made-up machines.

TOOL_LIKE_LSPCI := desktop segments sriov spill
TOOL_ROUND_TRIPS := desktop segments sriov spill overlap impossible wide renumbered

$(BUILD)/tests/tree-walk: $(call san,tests/tool/tree_walk.c tools/tree.c) \
		$(BUILD)/san/libxenpci.a
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^ $(LIBS) -lcunit

$(BUILD)/tests/compare-mask: \
		$(call san,tests/tool/compare_mask.c lib/agree/compare_mask.c)
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^

.PHONY: check-tool
check-built: $(BUILD)/san/xl-pci $(BUILD)/tests/tree-walk \
		$(BUILD)/tests/compare-mask
check-tool: $(BUILD)/san/xl-pci $(BUILD)/tests/tree-walk \
		$(BUILD)/tests/compare-mask
	@mkdir -p $(BUILD)/tests/data
	tests/data/mkdump.py $(BUILD)/tests/data
	@tests/check/one "the dumps are those of mkdump.py" sh -ec \
		'for dump in tests/data/*.lspci; do \
		cmp $$dump $(BUILD)/tests/data/$${dump##*/}; done'
	$(BUILD)/tests/tree-walk
	tests/check/one "compare mask" $(BUILD)/tests/compare-mask docs/compare-mask.md
	tests/tool/run --tool $<
	tests/check/one "the story" \
		sh -c 'tools/story/run $< >$(BUILD)/tests/story.txt'
	tests/tool/compare-lspci $< $(TOOL_LIKE_LSPCI:%=tests/data/%.lspci)
	tests/tool/round-trips $< $(TOOL_ROUND_TRIPS:%=tests/data/%.lspci)
	tests/tool/five-ways $< tests/data/*.lspci
	tests/tool/packed $<
	tests/tool/hangs $<
	tests/tool/pictures $< $(TOOL_LIKE_LSPCI:%=tests/data/%.lspci) tests/data/unread.lspci
	tests/tool/in-place $<
	tests/tool/libvirt $<
	tests/tool/terminal $<
	tests/tool/repair $<

# Many runs of it: as it is installed.
.PHONY: check-guests
check-guests: $(BUILD)/xl-pci
	tests/tool/renumberings $<
