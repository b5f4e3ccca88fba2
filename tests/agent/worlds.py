#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write pairs of machines for the agent's tests: worlds.py DIRECTORY

For each pair NAME, NAME.boot.lspci is what the hypervisor booted on and
NAME.now.lspci what dom0 has. The registers are laid out as in
tests/data/mkdump.py.
"""

import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "data"))
# pylint: disable=wrong-import-position
from mkdump import (DOWNSTREAM, ENDPOINT, NETWORK_CLASS,
                    PCIE_TO_PCI, ROOT_PORT, UPSTREAM, Function, dump, host,
                    network, pci_bridge, port)

STORAGE_CLASS = 0x010802
RANDOM_PAIRS = 150


def storage(sbdf):
    return Function(sbdf, 0x1b36, 0x0010, STORAGE_CLASS, 256).express(ENDPOINT)


def physical(sbdf, count, device=0x1520, offset=0x80):
    """A PF with VFs at offset, offset + 2, and so on."""
    return Function(sbdf, 0x8086, device, NETWORK_CLASS,
                    4096).express(ENDPOINT).sriov(count, offset, 2, 0x1521)


def virtual(*sbdfs):
    return [Function(at, 0xffff, 0xffff, NETWORK_CLASS, 4096).express(ENDPOINT)
            for at in sbdfs]


def same():
    machine = [host("00:00.0"), port("00:02.0", ROOT_PORT, 0, 1, 1),
               storage("01:00.0")]
    return machine, machine


def moved():
    """dom0 keeps a bus free behind each port: all behind them move up."""
    before = [host("00:00.0"),
              port("00:02.0", ROOT_PORT, 0, 1, 1),
              port("00:03.0", ROOT_PORT, 0, 2, 2), storage("02:00.0"),
              port("00:04.0", ROOT_PORT, 0, 3, 4),
              port("03:00.0", PCIE_TO_PCI, 3, 4, 4),
              network("04:01.0")]
    after = [host("00:00.0"),
             port("00:02.0", ROOT_PORT, 0, 1, 2),
             port("00:03.0", ROOT_PORT, 0, 3, 4), storage("03:00.0"),
             port("00:04.0", ROOT_PORT, 0, 5, 7),
             port("05:00.0", PCIE_TO_PCI, 5, 6, 7),
             network("06:01.0")]
    return before, after


def cycle():
    """The shape of 2014: a bridge now sits on the bus it used to lead to."""
    before = [host("00:00.0"),
              pci_bridge("00:1c.0", 0, 2, 5),
              port("00:1c.4", ROOT_PORT, 0, 6, 8),
              port("06:00.0", PCIE_TO_PCI, 6, 7, 8),
              pci_bridge("07:01.0", 7, 8, 8), network("08:02.0")]
    after = [host("00:00.0"),
             pci_bridge("00:1c.0", 0, 2, 6),
             port("00:1c.4", ROOT_PORT, 0, 7, 9),
             port("07:00.0", PCIE_TO_PCI, 7, 8, 9),
             pci_bridge("08:01.0", 8, 9, 9), network("09:02.0")]
    return before, after


def unplugged():
    """A switch goes with all that is behind it; a PF goes with its VFs."""
    stays = [host("00:00.0"), port("00:01.0", ROOT_PORT, 0, 1, 1),
             port("00:02.0", ROOT_PORT, 0, 2, 5)]
    goes = [physical("01:00.0", 2), *virtual("01:10.0", "01:10.2"),
            port("02:00.0", UPSTREAM, 2, 3, 5),
            port("03:00.0", DOWNSTREAM, 3, 4, 4),
            port("03:01.0", DOWNSTREAM, 3, 5, 5),
            storage("04:00.0"), storage("05:00.0")]
    return stays + goes, stays


def plugged():
    return tuple(reversed(unplugged()))


def replaced():
    """Another card in each slot: an endpoint, a switch's place, a PF."""
    before = [host("00:00.0"),
              port("00:01.0", ROOT_PORT, 0, 1, 1), storage("01:00.0"),
              port("00:02.0", ROOT_PORT, 0, 2, 4),
              port("02:00.0", UPSTREAM, 2, 3, 4),
              port("03:00.0", DOWNSTREAM, 3, 4, 4), storage("04:00.0"),
              port("00:03.0", ROOT_PORT, 0, 5, 5),
              physical("05:00.0", 2), *virtual("05:10.0", "05:10.2")]
    after = [host("00:00.0"),
             port("00:01.0", ROOT_PORT, 0, 1, 1), network("01:00.0"),
             port("00:02.0", ROOT_PORT, 0, 2, 4),
             port("02:00.0", PCIE_TO_PCI, 2, 3, 4),
             pci_bridge("03:00.0", 3, 4, 4), storage("04:00.0"),
             port("00:03.0", ROOT_PORT, 0, 5, 5),
             physical("05:00.0", 2, device=0x1530),
             *virtual("05:10.0", "05:10.2")]
    return before, after


