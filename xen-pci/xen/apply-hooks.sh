#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# apply-hooks.sh TREE
#
# Apply the semantic patches to the hypervisor's source in TREE (the folder
# that has drivers/ and arch/).  Every hook must match, or nothing is changed
# and this fails.
set -eu

tree=$1
hooks=$(cd "$(dirname "$0")/hooks" && pwd)
# spatch asks ldconfig for its libpython; not everybody has that in the path.
PATH=$PATH:/usr/sbin:/sbin

command -v spatch >/dev/null || {
    echo "apply-hooks.sh: no spatch here (package: coccinelle)" >&2
    exit 1
}

files="pci:drivers/passthrough/pci.c
dmar:drivers/passthrough/vtd/dmar.c
vtd:drivers/passthrough/vtd/iommu.c
amd:drivers/passthrough/amd/iommu_acpi.c
amdmap:drivers/passthrough/amd/pci_amd_iommu.c
msi:arch/x86/msi.c"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for pair in $files; do
    patch=$hooks/${pair%%:*}.cocci
    file=$tree/${pair#*:}
    new=$work/${pair%%:*}.c

    [ -f "$file" ] || {
        echo "apply-hooks.sh: no ${pair#*:} in this Xen" >&2
        exit 1
    }
    # A hook's guard ends spatch with a failure; that is seen in its output
    # too, should an spatch swallow the exit status.
    if ! spatch --very-quiet --sp-file "$patch" "$file" -o "$new" \
        >"$work/log" 2>&1 || grep -q '^[a-z]*\.cocci: ' "$work/log" ||
        [ ! -s "$new" ]; then
        grep -v '^[-+ @]' "$work/log" | tail -n 5 >&2
        echo "apply-hooks.sh: a hook does not match ${pair#*:}" >&2
        exit 1
    fi
done

for pair in $files; do
    cp "$work/${pair%%:*}.c" "$tree/${pair#*:}"
done
