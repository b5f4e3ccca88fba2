#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# dom0's init in the lab. Mounts, loads the modules, starts xenstored, and then
# serves commands from the second serial port (the first one is Xen's):
#   in:   ID BASE64-OF-THE-COMMAND
#   out:  @BEGIN ID RC, the output in base64, @END ID
# Each command runs on its own, so one that hangs in a driver blocks nobody.

/bin/busybox --install -s /bin
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run
mkdir -p /run/xen /run/lock /run/xenstored
ln -s /run /var/run

load()
{
    while read -r module; do
        insmod "/modules/$module" 2>/run/insmod.err ||
            echo "lab: insmod $module: $(cat /run/insmod.err)"
    done <"/modules/$1"
}

load early

mount -t xenfs xenfs /proc/xen
xenstored --pid-file /run/xenstored.pid ||
    echo "lab: xenstored does not start"

port=/dev/ttyS1
stty -F $port 115200 raw -echo

answer()
{
    id=$1
    echo "$2" | base64 -d >"/run/$id.sh"
    sh "/run/$id.sh" >"/run/$id.out" 2>&1 </dev/null
    rc=$?
    while ! mkdir /run/port.lock 2>/dev/null; do sleep 0.05; done
    {
        echo
        echo "@BEGIN $id $rc"
        base64 <"/run/$id.out"
        echo "@END $id"
    } >$port
    rmdir /run/port.lock
    rm -f "/run/$id.sh" "/run/$id.out"
}

# A child that ends while "read" waits would cost what it has read of a line:
# the reader has no children that it does not wait for, and is not process 1,
# which inherits the others.
serve()
{
    while read -r id command <&3; do
        [ -n "$command" ] && (answer "$id" "$command" &)
    done
    echo "lab: the command channel has closed"
    poweroff -f
}

exec 3<>$port
# Loading a driver waits for its probes, and those may hang for minutes.
load drivers &
echo "lab: dom0 is ready"
echo "@READY" >&3
serve &
while :; do
    wait
    sleep 1
done
