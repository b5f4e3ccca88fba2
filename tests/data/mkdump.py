#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write the machines that the tool's tests read: mkdump.py DIRECTORY

Each machine is a function below that returns the text of an lspci dump.
Registers are those of the PCI Local Bus Specification 3.0 (6.1), the
PCI-to-PCI Bridge Architecture Specification 1.2 (3.2) and the PCI Express
Base Specification 5.0 (7.5.3, 9.3.3).
"""

import pathlib
import sys

ENDPOINT, ROOT_PORT, UPSTREAM, DOWNSTREAM, PCIE_TO_PCI = 0, 4, 5, 6, 7
RCIEP = 9
BRIDGE_CLASS = 0x060400
HOST_CLASS = 0x060000
NETWORK_CLASS = 0x020000


class Function:
    """One function's config space."""

    def __init__(self, sbdf, vendor, device, class_code, size=64):
        self.sbdf = sbdf
        self.bytes = bytearray(size)
        self.word(0x00, vendor)
        self.word(0x02, device)
        self.bytes[0x08] = 0x01
        self.bytes[0x09:0x0c] = class_code.to_bytes(3, "little")

    def word(self, offset, value):
        self.bytes[offset:offset + 2] = value.to_bytes(2, "little")

    def long(self, offset, value):
        self.bytes[offset:offset + 4] = value.to_bytes(4, "little")

    def multifunction(self):
        self.bytes[0x0e] |= 0x80
        return self

    def bridge(self, primary, secondary, subordinate):
        self.bytes[0x0e] |= 0x01
        self.bytes[0x18:0x1b] = bytes((primary, secondary, subordinate))
        return self

    def express(self, port_type):
        """A PCI Express capability at 40."""
        self.word(0x06, 0x0010)
        self.bytes[0x34] = 0x40
        self.bytes[0x40] = 0x10
        self.word(0x42, port_type << 4 | 2)
        return self

    def sriov(self, count, offset, stride, device):
        """An SR-IOV extended capability at 100."""
        self.long(0x100, 1 << 16 | 0x0010)
        self.word(0x108, 0x0001)
        self.word(0x10c, count)
        self.word(0x10e, count)
        self.word(0x110, count)
        self.word(0x114, offset)
        self.word(0x116, stride)
        self.word(0x11a, device)
        return self

    def text(self):
        lines = [f"{self.sbdf} Made up: device for a test"]
        for offset in range(0, len(self.bytes), 16):
            row = " ".join(f"{byte:02x}"
                           for byte in self.bytes[offset:offset + 16])
            lines.append(f"{offset:02x}: {row}")
        return "\n".join(lines) + "\n"


def dump(functions):
    return "\n".join(function.text() for function in functions) + "\n"


def host(sbdf):
    return Function(sbdf, 0x8086, 0x1237, HOST_CLASS)


def pci_bridge(sbdf, primary, secondary, subordinate):
    return Function(sbdf, 0x8086, 0x244e, BRIDGE_CLASS).bridge(
        primary, secondary, subordinate)


def port(sbdf, port_type, primary, secondary, subordinate):
    return Function(sbdf, 0x8086, 0x2030, BRIDGE_CLASS, 256).bridge(
        primary, secondary, subordinate).express(port_type)


def network(sbdf):
    return Function(sbdf, 0x8086, 0x100e, NETWORK_CLASS)


def desktop_functions():
    return [
        host("00:00.0"),
        port("00:01.0", ROOT_PORT, 0, 1, 1),
        port("00:1c.0", ROOT_PORT, 0, 2, 5).multifunction(),
        port("00:1c.1", ROOT_PORT, 0, 6, 8).multifunction(),
        Function("00:1f.0", 0x8086, 0x7000, 0x060100),
        Function("01:00.0", 0x1234, 0x1111, 0x030000, 256).express(ENDPOINT),
        port("02:00.0", UPSTREAM, 2, 3, 5),
        port("03:00.0", DOWNSTREAM, 3, 4, 4),
        port("03:01.0", DOWNSTREAM, 3, 5, 5),
        Function("04:00.0", 0x8086, 0x1533, NETWORK_CLASS,
                 256).express(ENDPOINT),
        port("06:00.0", PCIE_TO_PCI, 6, 7, 8),
        network("07:01.0"),
        pci_bridge("07:02.0", 7, 8, 8),
        network("08:04.0"),
        Function("ff:00.0", 0x8086, 0x2c70, HOST_CLASS).multifunction(),
        Function("ff:00.1", 0x8086, 0x2d81, HOST_CLASS).multifunction(),
    ]


