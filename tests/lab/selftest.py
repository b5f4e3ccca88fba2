# SPDX-License-Identifier: GPL-2.0-only
"""The lab's own reading and comparing, without booting anything."""
import copy
import types
import unittest

from lab import (expect, hypfs, iommu, owners, report, runner, sight, topology,
                 truth)
from lab.devices import nvme, pci_bridge, pcie_pci_bridge, root_port
from lab.machine import Machine

READ = """\
== format
2
== state
on
== generation
7
== 0000/devices
generation 7
sbdf=0000:00:02.0 type=root-port class=060400 revision=00 vendor=1b36 \
device=000c header=01 primary=00 secondary=01 subordinate=02 \
flags=bridge,configured physfn=- node=- \
owner=dom0
sbdf=0000:01:00.0 type=pcie-to-pci-bridge class=060400 revision=00 \
vendor=1b36 device=000e header=01 primary=01 secondary=02 subordinate=02 \
flags=bridge,configured physfn=- node=- \
owner=dom0
sbdf=0000:02:01.0 type=pci-device class=020000 revision=03 vendor=8086 \
device=100e header=00 primary=- secondary=- subordinate=- flags=- physfn=- \
node=0 owner=dom0
== 0000/buses
generation 7
bus=01 bridge=0000:00:02.0 alias=- secondary=-
bus=02 bridge=0000:01:00.0 alias=0000:01:00.0 secondary=02
== 0000/problems
generation 7
"""

ENDPOINT = {"header": "00", "primary": "-", "secondary": "-",
            "subordinate": "-", "physfn": "-"}
BRIDGE = {"class": "060400", "revision": "00", "vendor": "1b36",
          "header": "01", "physfn": "-"}
TRUE = [
    BRIDGE | {"sbdf": "0000:00:02.0", "type": "root-port", "device": "000c",
              "primary": "00", "secondary": "01", "subordinate": "02"},
    BRIDGE | {"sbdf": "0000:01:00.0", "type": "pcie-to-pci-bridge",
              "device": "000e", "primary": "01", "secondary": "02",
              "subordinate": "02"},
    ENDPOINT | {"sbdf": "0000:02:01.0", "type": "pci-device",
                "class": "020000", "revision": "03", "vendor": "8086",
                "device": "100e"},
]


class Hypfs(unittest.TestCase):
    def test_equal(self):
        self.assertEqual(
            truth.compare(hypfs.parse(READ), copy.deepcopy(TRUE)),
            "3 devices and 2 buses as in dom0")

    def test_lies(self):
        for name, lie in expect.LIES.items():
            with self.subTest(name):
                devices = copy.deepcopy(TRUE)
                lie(devices)
                with self.assertRaises(truth.Differs):
                    truth.compare(hypfs.parse(READ), devices)

    def test_wrong_alias(self):
        wrong = READ.replace("alias=0000:01:00.0 secondary=02",
                             "alias=- secondary=-")
        with self.assertRaisesRegex(truth.Differs, "alias"):
            truth.compare(hypfs.parse(wrong), copy.deepcopy(TRUE))

    def test_a_problem(self):
        wrong = READ + "kind=stale sbdf=0000:02:01.0\n"
        with self.assertRaisesRegex(truth.Differs, "stale"):
            truth.compare(hypfs.parse(wrong), copy.deepcopy(TRUE))

    def test_changed_meanwhile(self):
        self.assertIsNone(hypfs.parse(
            READ.replace("== generation\n7", "== generation\n8")))

    def test_off(self):
        with self.assertRaisesRegex(hypfs.Unreadable, "state is off"):
            hypfs.parse("== format\n2\n== state\noff\n== generation\n0\n")

    def test_garbage(self):
        with self.assertRaises(hypfs.Unreadable):
            hypfs.parse(READ.replace("type=root-port", "type"))


class Paths(unittest.TestCase):
    def test_of_the_machine(self):
        disk = nvme("disk")
        root_port(2, pcie_pci_bridge("pb", pci_bridge(
            "b", disk, addr=1, chassis=1)))
        self.assertEqual(disk.path(), "00/02.0/00.0/01.0/00.0")

    def test_of_sysfs(self):
        self.assertEqual(
            sight.stable_path("/sys/devices/pci0000:00/0000:00:02.0/"
                              "0000:03:00.0"), "0000:00/02.0/00.0")


