# SPDX-License-Identifier: GPL-2.0-only
"""Devices that change by themselves: steps of a case that write into QEMU's
own copy of a device's config space.

Firmware updates, FPGAs, resets, a guest that holds the device: no hypercall
and no write of dom0's has to do with it. The copy is found in QEMU's memory by
what dom0 reads at its beginning.
"""
import re
from dataclasses import dataclass

from . import sight
from .expect import Failed
from .steps import _step

HEADER = 64
# A map of QEMU's memory that is its own; its guest's is larger than this.
MAP = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) rw.p \S+ \S+ 0\s*(?:\[heap\])?$")
MAP_MOST = 512 << 20

COMMAND, STATUS, REVISION, CLASS = 0x04, 0x06, 0x08, 0x09
HEADER_TYPE, PRIMARY, SECONDARY, SUBORDINATE = 0x0e, 0x18, 0x19, 0x1a
CAP_EXPRESS = 0x10
PCIE_TO_PCI_BRIDGE = 7


@dataclass
class Config:
    """address: in QEMU; size: 256 or 4096; saved: while it is silent"""
    address: int
    size: int
    saved: bytes = None


def _candidates(host, wanted):
    """Where QEMU has these bytes."""
    with open(f"/proc/{host.process.pid}/maps") as file:
        lines = file.read().splitlines()
    for line in lines:
        found = MAP.match(line)
        if not found:
            continue
        start, end = (int(text, 16) for text in found.groups())
        if end - start > MAP_MOST:
            continue
        data = host.memory.read_qemu(start, end - start)
        place = data.find(wanted)
        while place >= 0:
            yield start + place
            place = data.find(wanted, place + 1)


def find(host, name):
    """The Config of a device; looked for once, while it is as dom0 has it."""
    if name not in host.configs:
        path = f"/sys/bus/pci/devices/{sight.sbdf(host, name)}/config"
        said = sight.ask(host, f"stat -c %s {path}; "
                               f"od -An -v -tx1 -N{HEADER} {path}").split()
        places = list(_candidates(host, bytes.fromhex("".join(said[1:]))))
        if len(places) != 1:
            raise Failed(f"QEMU has the config space of {name} "
                         f"{len(places)} times")
        host.configs[name] = Config(places[0], int(said[0]))
    return host.configs[name]


def read(host, name, offset, size):
    return host.memory.read_qemu(find(host, name).address + offset, size)


def write(host, name, offset, data):
    host.memory.write_qemu(find(host, name).address + offset, data)


def capability(host, name, wanted):
    """Where a capability of the first 256 bytes is."""
    space = read(host, name, 0, 256)
    place = space[0x34]
    for _ in range(48):
        if not place:
            break
        if space[place] == wanted:
            return place
        place = space[place + 1]
    raise Failed(f"{name} has no capability {wanted:#x}")


def found(*names):
    """So that devices can be changed after dom0 no longer sees them."""
    @_step(f"find the config space of {' '.join(names)} in QEMU")
    def do(host, _patience):
        return ", ".join(f"{name} at {find(host, name).address:#x}"
                         for name in names)
    return do


def poke(name, offset, *data):
    """The device's config space is other from offset on."""
    @_step(f"{name} changes by itself: {bytes(data).hex()} at {offset:#04x}")
    def do(host, _patience):
        before = read(host, name, offset, len(data))
        write(host, name, offset, bytes(data))
        return f"was {before.hex()}"
    return do


def pretend_bridge(name, victim):
    """An endpoint's header becomes that of a PCIe-to-PCI bridge which leads
    to the bus that another device is on."""
    @_step(f"{name} turns into a bridge to the bus of {victim}")
    def do(host, _patience):
        places = host.owners.glance().places
        bus, own = places[victim] >> 8, places[name] >> 8
        express = capability(host, name, CAP_EXPRESS) + 2
        flags = read(host, name, express, 1)[0]
        write(host, name, express,
              bytes([flags & 0x0f | PCIE_TO_PCI_BRIDGE << 4]))
        write(host, name, CLASS, bytes([0x00, 0x04, 0x06]))
        write(host, name, PRIMARY, bytes([own, bus, bus]))
        write(host, name, HEADER_TYPE, bytes([1]))
        return f"bus {bus:02x}"
    return do


def hush(host, name):
    config = find(host, name)
    config.saved = read(host, name, 0, config.size)
    write(host, name, 0, b"\xff" * config.size)


def wake(host, name):
    config = find(host, name)
    write(host, name, 0, config.saved)
    config.saved = None


def silent(name):
    """Reads of its config space give ff only; what is behind it is hidden."""
    @_step(f"{name} falls silent")
    def do(host, _patience):
        hush(host, name)
        return "all ff"
    return do


def speaks(name):
    """It answers as it did before it fell silent."""
    @_step(f"{name} answers again")
    def do(host, _patience):
        wake(host, name)
        return "as before"
    return do
