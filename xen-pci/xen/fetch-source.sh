#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# fetch-source.sh DIR [VERSION]
#
# Unpack Debian's source package of Xen as DIR/xen.  It comes from the package
# sources that the system has, with deb-src added to them for this one call:
# lists, caches and sources are private ones under DIR, nothing of the
# system's configuration changes, and no privilege is needed.
set -eu

dir=$1
version=${2:-4.17.5+72-g01140da4e8-1}

fail()
{
    echo "fetch-source.sh: $*" >&2
    exit 1
}

for tool in apt-get apt-config dpkg-source; do
    command -v "$tool" >/dev/null || fail "no $tool here (packages: apt," \
        "dpkg-dev); give another Xen tree with XEN_SRC=DIR"
done

rm -rf "$dir.tmp"
mkdir -p "$dir.tmp/sources.d" "$dir.tmp/lists/partial" "$dir.tmp/cache"
dir_tmp=$(cd "$dir.tmp" && pwd)

list=""
parts=""
eval "$(apt-config shell list Dir::Etc::sourcelist/f \
    parts Dir::Etc::sourceparts/d)"

# One-line format: each deb line once more, as deb-src.
for file in "$list" "$parts"/*.list; do
    [ -r "$file" ] || continue
    sed -n 's/^[[:space:]]*deb\([[:space:]]\)/deb-src\1/p' "$file"
done | sort -u >"$dir_tmp/sources.list"

# deb822: stanzas with Types: deb get Types: deb-src.
for file in "$parts"/*.sources; do
    [ -r "$file" ] || continue
    sed 's/^[Tt]ypes:.*/Types: deb-src/' "$file" \
        >"$dir_tmp/sources.d/$(basename "$file")"
done

apt_private()
{
    apt-get -q -o Dir::Etc::sourcelist="$dir_tmp/sources.list" \
        -o Dir::Etc::sourceparts="$dir_tmp/sources.d" \
        -o Dir::State::lists="$dir_tmp/lists" \
        -o Dir::Cache="$dir_tmp/cache" \
        -o APT::Sandbox::User="$(id -un)" \
        -o APT::Update::Post-Invoke::= \
        -o Acquire::Languages=none \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}

# A source that has no source packages, or cannot be reached, need not matter.
apt_private update >"$dir_tmp/log" 2>&1 || true
if ! (cd "$dir_tmp" && apt_private source "xen=$version") \
    >>"$dir_tmp/log" 2>&1; then
    tail -n 20 "$dir_tmp/log" >&2
    fail "cannot get the Debian source package xen=$version (its log is" \
        "above); is the network there?  XEN_SRC=DIR takes another Xen tree"
fi

set -- "$dir_tmp"/xen-*/
[ -f "$1/xen/Makefile" ] || fail "xen=$version has no xen/Makefile"
rm -rf "$dir"
mkdir -p "$dir"
mv "$1" "$dir/xen"
rm -rf "$dir_tmp"