def handed_over():
    """A bridge goes; another one now leads to its bus, where a disk stays."""
    before = [host("00:00.0"),
              port("00:02.0", ROOT_PORT, 0, 5, 6), storage("05:00.0"),
              port("00:03.0", ROOT_PORT, 0, 7, 7)]
    after = [host("00:00.0"),
             port("00:03.0", ROOT_PORT, 0, 5, 6), storage("05:00.0")]
    return before, after


def functions():
    """VFs: two go, two come, and one bus further."""
    common = [host("00:00.0"), port("00:01.0", ROOT_PORT, 0, 1, 2)]
    before = [physical("01:00.0", 2), *virtual("01:10.0", "01:10.2")]
    after = [physical("01:00.0", 2, offset=0x100),
             *virtual("02:00.0", "02:00.2")]
    return common + before, common + after


def too_wide():
    """A record that was made while the bridge's range was not yet lowered."""
    before = [host("00:00.0"), port("00:01.0", ROOT_PORT, 0, 1, 0xff),
              storage("01:00.0"), port("00:02.0", ROOT_PORT, 0, 0, 0)]
    after = [host("00:00.0"), port("00:01.0", ROOT_PORT, 0, 1, 1),
             storage("01:00.0"), port("00:02.0", ROOT_PORT, 0, 2, 2)]
    return before, after


def segments():
    """Two segments change at the same time; one is new."""
    before = [host("0000:00:00.0"), pci_bridge("0000:00:02.0", 0, 1, 1),
              network("0000:01:01.0"),
              host("0001:00:00.0"), pci_bridge("0001:00:02.0", 0, 1, 1),
              network("0001:01:03.0")]
    after = [host("0000:00:00.0"), pci_bridge("0000:00:02.0", 0, 2, 2),
             network("0000:02:01.0"),
             host("0001:00:00.0"), pci_bridge("0001:00:02.0", 0, 1, 1),
             host("0a5f:40:00.0")]
    return before, after


def from_nothing():
    before, _ = moved()
    return [host("00:00.0")], before


class Random:
    """A machine grown at random, numbered depth first with gaps."""

    def __init__(self, number):
        self.random = random.Random(number)
        self.shape = self.grow(0)

    def grow(self, level):
        """What is on a bus: for each slot its kind and what is behind it."""
        slots = {}
        for slot in self.random.sample(range(32),
                                       self.random.randint(1, 4)):
            kind = self.random.choice("dddnps" if level > 2 else "dnpsbbP")
            slots[slot] = [kind, self.grow(level + 1) if kind in "bP"
                           else None]
        return slots

    def change(self, slots=None):
        slots = self.shape if slots is None else slots
        for slot in list(slots):
            dice = self.random.random()
            if dice < 0.15:
                del slots[slot]
            elif dice < 0.25:
                slots[slot] = ["n", None]
            elif slots[slot][1] is not None:
                self.change(slots[slot][1])
            if self.random.random() < 0.1:
                slots[self.random.randrange(32)] = ["s", None]

    def functions(self):
        self.next_bus = 1
        return [host("00:1f.7")] + self.bus(0, self.shape)

    def bus(self, bus, slots):
        made = []
        for slot in sorted(slots):
            kind, behind = slots[slot]
            at = f"{bus:02x}:{slot:02x}.0"
            if kind == "b" or kind == "P":
                made += self.bridge(at, bus, kind, behind)
            elif kind == "p":
                made += [physical(at, 2, offset=1),
                         *virtual(at[:-1] + "1", at[:-1] + "3")]
            else:
                made.append({"d": network, "n": network,
                             "s": storage}[kind](at))
        return made

    def bridge(self, at, bus, kind, behind):
        self.next_bus += self.random.choice((0, 0, 0, 1, 3))
        secondary = self.next_bus
        self.next_bus += 1
        made = self.bus(secondary, behind)
        self.next_bus += self.random.choice((0, 0, 0, 2))
        last = self.next_bus - 1
        itself = (pci_bridge(at, bus, secondary, last) if kind == "b" else
                  port(at, self.random.choice((ROOT_PORT, DOWNSTREAM)), bus,
                       secondary, last))
        return [itself] + made


def random_pair(number):
    machine = Random(number)
    before = machine.functions()
    machine.change()
    return before, machine.functions()


PAIRS = {
    "same": same, "moved": moved, "cycle": cycle, "unplugged": unplugged,
    "plugged": plugged, "replaced": replaced, "handed-over": handed_over,
    "functions": functions, "too-wide": too_wide, "segments": segments,
    "from-nothing": from_nothing,
}


def write(directory, name, pair):
    for when, machine in zip(("boot", "now"), pair):
        (directory / f"{name}.{when}.lspci").write_text(dump(machine))


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: worlds.py DIRECTORY")
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for name, pair in PAIRS.items():
        write(directory, name, pair())
    for number in range(RANDOM_PAIRS):
        write(directory, f"random-{number}", random_pair(number))


if __name__ == "__main__":
    main()