class Entries(unittest.TestCase):
    """The IOMMUs' tables, as their specifications have them."""

    def test_vtd(self):
        self.assertIsNone(iommu.vtd_entry(0x13a866000, 0xfffe02, True))
        for high, caching_mode, domain in ((0xfffa02, True, 5),
                                           (0x000502, False, 5),
                                           (0x7ffb02, True, 0x8004)):
            entry = iommu.vtd_entry(0x13a866001, high, caching_mode)
            self.assertEqual(entry, iommu.Entry(domain, 0x13a866000))
        self.assertEqual(iommu.vtd_entry(0x13a866009, 0xffff02, True),
                         iommu.Entry(0, 0))

    def test_amd(self):
        self.assertIsNone(iommu.amd_entry(0x1, 0))
        self.assertEqual(iommu.amd_entry(0x600000013a92f603, 5),
                         iommu.Entry(5, 0x13a92f000))
        # Without V all passes, and without a mode as well.
        self.assertEqual(iommu.amd_entry(0, 0), iommu.Entry(0, 0))
        self.assertEqual(iommu.amd_entry(0x6000000000000003, 7),
                         iommu.Entry(7, 0))

    def test_ids(self):
        self.assertEqual(iommu.number("0000:02:1f.7"), 0x2ff)
        self.assertEqual(iommu.name(0x2ff), "02:1f.7")


ASKED = """\
(XEN) ==== PCI devices ====
(XEN) ==== segment 0000 ====
(XEN) 0000:03:02.0 - d0 - node -1  - MSIs < 25 >
(XEN) [2026-11-26 04:00:00] 0000:03:01.0 - d5 - node -1
(XEN) 0000:02:00.0 - d0 - node -1
(XEN) 0000:01:00.0 - DomIO:8004 - node -1
(XEN) 0000:00:02.0 - d[XEN] - node -1
domain 0 alive
domain 5 alive
domain 6 dying
"""
# a, which domain 5 has, and dom0's b are behind pb; disk is in quarantine.
MACHINE = Machine([
    root_port(1, nvme("disk")),
    root_port(2, pcie_pci_bridge("pb", nvme("a", 1), nvme("b", 2)))])
PLACES = {"rp1": 0x08, "rp2": 0x10, "disk": 0x100, "pb": 0x200, "a": 0x308,
          "b": 0x310}
ROOTS = {0: 0x1000, 5: 0x5000, 6: 0x6000, 0x8004: 0x8000}
# Of these, those of the bridge are the guest's.
RIGHT = {0x10: 0, 0x100: 0x8004, 0x200: 5, 0x300: 5, 0x308: 5, 0x310: 0}


class Owners(unittest.TestCase):
    def complaints(self, changes=None, settled=True, **more):
        machine = topology.Topology(
            PLACES | more.get("places", {}), frozenset(PLACES.values()),
            {"rp1": 1, "rp2": 2, "pb": 3} | more.get("secondaries", {}),
            MACHINE)
        host = types.SimpleNamespace(machine=MACHINE)
        under_test = owners.Owners(host)
        under_test.machines = more.get("before", []) + [machine]
        under_test.roots = ROOTS | more.get("roots", {})
        under_test.ledger.given = {"a": 5, "disk": iommu.DOM_IO}
        under_test.ledger.carried = {"a": {0x200, 0x300, 0x308},
                                     "disk": {0x100}}
        listed, alive = owners.parse(ASKED)
        entries = {rid: iommu.Entry(domain, ROOTS.get(domain, 0))
                   for rid, domain in (RIGHT | (changes or {})).items()
                   if domain is not None}
        look = owners.Look(iommu.Tables(more.get("enabled", True), entries),
                           listed | more.get("listed", {}), alive, machine)
        return "; ".join(under_test.complaints(look, settled))

    def test_right(self):
        self.assertEqual(self.complaints(), "")
        self.assertEqual(self.complaints({0x300: None, 0x100: None}), "")

    def test_wrong(self):
        for changes, words in (
                ({0x100: 0}, "disk, given to quarantine, carries 01:00.0"),
                ({0x300: 0}, "a, given to d5, carries 03:00.0, which has d0"),
                ({0x310: 5}, "03:02.0 b has d5; .* Xen's list: d0"),
                ({0x100: 6}, "01:00.0 disk has d6, which is gone"),
                ({0x100: 0x8005}, "has quarantine 0x8005"),
                ({0x400: 0}, "04:00.0 has d0; .* nobody"),
                ({0x400: 5}, "04:00.0 has d5; .* nobody")):
            with self.subTest(words):
                self.assertRegex(self.complaints(changes), words)

    def test_off(self):
        self.assertRegex(self.complaints(enabled=False), "off")

    def test_untranslated(self):
        ROOTS[7] = 0
        self.assertRegex(self.complaints({0x310: 7}), "untranslated")
        del ROOTS[7]

    def test_other_page_tables(self):
        right, ROOTS[5] = ROOTS[5], 0x9000
        try:
            self.assertRegex(self.complaints(roots={5: right}),
                             "other page tables")
        finally:
            ROOTS[5] = right

    def test_the_lists_owner(self):
        self.assertRegex(self.complaints({0x308: None, 0x200: None,
                                          0x300: None},
                                         listed={0x308: "d0"}),
                         "03:01.0 a is d0's in Xen's list")

    def test_an_old_alias(self):
        old = topology.Topology(PLACES, frozenset(PLACES.values()),
                                {"rp1": 1, "rp2": 2, "pb": 3}, MACHINE)
        # pb leads to bus 4 now; what is behind it has not been reported.
        now = {"secondaries": {"pb": 4},
               "places": {"a": 0x408, "b": 0x410}}
        self.assertEqual(self.complaints(settled=False, before=[old], **now),
                         "")
        self.assertRegex(self.complaints(**now), "03:00.0 has d5; .* nobody")