def desktop():
    """Ports, a switch, a PCI Express to PCI bridge, a second root bus."""
    return dump(desktop_functions())


def renumbered():
    """The desktop when each port was given a bus more; a card came, one went."""
    buses = {0: 0, 1: 1, 2: 3, 3: 4, 4: 5, 5: 6, 6: 8, 7: 9, 8: 0xa,
             0xff: 0xff}
    functions = []
    for function in desktop_functions():
        if function.sbdf == "01:00.0":
            continue
        bus, place = function.sbdf.split(":")
        function.sbdf = f"{buses[int(bus, 16)]:02x}:{place}"
        if function.bytes[0x0e] & 1:
            for at in (0x18, 0x19, 0x1a):
                function.bytes[at] = buses[function.bytes[at]]
        if function.sbdf in ("00:01.0", "00:1c.0", "00:1c.1"):
            function.bytes[0x1a] += 1
        functions.append(function)
    functions.append(Function("06:00.0", 0x8086, 0x1533, NETWORK_CLASS,
                              256).express(ENDPOINT))
    return dump(functions)


def restarted():
    """The desktop after what hardware and drivers change by themselves."""
    functions = desktop_functions()
    for function in functions:
        function.word(0x04, 0x0507)
        function.bytes[0x07] |= 0xf9
        function.bytes[0x0c] = 0x10
        function.bytes[0x3c] = 0x0b
        if function.bytes[0x0e] & 1:
            function.word(0x1e, 0xffff)
            function.long(0x20, 0xfe00fe00)
            function.word(0x3e, 0x0003)
        else:
            function.long(0x10, 0xfebc0000)
        if function.bytes[0x34]:
            function.word(0x4a, 0x003f)
            function.word(0x52, 0xd022)
            function.word(0x58, 0x17f1)
            function.word(0x5a, 0x015f)
            function.long(0x60, 0x00030000)
    return dump(functions)


def refitted():
    """The desktop with other cards in its slots."""
    functions = {function.sbdf: function for function in desktop_functions()}
    functions["04:00.0"].word(0x02, 0x10d3)
    functions["01:00.0"].word(0x2e, 0x0777)
    functions["01:00.0"].bytes[0x08] = 0x02
    functions["03:01.0"].long(0x54, 12 << 19)
    return dump(list(functions.values()))


def segments():
    """Two segments with the same bus numbers, and legacy bridges."""
    return dump([
        host("0000:00:00.0"),
        pci_bridge("0000:00:02.0", 0, 1, 4),
        network("0000:01:01.0"),
        pci_bridge("0000:01:02.0", 1, 2, 2),
        network("0000:02:00.0"),
        host("0001:00:00.0"),
        pci_bridge("0001:00:02.0", 0, 1, 1),
        network("0001:01:03.0"),
        network("0a5f:40:00.0"),
    ])


def sriov():
    """A PF whose VFs begin on its own bus and go on on the next one."""
    physical = Function("01:00.0", 0x8086, 0x1520, NETWORK_CLASS,
                        4096).express(ENDPOINT)
    physical.sriov(count=4, offset=0x80, stride=0x40, device=0x1521)
    virtual = [Function(at, 0xffff, 0xffff, NETWORK_CLASS,
                        4096).express(ENDPOINT)
               for at in ("01:10.0", "01:18.0", "02:00.0", "02:08.0")]
    return dump([host("00:00.0"), port("00:01.0", ROOT_PORT, 0, 1, 2),
                 physical] + virtual)


def spill():
    """Devices on a bus in a bridge's range that has no bridge of its own."""
    return dump([
        host("00:00.0"),
        port("00:02.0", ROOT_PORT, 0, 0x5e, 0x60),
        port("5e:00.0", UPSTREAM, 0x5e, 0x5f, 0x60),
        network("60:00.0").multifunction(),
        network("60:00.1").multifunction(),
    ])


