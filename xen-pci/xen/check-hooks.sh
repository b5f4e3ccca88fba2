#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check-hooks.sh TREE
#
# Shows on a Xen tree that all hooks apply, and that each of them stops the
# build where it does not match: for each hook, the one name that it hangs on
# is changed in a copy of Xen's file, and then lay-in.sh, which `make xen`
# calls, must fail, name that hook, and leave the tree alone.
set -eu

tree=$1/xen
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
count=0

# file, hook, what is looked for, what it becomes
hooks="pci declare <xsm/xsm.h> <xsm/other.h>
pci report_add int.pci_add_device( int.pci_add_function(
pci report_remove int.pci_remove_device( int.pci_remove_function(
pci upstream int.find_upstream_bridge( int.find_alias(
pci listed &pseg->alldevs_list, &pseg->device_list,
pci entered check_pdev(pdev); check_device(pdev);
pci freeing list_del(&pdev->alldevs_list); list_del_init(&pdev->alldevs_list);
pci freed_type pdev->type pdev->kind
pci doors iommu_remove_device(struct iommu_drop_device(struct
dmar declare \"vtd.h\" \"vt-d.h\"
dmar unit acpi_find_matched_drhd_unit( acpi_find_unit(
dmar stored scope->devices[didx++] scope->numbers[didx++]
dmar freed scope->devices_cnt.=.0; scope->devices_count=0;
vtd declare \"vtd.h\" \"vt-d.h\"
vtd map domain_context_mapping_one( domain_context_set_one(
vtd unmap domain_context_unmap_one( domain_context_clear_one(
vtd map_aliases domain_context_mapping( domain_context_map(
vtd unmap_aliases domain_context_unmap( domain_context_clear(
vtd ats ats_device(pdev, has_ats(pdev,
vtd doors iommu_clear_root_pgtable( iommu_clear_root(
amd declare \"iommu.h\" \"amd-iommu.h\"
amd entries amd_iommu_get_ivrs_dev_entries( amd_iommu_count(
amdmap declare \"iommu.h\" \"amd-iommu.h\"
amdmap map allocate_domain_resources( alloc_domain_resources(
amdmap unmap amd_iommu_disable_domain_device( amd_iommu_disable_device(
amdmap ats pci_ats_enabled( pci_ats_is_on(
amdmap doors amd_iommu_clear_root_pgtable( amd_iommu_clear_root(
msi declare <xen/pci.h> <xen/pci-express.h>
msi intercept pci_msi_conf_write_intercept( pci_msi_intercept(
msi mask msi_set_mask_bit( msi_mask_bit(
msi message set_msi_affinity( set_msi_target(
msi setup_msi msi_capability_init( msi_cap_init(
msi setup_msix msix_capability_init( msix_cap_init(
msi restore pci_restore_msi_state( pci_restore_msi(
msi reset ASSERT(pos); BUG_ON(!pos);
msi turn_off pci_disable_msi( pci_msi_off(
msi cleanup pci_cleanup_msi( pci_msi_cleanup("

file_of()
{
    case $1 in
    pci) echo drivers/passthrough/pci.c ;;
    dmar) echo drivers/passthrough/vtd/dmar.c ;;
    vtd) echo drivers/passthrough/vtd/iommu.c ;;
    amd) echo drivers/passthrough/amd/iommu_acpi.c ;;
    amdmap) echo drivers/passthrough/amd/pci_amd_iommu.c ;;
    msi) echo arch/x86/msi.c ;;
    esac
}

fresh_tree()
{
    rm -rf "$work/tree"
    for each in pci dmar vtd amd amdmap msi; do
        mkdir -p "$work/tree/xen/$(dirname "$(file_of $each)")"
        cp "$tree/$(file_of $each)" "$work/tree/xen/$(file_of $each)"
    done
    cp "$tree/drivers/Makefile" "$work/tree/xen/drivers/Makefile"
}

fail()
{
    failures=$((failures + 1))
    echo "check-hooks: $*" >&2
}

fresh_tree
count=$((count + 1))
if ! "$here/lay-in.sh" "$work/tree" 2>"$work/log"; then
    cat "$work/log" >&2
    fail "the hooks do not match $tree as it is"
fi

# Each hook that exists must be in the list above.
for name in pci dmar vtd amd amdmap msi; do
    for hook in $(sed -n 's/^@ script:python depends on !\([a-z0-9_]*\) @$/\1/p' \
        "$here/hooks/$name.cocci"); do
        echo "$hooks" | grep -q "^$name $hook " ||
            fail "$name.cocci: $hook is not tried here"
    done
done

while read -r name hook old new; do
    count=$((count + 1))
    fresh_tree
    file=$work/tree/xen/$(file_of "$name")
    # A dot stands for a space.
    python3 -c 'import sys
path, old, new = sys.argv[1:]
text = open(path).read()
old = old.replace(".=.", " = ").replace("int.", "int ")
new = new.replace("int.", "int ")
assert old in text, "nothing to rename: " + old
open(path, "w").write(text.replace(old, new))' "$file" "$old" "$new"
    cp "$file" "$work/before"
    if "$here/lay-in.sh" "$work/tree" >/dev/null 2>"$work/log"; then
        fail "$name.cocci: $hook does not match, and nothing says so"
    elif ! grep -q "^$name.cocci: $hook: " "$work/log"; then
        cat "$work/log" >&2
        fail "$name.cocci: $hook does not match, and another hook is named"
    elif ! cmp -s "$file" "$work/before"; then
        fail "$name.cocci: $hook does not match, and the tree was changed"
    fi
done <<LIST
$hooks
LIST

echo "check-hooks: $count checks, $failures failed"
[ "$failures" -eq 0 ]
