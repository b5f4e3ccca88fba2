#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh TREE
#
# Shows on a Xen tree (the folder that has xen/) that each patch here whose file
# the tree has applies, and that Xen builds with all of them.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$PATH:/usr/sbin:/sbin
failures=0
count=0

[ -f "$source/xen/Makefile" ] || {
    echo "check.sh: $source is not a Xen tree: no xen/Makefile" >&2
    exit 2
}
mkdir "$work/tree" "$work/obj"
tar -C "$source" --exclude=./.git --exclude=./tools --exclude=./stubdom \
    --exclude=./docs -cf - . | tar -C "$work/tree" -xf -
[ ! -d "$source/tools" ] || cp -a "$source/tools" "$work/tree/tools"

while read -r name file; do
    patched=$work/tree/xen/$file
    if [ ! -f "$patched" ]; then
        echo "$name: this Xen has no $file"
        continue
    fi
    count=$((count + 1))
    cp "$patched" "$work/before.c"
    if ! spatch --very-quiet --sp-file "$here/$name.cocci" "$work/before.c" \
        -o "$patched" >"$work/log" 2>&1 || grep -q "^$name.cocci: " "$work/log" ||
        cmp -s "$work/before.c" "$patched"; then
        cat "$work/log" >&2
        echo "check-stock-fixes: $name does not apply" >&2
        failures=$((failures + 1))
        cp "$work/before.c" "$patched"
    fi
done <<LIST
remove-in-use drivers/passthrough/pci.c
refused-add drivers/passthrough/pci.c
vtd-devfn drivers/passthrough/vtd/iommu.c
vpci-cleanup drivers/vpci/cap.c
LIST

build()
{
    make -C "$work/tree/xen" O="$work/obj" XEN_TARGET_ARCH=x86_64 \
        XEN_BUILD_PE=n "$@" >"$work/log" 2>&1
}

# A Xen as it comes; single files cannot be made without the rest.
count=$((count + 1))
if ! build defconfig || ! build; then
    grep -A3 -E 'error:|undefined reference' "$work/log" >&2
    tail -n 5 "$work/log" >&2
    echo "check-stock-fixes: Xen cannot be built with them" >&2
    failures=$((failures + 1))
fi

echo "check-stock-fixes: $count checks, $failures failed"
[ "$count" -gt 1 ] && [ "$failures" -eq 0 ]
