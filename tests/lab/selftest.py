# SPDX-License-Identifier: GPL-2.0-only
"""The lab's own reading and comparing, without booting anything."""
import copy
import types
import unittest

from lab import expect, hypfs, iommu, report, runner, sight, truth
from lab.devices import nvme, pci_bridge, pcie_pci_bridge, root_port

READ = """\
== format
1
== state
on
== generation
7
== 0000/devices
generation 7
sbdf=0000:00:02.0 type=root-port class=060400 revision=00 vendor=1b36 \
device=000c header=01 primary=00 secondary=01 subordinate=02 \
flags=bridge,configured physfn=- node=-
sbdf=0000:01:00.0 type=pcie-to-pci-bridge class=060400 revision=00 \
vendor=1b36 device=000e header=01 primary=01 secondary=02 subordinate=02 \
flags=bridge,configured physfn=- node=-
sbdf=0000:02:01.0 type=pci-device class=020000 revision=03 vendor=8086 \
device=100e header=00 primary=- secondary=- subordinate=- flags=- physfn=- \
node=0
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
            hypfs.parse("== format\n1\n== state\noff\n== generation\n0\n")

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
