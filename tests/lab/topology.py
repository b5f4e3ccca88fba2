# SPDX-License-Identifier: GPL-2.0-only
"""Where the machine's devices are, and whose ID their DMA carries.

QEMU tells the numbers, and the case how the bridges stand to each other and
what they are: not by way of dom0 or Xen, and not by what a device says of
itself in its header.
"""
import re
from dataclasses import dataclass, field

from . import iommu

# QEMU's q35 has config space here, 4 KiB a function.
MMCONFIG = 0xb0000000
DEVICE = re.compile(r'^( *)dev: \S+, id "([^"]*)"$')
PLACE = re.compile(r"^ +class .*, addr ([0-9a-f]{2}:[0-9a-f]{2}\.[0-7]), ")
WORD = re.compile(r": (0x[0-9a-f]+)")

# DMA from behind it carries function 0 of its secondary bus.
TAKES_OVER = {"pcie-pci-bridge"}
# DMA from behind it carries its own ID.
LENDS_ITS_OWN = {"pci-bridge", "i82801b11-bridge"}
BRIDGES = TAKES_OVER | LENDS_ITS_OWN | {
    "pcie-root-port", "x3130-upstream", "xio3130-downstream"}


@dataclass
class Topology:
    """places: name of a device -> its BDF as a number
    functions: those of every function there is, named or not
    secondaries: name of a bridge -> the bus that it leads to
    machine: the case's, for what is behind what"""
    places: dict = field(default_factory=dict)
    functions: frozenset = frozenset()
    secondaries: dict = field(default_factory=dict)
    machine: object = None

    def _alias(self, bridge):
        """Of what is right behind this bridge: (IDs on DMA, others that Xen
        may map for it); the topmost bridge that changes the ID counts."""
        used, also = set(), set()
        while bridge is not None and bridge.bus_nr is None:
            place = self.places.get(bridge.id)
            if bridge.kind in TAKES_OVER and bridge.id in self.secondaries:
                used = {self.secondaries[bridge.id] << 8}
                also = {place}
            elif bridge.kind in LENDS_ITS_OWN:
                used, also = {place}, set()
            bridge = bridge.parent
        return used - {None}, also - {None}

    def _bridge_to(self, bus):
        for device in self.machine.all_devices():
            if self.secondaries.get(device.id) == bus:
                return device
        return None

    def aliases(self, place):
        """The same by a BDF, for functions without a name as well."""
        return self._alias(self._bridge_to(place >> 8))

    def requesters(self, name):
        """(place, IDs on its DMA, others that Xen may map for it), or None:
        it cannot be reached now."""
        place = self.places.get(name)
        if place is None:
            return None
        used, also = self._alias(self.machine.find(name).parent)
        return place, used or {place}, also

    def describe(self, place):
        """A BDF, with the name of what is there."""
        names = [name for name, where in self.places.items()
                 if where == place]
        return " ".join([iommu.name(place), *names])


def _qtree(text):
    """(depth, name, BDF) of every PCI function, parents first."""
    depth = name = None
    for line in text.splitlines():
        device, place = DEVICE.match(line), PLACE.match(line)
        if device:
            depth, name = len(device.group(1)), device.group(2)
        elif place and depth is not None:
            yield depth, name, iommu.number(place.group(1))


def _window(host, place):
    """The bus numbers of a bridge as config space has them: (secondary,
    subordinate), or None where they lead nowhere."""
    said = host.qmp.monitor(f"xp /1wx {MMCONFIG + (place << 12) + 0x18:#x}")
    found = WORD.search(said)
    if not found:
        return None
    word = int(found.group(1), 16)
    secondary, subordinate = word >> 8 & 0xff, word >> 16 & 0xff
    if not place >> 8 < secondary <= subordinate:
        return None
    return secondary, subordinate


def take(host):
    """The Topology of this moment.

    Not by query-pci: QEMU 7.2 recurses without end where a bridge's bus
    number is for a moment that of the bus which it is on.
    """
    found, functions = Topology(machine=host.machine), set()
    bridges = {device.id for device in host.machine.all_devices()
               if device.kind in BRIDGES}
    way = []                        # (depth, window) of the bridges above
    for depth, name, place in _qtree(host.qmp.monitor("info qtree")):
        while way and way[-1][0] >= depth:
            way.pop()
        windows = [window for _, window in way]
        if not all(window and window[0] <= place >> 8 <= window[1]
                   for window in windows):
            window = None           # it cannot be reached
        else:
            functions.add(place)
            if name:
                found.places[name] = place
            window = _window(host, place) if name in bridges else None
            if window:
                found.secondaries[name] = window[0]
        if name in bridges:
            way.append((depth, window))
    found.functions = frozenset(functions)
    return found