class Topologies(unittest.TestCase):
    TREE = """\
      dev: pcie-root-port, id "rp2"
        addr = 02.0
        class PCI bridge, addr 00:02.0, pci id 1b36:000c (sub 0000:0000)
        bus: rp2
          dev: pcie-pci-bridge, id "pb"
            class PCI bridge, addr 02:00.0, pci id 1b36:000e (sub 0000:0000)
            bus: pb
              dev: nvme, id "a"
                class Class 0108, addr 03:01.0, pci id 1b36:0010 (sub 0:0)
      dev: ICH9-SMB, id ""
        class SMBus, addr 00:1f.3, pci id 8086:2930 (sub 1af4:1100)
"""

    def take(self, **windows):
        def monitor(line):
            if line == "info qtree":
                return self.TREE
            place = (int(line.split()[2], 16) - topology.MMCONFIG) >> 12
            name = {0x10: "rp2", 0x200: "pb"}[place]
            return f"0: {windows[name]:#010x}\n"
        return topology.take(types.SimpleNamespace(
            machine=MACHINE, qmp=types.SimpleNamespace(monitor=monitor)))

    def test_there(self):
        now = self.take(rp2=0x030200, pb=0x030302)
        self.assertEqual(now.requesters("a"), (0x308, {0x300}, {0x200}))
        self.assertEqual(now.functions, {0x10, 0x200, 0x308, 0xfb})

    def test_out_of_reach(self):
        for windows in ({"rp2": 0x020200, "pb": 0x030302},
                        {"rp2": 0xffffffff, "pb": 0x030302},
                        {"rp2": 0x030200, "pb": 0x000000}):
            self.assertIsNone(self.take(**windows).requesters("a"))


class Words(unittest.TestCase):
    """Xen's and Linux's messages that decide over pass and fail."""

    def host(self, log):
        return types.SimpleNamespace(log=lambda: log, boot_failure=None)

    def test_dma_fault(self):
        for log in ("(XEN) [VT-D]DMAR:[DMA Read] Request device "
                    "[0000:02:00.0] fault addr 136db5000\n",
                    "(XEN) AMD-Vi: IO_PAGE_FAULT: 0000:02:00.0 d0 addr 0 "
                    "flags 0 I\n"):
            with self.assertRaisesRegex(expect.Failed, "0000:02:00.0"):
                expect.no_dma_fault()(self.host(log))

    def test_refused_add(self):
        log = "pci 0000:04:02.0: Failed to add - passthrough or MSI/MSI-X"
        with self.assertRaisesRegex(expect.Failed, "0000:04:02.0"):
            expect.no_refused_add()(self.host(log))


class Counting(unittest.TestCase):
    def test_a_skip_is_no_pass(self):
        result = runner.Result("X", "", "", "stock", "skipped", "no QEMU")
        self.assertEqual(report.closing([result]),
                         "0 passed, 0 failed, 1 skipped")


if __name__ == "__main__":
    unittest.main()
