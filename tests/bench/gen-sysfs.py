#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make a directory of the shape of /sys: gen-sysfs.py DIRECTORY DEVICES

The machine of gen-dump.py: real directories below devices/, nested as the
bridges are, links to them in bus/pci/devices, config space of 256 or 4096
bytes, NUMA nodes, and the links between PFs and VFs.
"""

import importlib.util
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location("gen_dump",
                                              HERE / "gen-dump.py")
gen_dump = importlib.util.module_from_spec(spec)
spec.loader.exec_module(gen_dump)


class Sysfs(gen_dump.Machine):
    """Writes each function where it belongs."""

    def __init__(self, wanted, directory):
        super().__init__(wanted)
        self.root = pathlib.Path(directory)
        self.links = self.root / "bus/pci/devices"
        self.links.mkdir(parents=True)
        self.behind = {}  # (segment, bus) -> directory of its bridge
        self.physical = None

    def function(self, at, ids, class_code, port_type=None, buses=None,
                 sriov=None):
        before = len(self.out)
        super().function(at, ids, class_code, port_type, buses, sriov)
        if len(self.out) == before:
            return
        text = self.out.pop()
        config = bytes.fromhex("".join(
            line.split(": ", 1)[1] for line in text.splitlines()[1:]))
        segment, bus, _, _ = at
        name = "%04x:%02x:%02x.%x" % at
        above = self.behind.get((segment, bus)) or \
            self.root / f"devices/pci{segment:04x}:{bus:02x}"
        place = above / name
        place.mkdir(parents=True)
        size = 256 if port_type is None and ids[0] != 0xffff else 4096
        (place / "config").write_bytes(config.ljust(size, b"\0"))
        words = {"numa_node": "-1", "vendor": f"0x{ids[0]:04x}",
                 "device": f"0x{ids[1]:04x}", "class": f"0x{class_code:06x}",
                 "revision": "0x01", "irq": "0", "power_state": "D0",
                 "resource": "\n".join(["0x0 0x0 0x0"] * 13)}
        for leaf, word in words.items():
            (place / leaf).write_text(word + "\n")
        if buses:
            self.behind[segment, buses[1]] = place
        if sriov:
            self.physical = place
        if ids[0] == 0xffff:
            (place / "physfn").symlink_to(f"../{self.physical.name}")
        (self.links / name).symlink_to(os.path.relpath(place, self.links))


def main():
    if len(sys.argv) != 3 or not sys.argv[2].isdigit():
        sys.exit("usage: gen-sysfs.py DIRECTORY DEVICES")
    machine = Sysfs(int(sys.argv[2]), sys.argv[1])
    segment = 0
    while machine.left:
        machine.segment(segment)
        segment += 1


if __name__ == "__main__":
    main()
