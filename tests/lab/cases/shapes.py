# SPDX-License-Identifier: GPL-2.0-only
"""Other machines' shapes: switches, extra root buses, PCI behind PCI, VFs.

What a stock Xen does with the renumbered ones is not stated: it depends on
which number meets which. There the module has to be right, whatever stock is.
"""
from ..case import Case
from ..devices import (Device, e1000, extra_root, legacy_bridge, nvme,
                       pci_bridge, pcie_pci_bridge, root_port, switch,
                       virtio_blk)
from ..expect import (all_well, consistent, lists_agree, nvme_live, reads,
                      wrong)
from ..machine import Machine
from ..steps import dom0, plug, remove_in_dom0, unplug
from .hotplug import NATIVE
from .renumber import RENUMBER

SWITCH = Case(
    "switch", "disks behind a switch, buses renumbered",
    Machine([root_port(1), root_port(2, switch(
        "sw", (nvme("one"),), (pcie_pci_bridge("pb", virtio_blk(
            "two", addr=3)),), (nvme("three"),))),
             root_port(5, reserve=32)], dom0=RENUMBER),
    module=all_well() + [nvme_live("one"), nvme_live("three"), reads("one"),
                         reads("two"), reads("three")],
    agent=True, after=consistent() + [reads("two")], debug=True)

ROOTS = Case(
    "roots", "an extra root bus with a bridge and disks",
    Machine([root_port(1), root_port(2, nvme("one")),
             extra_root("px", 0x40,
                        root_port(7, pcie_pci_bridge("pb", e1000(
                            "two", addr=2)), name="xrp1", addr=0),
                        root_port(8, nvme("three"), name="xrp2", addr=1),
                        addr=9),
             root_port(4, reserve=16)]),
    stock=all_well() + [lists_agree(), nvme_live("one"), nvme_live("three"),
                        reads("one"), reads("three")],
    module=all_well() + [nvme_live("one"), nvme_live("three"), reads("one"),
                         reads("three")] + consistent())

LEGACY = Case(
    "legacy", "PCI bridges three deep below a DMI-to-PCI bridge, renumbered",
    Machine([legacy_bridge("dmi", pci_bridge(
        "b1", pci_bridge("b2", e1000("low", addr=4), addr=2, chassis=32),
        e1000("high", addr=3), addr=1, chassis=31), addr=6),
             root_port(1, nvme("disk")), root_port(4, reserve=32)],
            dom0=RENUMBER),
    module=all_well() + [nvme_live("disk"), reads("disk")],
    agent=True, after=consistent())

# The numbers are what QEMU's nvme wants for two VFs.
PF = Device("nvme", "pf", props={
    "serial": "pf", "subsys": "subsys", "sriov_max_vfs": 2,
    "sriov_vq_flexible": 4, "sriov_vi_flexible": 2, "max_ioqpairs": 6,
    "msix_qsize": 7})

VFS = Case(
    "vfs", "two virtual functions are switched on",
    Machine([root_port(1), root_port(2, PF, reserve=4)],
            extra=["-device", "nvme-subsys,id=subsys"]),
    steps=[nvme_live("pf"),
           dom0("echo 2 >/sys/bus/pci/devices/{pf}/sriov_numvfs"),
           dom0("[ -e /sys/bus/pci/devices/{pf}/virtfn1 ]")],
    stock=all_well() + [lists_agree()],
    module=all_well() + consistent(), debug=True)

# Linux leaves the VFs of nvme in its lists without their PF; the module does
# not know a VF without its PF.
VFS_WITHOUT_PF = wrong(
    lists_agree(), r"^stale: none; missing: 0000:02:00\.1 0000:02:00\.2$")

CASES = [
    SWITCH, ROOTS, LEGACY, VFS,
    VFS.but("vfs-off", "virtual functions are switched on and off",
            steps=VFS.steps + [
                dom0("echo 0 >/sys/bus/pci/devices/{pf}/sriov_numvfs")],
            long=True),
    VFS.but("pf-gone", "a PF is removed while its virtual functions are on",
            steps=VFS.steps + [remove_in_dom0("pf")], stock=None,
            module=all_well() + [VFS_WITHOUT_PF]),
    SWITCH.but("sw-rescan", "a switch is removed in dom0 and found again",
               steps=[dom0("echo 1 >/sys/bus/pci/devices/{sw}/remove"),
                      dom0("echo 1 >/sys/bus/pci/rescan", 60)], long=True),
    # Nothing is behind the first bridge: QEMU 7.2 crashes on the IOMMU's state
    # for a device whose bus has left.
    Case("replug", "a bridge is plugged, removed, another with a disk plugged",
         Machine([root_port(1, reserve=4), root_port(2, nvme("other"))],
                 globals=NATIVE),
         steps=[plug("rp1", pcie_pci_bridge("pb")),
                unplug("pb"), plug("rp1", pcie_pci_bridge("pb2")),
                plug("pb2", virtio_blk("disk2", addr=2))],
         module=all_well() + [reads("disk2"), nvme_live("other")],
         agent=True, after=consistent()),
]
