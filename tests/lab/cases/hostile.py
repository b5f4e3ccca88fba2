# SPDX-License-Identifier: GPL-2.0-only
"""Rounds in which nobody behaves, on both vendors' IOMMUs."""
from ..case import Case
from ..devices import (Device, nvme, pci_bridge, pcie_pci_bridge, root_port,
                       switch)
from ..domains import let_go
from ..expect import host_survives, nvme_live, reads
from ..hostile import rounds
from ..machine import Machine


def card(name, addr):
    """A conventional card that no driver takes."""
    return Device("pci-testdev", name, addr)


ENDPOINTS = ("nic", "gpu", "a", "b", "fast", "c", "d", "e")
BRIDGES = ("rp1", "rp2", "rp3", "rp4", "pb", "sw", "sw-d0", "pb2", "low")
HOSTILE = Case(
    "hostile", "random hypercalls and domains, while guests' devices change",
    Machine([root_port(1, Device("e1000e", "nic")),
             root_port(2, pcie_pci_bridge("pb", card("a", 1), card("b", 2))),
             root_port(3, Device("e1000e", "gpu")),
             root_port(4, switch("sw", (nvme("fast"),),
                                 (pcie_pci_bridge("pb2", card("c", 1)),))),
             pci_bridge("low", card("d", 1), card("e", 2), addr=9,
                        chassis=9),
             root_port(5, reserve=2), root_port(6, reserve=2),
             root_port(7, nvme("disk")), root_port(8, reserve=8)], cpus=2),
    steps=[nvme_live("disk"), let_go("fast"),
           rounds(ENDPOINTS, BRIDGES, ("rp5", "rp6"), "disk")],
    module=[nvme_live("disk"), reads("disk"), host_survives()], checked=True)

CASES = [HOSTILE, HOSTILE.but("hostile-amd", f"{HOSTILE.title}, AMD",
                              iommu="amd", checked=True)]
