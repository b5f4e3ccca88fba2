# SPDX-License-Identifier: GPL-2.0-only
"""Two hundred random changes in one boot of the module."""
from ..case import Case
from ..devices import (Device, nvme, pci_bridge, pcie_pci_bridge, root_port,
                       switch)
from ..expect import all_well, consistent
from ..machine import Machine
from ..rounds import rounds

PORTS = ("rp4", "rp5", "rp6")
# No driver of the cards here: a probe of e1000 takes longer than a round.
FIXED = [
    root_port(1, nvme("disk")),
    root_port(2, pcie_pci_bridge("pb", Device(
        "pci-testdev", "card", 1), pci_bridge(
        "b", Device("pci-testdev", "low", 3), addr=2, chassis=22))),
    root_port(3, switch("sw", (nvme("other"),), (pcie_pci_bridge("pb2"),))),
]
NAMES = [device.id for top in FIXED for device in top.all()]

# By ACPI: native hotplug has Linux wait five seconds at each removal.
ROUNDS = Case(
    "rounds", "100 random removes, rescans, renumberings and hotplugs",
    Machine(FIXED + [root_port(4, reserve=2), root_port(5, reserve=2),
                     root_port(6, reserve=2), root_port(7, reserve=32)]),
    steps=[rounds(100, PORTS, NAMES)],
    module=all_well() + consistent())

CASES = [ROUNDS]
