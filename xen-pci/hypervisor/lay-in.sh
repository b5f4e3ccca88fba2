#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# lay-in.sh TREE
#
# Lay the module into the Xen tree TREE (the folder that has xen/): hooks,
# a link to this repository's xen-pci folder, and a line in a Makefile.
set -eu

tree=$1/xen
here=$(cd "$(dirname "$0")" && pwd)
core=$(cd "$here/.." && pwd)

[ -f "$tree/drivers/Makefile" ] || {
    echo "lay-in.sh: $1 is not a Xen tree: no xen/drivers/Makefile" >&2
    exit 1
}

"$here/apply-hooks.sh" "$tree"

mkdir -p "$tree/drivers/xen-pci"
ln -sfn "$core" "$tree/drivers/xen-pci/core"
ln -sfn "$here/kbuild.mk" "$tree/drivers/xen-pci/Makefile"
line='obj-$(CONFIG_HAS_PCI) += xen-pci/'
grep -qxF "$line" "$tree/drivers/Makefile" ||
    echo "$line" >>"$tree/drivers/Makefile"
