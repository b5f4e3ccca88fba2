# SPDX-License-Identifier: GPL-2.0-only
"""What dom0 sees: its PCI devices with their stable paths, and its disks."""
import re

from .dom0 import TIMED_OUT

SBDF = re.compile(r"^([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2}\.[0-7])$")
ROOT_BUS = re.compile(r"^pci([0-9a-f]{4,8}):([0-9a-f]{2})$")

# The directory of each device in sysfs; few processes, they are slow there.
TREE = ("ls -l /sys/bus/pci/devices | "
        "sed -n 's,.*-> \\.\\./\\.\\./\\.\\.,/sys,p'")


class Unseen(Exception):
    """dom0 could not be asked, or has no such device."""


def ask(host, command, timeout=30):
    """The output of a command in dom0 that has to succeed."""
    rc, output = host.dom0.run(command, timeout)
    if rc == TIMED_OUT:
        output += "; what runs there: " + _running(host)
    if rc:
        short = command if len(command) < 100 else command[:100] + " ..."
        raise Unseen(f"{short!r} in dom0: "
                     + ("no answer" if rc == TIMED_OUT else f"exit {rc}")
                     + f": {output.strip()[-400:]}")
    return output


def _running(host):
    """The processes in dom0 that are none of the kernel's, in words."""
    _, output = host.dom0.run(
        "ps -o pid,stat,args | grep -v '\\[' | tail -n +3", 10)
    return ", ".join(" ".join(line.split()) for line in output.splitlines())


def stable_path(directory):
    """The stable path of a device's directory below /sys/devices."""
    path = None
    for part in directory.split("/"):
        root = ROOT_BUS.match(part)
        step = SBDF.match(part)
        if root:
            path = f"{root.group(1)}:{root.group(2)}"
        elif step and path:
            path += f"/{step.group(3)}"
    return path


def directories(host):
    """Every PCI device in dom0: stable path -> directory in sysfs."""
    output = ask(host, TREE)
    return {stable_path(line): line for line in output.split()}


def directory(host, name):
    """The directory of a device that the case calls by name."""
    path = "0000:" + host.machine.find(name).path()
    try:
        return directories(host)[path]
    except KeyError:
        raise Unseen(f"dom0 has no {name} (at {path})") from None


def sbdf(host, name):
    """Where a device that the case calls by name is now."""
    return directory(host, name).rsplit("/", 1)[1]


def is_present(host, name):
    try:
        directory(host, name)
    except Unseen:
        return False
    return True


def lspci(host):
    """The SBDFs that lspci shows in dom0."""
    found = set()
    for line in ask(host, "lspci -Dn").splitlines():
        if line.strip():
            found.add(line.split()[0])
    return found


def known_to_xen(host, segments=("0000",)):
    """The SBDFs that Xen knows, asked through the pcitopoinfo sysctl."""
    return {line for segment in segments
            for line in ask(host, f"physdev-call list {segment}",
                            60).split()}


def block_device(host, name):
    """The /dev path of the disk that is the device of this name."""
    place = directory(host, name)
    output = ask(host, "for b in /sys/block/*; do "
                       "echo $b $(readlink -f $b/device); done")
    for line in output.splitlines():
        block, _, device = line.partition(" ")
        if device.startswith(place + "/"):
            return "/dev/" + block.rsplit("/", 1)[1]
    raise Unseen(f"{name} ({place.rsplit('/', 1)[1]}) is no block device")
