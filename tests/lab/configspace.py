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
# A map of QEMU's memory that holds its data, not what it translated; that of
# its guest is larger than this.
MAP = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) rw-p \S+ \S+ 0\s*(?:\[heap\])?$")
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


def _maps(host):
    """(address, content) of what QEMU has of its own memory."""
    with open(f"/proc/{host.process.pid}/maps") as file:
        lines = file.read().splitlines()
    for line in lines:
        found = MAP.match(line)
        if not found:
            continue
        start, end = (int(text, 16) for text in found.groups())
        if end - start <= MAP_MOST:
            yield start, host.memory.read_qemu(start, end - start)


def _headers(host, names):
    """name -> (size of its config space, how it begins), as dom0 has it."""
    where = sight.directories(host)
    try:
        paths = [where["0000:" + host.machine.find(name).path()]
                 for name in names]
    except KeyError as missing:
        raise sight.Unseen(f"dom0 has nothing at {missing}") from missing
    said = sight.ask(host, "; ".join(
        f"echo @ $(stat -c %s {path}/config) "
        f"$(od -An -v -tx1 -N{HEADER} {path}/config)" for path in paths), 60)
    return {name: (int(words.split()[0]),
                   bytes.fromhex("".join(words.split()[1:])))
            for name, words in zip(names, said.split("@")[1:])}


def find_all(host, names):
    """Notes the Config of devices; they are looked for once, while they are
    as dom0 has them."""
    wanted = _headers(host, [name for name in names
                             if name not in host.configs])
    places = {name: [] for name in wanted}
    for start, data in _maps(host) if wanted else ():
        for name, (_, header) in wanted.items():
            place = data.find(header)
            while place >= 0:
                places[name].append(start + place)
                place = data.find(header, place + 1)
    for name, (size, _) in wanted.items():
        if len(places[name]) != 1:
            raise Failed(f"QEMU has the config space of {name} "
                         f"{len(places[name])} times")
        host.configs[name] = Config(places[name][0], size)


def find(host, name):
    """The Config of a device."""
    if name not in host.configs:
        find_all(host, [name])
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
        find_all(host, names)
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