def overlap():
    """Two bridges that claim bus 05."""
    return dump([
        host("00:00.0"),
        pci_bridge("00:01.0", 0, 3, 5),
        pci_bridge("00:02.0", 0, 5, 7),
        network("05:00.0"),
        network("06:00.0"),
    ])


def impossible():
    """A bridge that leads to its own bus, and one with its range reversed."""
    return dump([
        host("00:00.0"),
        pci_bridge("00:01.0", 0, 0, 3),
        pci_bridge("00:02.0", 0, 9, 4),
        pci_bridge("00:03.0", 0, 6, 8),
        pci_bridge("06:00.0", 6, 6, 6),
        network("06:01.0"),
        pci_bridge("00:04.0", 0, 0, 0),
    ])


def wide():
    """A bridge whose subordinate bus is ff, with a bridge on bus fe."""
    return dump([
        host("00:00.0"),
        pci_bridge("00:01.0", 0, 1, 0xff),
        network("01:00.0"),
        pci_bridge("fe:00.0", 0xfe, 0xff, 0xff),
        network("ff:1f.7"),
    ])


def unread():
    """What lspci -x prints: types and aliases that can and cannot be known."""
    functions = [
        host("00:00.0"),
        port("00:01.0", ROOT_PORT, 0, 1, 1),
        port("00:02.0", ROOT_PORT, 0, 5, 6),
        pci_bridge("00:1e.0", 0, 2, 4),
        Function("01:00.0", 0x8086, 0x1520, NETWORK_CLASS,
                 256).express(ENDPOINT),
        Function("01:10.0", 0xffff, 0xffff, NETWORK_CLASS,
                 256).express(ENDPOINT),
        port("02:00.0", PCIE_TO_PCI, 2, 3, 4),
        network("03:01.0"),
        pci_bridge("05:00.0", 5, 6, 6),
        network("06:00.0"),
    ]
    for function in functions:
        del function.bytes[64:]
    return dump(functions)


def above_ffff():
    """A segment that Xen's hypercalls cannot express."""
    return dump([
        host("0000:00:00.0"),
        port("10000:00:02.0", ROOT_PORT, 0, 1, 1),
        network("10000:01:00.0"),
    ])


def empty():
    return ""


def no_bytes():
    """What `lspci` prints without -x."""
    return ("00:00.0 Host bridge: made up\n"
            "00:01.0 PCI bridge: made up\n")


def short_bytes():
    """A bridge of which only 16 bytes are there: no bus numbers."""
    text = pci_bridge("00:01.0", 0, 1, 1).text().splitlines()
    return "\n".join(text[:2]) + "\n"


def cut():
    """Cut in the middle of a line."""
    whole = dump([host("00:00.0"), pci_bridge("00:01.0", 0, 1, 1)])
    return whole[:len(whole) - 90]


def garbled():
    """A byte that is none."""
    whole = dump([host("00:00.0"), pci_bridge("00:01.0", 0, 1, 1)])
    return whole.replace("10: 00 00 00 00 00 00 00 00 00 01",
                         "10: 00 00 00 00 00 00 00 00 00 0x")


def not_a_device():
    """A slot above 1f."""
    return network("00:20.0").text()


def bad_function():
    return network("00:01.8").text()


def twice():
    """The same device two times."""
    return dump([host("00:00.0"), host("00:00.0")])


MACHINES = {
    "desktop": desktop, "segments": segments, "sriov": sriov, "spill": spill,
    "overlap": overlap, "impossible": impossible, "wide": wide,
    "above-ffff": above_ffff, "empty": empty, "no-bytes": no_bytes,
    "short-bytes": short_bytes, "cut": cut, "garbled": garbled,
    "not-a-device": not_a_device, "bad-function": bad_function,
    "twice": twice, "renumbered": renumbered, "restarted": restarted,
    "refitted": refitted, "unread": unread,
}


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: mkdump.py DIRECTORY")
    directory = pathlib.Path(sys.argv[1])
    for name, machine in MACHINES.items():
        (directory / f"{name}.lspci").write_text(machine())


if __name__ == "__main__":
    main()
