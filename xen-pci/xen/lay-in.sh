#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# lay-in.sh TREE
#
# Lay the module into the Xen tree TREE (the folder that has xen/): hooks,
# links to this repository's folders, and a line in a Makefile.
set -eu

tree=$1/xen
here=$(cd "$(dirname "$0")" && pwd)
module=$(cd "$here/.." && pwd)

[ -f "$tree/drivers/Makefile" ] || {
    echo "lay-in.sh: $1 is not a Xen tree: no xen/drivers/Makefile" >&2
    exit 1
}

"$here/apply-hooks.sh" "$tree"

mkdir -p "$tree/drivers/xen-pci"
for part in core xen include; do
    ln -sfn "$module/$part" "$tree/drivers/xen-pci/$part"
done
ln -sfn "$here/kbuild.mk" "$tree/drivers/xen-pci/Makefile"
line='obj-$(CONFIG_HAS_PCI) += xen-pci/'
grep -qxF "$line" "$tree/drivers/Makefile" ||
    echo "$line" >>"$tree/drivers/Makefile"
