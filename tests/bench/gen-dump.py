#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print an lspci dump of a large machine: gen-dump.py DEVICES

Always the same for the same number.  Segments of about 4,000 functions: root
ports, below some of them a switch with four slots, below others a PCI
Express to PCI bridge; in the slots network adapters with virtual functions,
or disks.
"""

import sys

SEGMENT_FUNCTIONS = 4000
VIRTUAL_FUNCTIONS = 63
ROOT_PORT, UPSTREAM, DOWNSTREAM, PCIE_TO_PCI, ENDPOINT = 4, 5, 6, 7, 0


class Machine:
    def __init__(self, wanted):
        self.left = wanted
        self.out = []

    def function(self, at, ids, class_code, port_type=None, buses=None,
                 sriov=None):
        """`at` is (segment, bus, slot, function)."""
        if not self.left:
            return
        self.left -= 1
        size = 0x1000 if sriov else 0x40 if port_type is None else 0x100
        config = bytearray(size)
        config[0x00:0x04] = (ids[0] | ids[1] << 16).to_bytes(4, "little")
        config[0x08:0x0c] = (class_code << 8 | 1).to_bytes(4, "little")
        config[0x0e] = 0x81 if buses else 0x80
        if buses:
            config[0x18:0x1b] = bytes(buses)
        if port_type is not None:
            config[0x06] = 0x10
            config[0x34] = 0x40
            config[0x40] = 0x10
            config[0x42] = port_type << 4 | 2
        if sriov:
            config[0x100:0x104] = (1 << 16 | 0x10).to_bytes(4, "little")
            config[0x108] = 1
            for offset in (0x10c, 0x10e, 0x110):
                config[offset:offset + 2] = sriov.to_bytes(2, "little")
            config[0x114:0x118] = (1 | 1 << 16).to_bytes(4, "little")
        lines = ["%04x:%02x:%02x.%x made up" % at]
        for offset in range(0, size, 16):
            lines.append("%02x: %s" % (offset, config[offset:offset + 16]
                                       .hex(" ")))
        self.out.append("\n".join(lines) + "\n")

    def bridge(self, at, port_type, secondary, subordinate):
        self.function(at, (0x8086, 0x2030), 0x060400, port_type,
                      (at[1], secondary, subordinate))

    def adapter(self, segment, bus):
        """A PF with its VFs on one bus, as ARI numbers them."""
        self.function((segment, bus, 0, 0), (0x8086, 0x1520), 0x020000,
                      ENDPOINT, sriov=VIRTUAL_FUNCTIONS)
        for number in range(1, VIRTUAL_FUNCTIONS + 1):
            self.function((segment, bus, number >> 3, number & 7),
                          (0xffff, 0xffff), 0x020000, ENDPOINT)

    def disks(self, segment, bus):
        for slot in range(16):
            self.function((segment, bus, slot, 0), (0x8086, 0x2922), 0x010601)

    def switch(self, segment, bus):
        """An upstream port on `bus`, four slots behind; the last bus."""
        self.bridge((segment, bus, 0, 0), UPSTREAM, bus + 1, bus + 5)
        for slot in range(4):
            self.bridge((segment, bus + 1, slot, 0), DOWNSTREAM,
                        bus + 2 + slot, bus + 2 + slot)
        for slot in range(4):
            if slot % 2:
                self.function((segment, bus + 2 + slot, 0, 0),
                              (0x144d, 0xa808), 0x010802, ENDPOINT)
            else:
                self.adapter(segment, bus + 2 + slot)
        return bus + 5

    def segment(self, segment):
        end = max(self.left - SEGMENT_FUNCTIONS, 0)
        self.function((segment, 0, 0, 0), (0x8086, 0x1237), 0x060000)
        bus, port = 1, 8
        while self.left > end and bus + 5 < 256 and port < 256:
            at = (segment, 0, port >> 3, port & 7)
            if port % 3 == 2:
                self.bridge(at, ROOT_PORT, bus, bus + 1)
                self.bridge((segment, bus, 0, 0), PCIE_TO_PCI, bus + 1,
                            bus + 1)
                self.disks(segment, bus + 1)
                last = bus + 1
            elif port % 3 == 1:
                self.bridge(at, ROOT_PORT, bus, bus)
                self.adapter(segment, bus)
                last = bus
            else:
                self.bridge(at, ROOT_PORT, bus, bus + 5)
                last = self.switch(segment, bus)
            bus, port = last + 1, port + 1


def main():
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit("usage: gen-dump.py DEVICES")
    machine = Machine(int(sys.argv[1]))
    segment = 0
    while machine.left:
        if segment > 0xffff:
            sys.exit("gen-dump.py: more devices than segments hold")
        machine.segment(segment)
        segment += 1
    sys.stdout.write("\n".join(machine.out) + "\n")


if __name__ == "__main__":
    main()
