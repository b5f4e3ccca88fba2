# SPDX-License-Identifier: GPL-2.0-only
"""Machines of shapes that nobody thought of.

Each case's machine, its dom0's arguments and what happens to it are drawn at
random, from the number in the case's name: the same number, the same case.
"""
import random

from ..case import Case
from ..devices import (Device, extra_root, legacy_bridge, nvme, pci_bridge,
                       pcie_pci_bridge, root_port, switch, virtio_blk)
from ..expect import all_well, consistent, nvme_live, reads
from ..machine import Machine
from ..steps import dom0, plug, remove_in_dom0
from .hotplug import NATIVE
from .renumber import RENUMBER

SEEDS = 40
# So many are run each time.
ALWAYS = 4
DEEPEST = 3
# QEMU has so much room for their registers.
MOST_DISKS = 4
RESCAN = dom0("echo 1 >/sys/bus/pci/rescan", 60)


class Draw:
    """Draws a machine; INTx and MSI limits of QEMU 7.2 are kept to."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.disks = []
        self.bridges = []
        self.ports = []         # free ones, for hotplug
        self.count = 0

    def name(self, prefix):
        self.count += 1
        return f"{prefix}{self.count}"

    def _disk(self, make, **where):
        if len(self.disks) >= MOST_DISKS:
            return Device("pci-testdev", self.name("t"), **where)
        disk = make(self.name("disk"), **where)
        self.disks.append(disk)
        return disk

    def _bridge(self, bridge):
        self.bridges.append(bridge.id)
        return bridge

    def below_port(self, depth, intx):
        """What is behind a PCIe port: at most one device."""
        kind = self.random.choice(
            ["", "nvme", "nvme", "test"]
            + (["pci", "pci"] if depth < DEEPEST else [])
            + (["switch"] if depth == 0 else []))
        if kind == "nvme":
            return (self._disk(nvme),)
        if kind == "test":
            return (Device("pci-testdev", self.name("t")),)
        if kind == "pci":
            return (self._bridge(pcie_pci_bridge(
                self.name("pb"), *self.below_pci(depth + 1, intx))),)
        if kind == "switch":
            ports = [self.below_port(depth + 2, intx)
                     for _ in range(self.random.randint(1, 3))]
            return (self._bridge(switch(self.name("sw"), *ports,
                                        chassis=100 + 4 * self.count)),)
        return ()

    def below_pci(self, depth, intx):
        """What is on a conventional bus."""
        found = []
        for number in self.random.sample(range(1, 32),
                                         self.random.randint(0, 3)):
            addr = f"{number:x}"
            kind = self.random.choice(
                ["test", "disk"] + (["bridge"] if depth < DEEPEST else []))
            if kind == "bridge":
                found.append(self._bridge(pci_bridge(
                    self.name("b"), *self.below_pci(depth + 1, intx),
                    addr=addr, chassis=60 + self.count)))
            elif kind == "disk" and intx:
                found.append(self._disk(virtio_blk, addr=addr))
            else:
                found.append(Device("pci-testdev", self.name("t"), addr))
        return tuple(found)

    def port(self, number, intx=True, **where):
        behind = self.below_port(0, intx)
        # SeaBIOS gives a port no more buses than it is to reserve.
        least = 16 if behind and behind[0].behind else 2
        port = root_port(number, *behind, name=self.name("rp"),
                         reserve=self.random.choice([None, None, least]),
                         **where)
        (self.bridges if behind else self.ports).append(port.id)
        return port

    def devices(self):
        found, number = [], 1
        for slot in range(1, self.random.randint(3, 6)):
            if self.random.random() < 0.25:
                for function in range(self.random.randint(2, 3)):
                    found.append(self.port(number, addr=f"{slot}.{function}"))
                    if function == 0:
                        found[-1].props["multifunction"] = True
                    number += 1
            else:
                found.append(self.port(number, addr=slot))
                number += 1
        if self.random.random() < 0.4:
            found.append(self._bridge(legacy_bridge(
                self.name("dmi"), *self.below_pci(1, True), addr=16)))
        if self.random.random() < 0.4:
            found.append(extra_root(
                self.name("px"), self.random.choice([0x40, 0x60]),
                *[self.port(number + slot, False, addr=slot)
                  for slot in range(self.random.randint(1, 3))], addr=17))
        # So that every bus is in the range that the IOMMU's table covers.
        return found + [root_port(90, reserve=24, addr=18)]

    def steps(self, arguments):
        """Up to three things that happen to it.

        None under assign-busses: there a rescan has Linux give other numbers
        to bridges in use, and lose what is behind them, whatever Xen does.
        """
        found = []
        if arguments:
            return found
        for _ in range(self.random.randint(0, 3)):
            kind = self.random.choice(["again", "plug"])
            if kind == "again" and self.bridges:
                found += [remove_in_dom0(self.random.choice(self.bridges)),
                          RESCAN]
            elif kind == "plug" and self.ports:
                port = self.ports.pop(self.random.randrange(len(self.ports)))
                found.append(plug(port, self.random.choice(
                    [Device("pci-testdev", self.name("hot")),
                     pcie_pci_bridge(self.name("hot"))])))
        return found

    def machine(self):
        return Machine(self.devices(), globals=NATIVE,
                       dom0=self.random.choice(
                           ["", "pci=assign-busses", RENUMBER, RENUMBER]),
                       iommu=self.random.choice(["intel"] * 3 + ["none"]))


def _case(seed):
    draw = Draw(seed)
    machine = draw.machine()
    steps = draw.steps(machine.dom0)
    works = [check(disk.id) for disk in draw.disks
             for check in ([nvme_live, reads] if disk.kind == "nvme"
                           else [reads])]
    return Case(f"shape-{seed}", f"a machine drawn at random, number {seed}",
                machine, steps=works + steps, module=all_well() + works,
                agent=True, after=consistent() + works,
                long=seed > ALWAYS)


CASES = [_case(seed) for seed in range(1, SEEDS + 1)]
