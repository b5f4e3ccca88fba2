# SPDX-License-Identifier: GPL-2.0-only
"""Bridges that come while the host runs, and what is plugged in behind them."""
from ..case import Case
from ..devices import (e1000, pci_bridge, pcie_pci_bridge, root_port,
                       virtio_blk)
from ..expect import (all_well, consistent, host_survives, lists_agree,
                      no_dma_fault, no_refused_add, physdev, reads, wrong)
from ..machine import Machine
from ..steps import plug, unplug

# Otherwise q35 hot-plugs by ACPI and not by the ports' own registers.
NATIVE = ["ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"]

H1 = Case(
    "H1", "a PCIe-to-PCI bridge is hot-added, then a disk behind it",
    Machine([root_port(1, reserve=8)], globals=NATIVE),
    steps=[plug("rp1", pcie_pci_bridge("pb")),
           plug("pb", virtio_blk("disk", addr=1))],
    stock=[host_survives(),
           wrong(reads("disk"), "hangs|no block device"),
           wrong(no_dma_fault(), "0000:02:00.0")],
    module=all_well() + [reads("disk")],
    agent=True, after=consistent(),
    user="the new disk hangs with everything that touches it",
    debug=True)

H1_COLD = Case(
    "H1-cold", "the same disk behind a bridge that was there at boot",
    Machine([root_port(1, pcie_pci_bridge("pb"), reserve=8)], globals=NATIVE),
    steps=[plug("pb", virtio_blk("disk", addr=1))],
    stock=all_well() + [reads("disk"), lists_agree()],
    module=all_well() + [reads("disk")] + consistent())

H2 = Case(
    "H2", "a PCI bridge is hot-added, then a card beside it",
    Machine([pci_bridge("b1", addr=5, chassis=5, shpc="on", bus_reserve=8,
                        mem_reserve="8M", io_reserve="16k")],
            globals=NATIVE),
    steps=[plug("b1", pci_bridge("b2", addr=7, chassis=7)),
           plug("b1", e1000("card", addr=8))],
    stock=[host_survives(), wrong(no_refused_add(), r":08\.0"),
           physdev("add {card}", -6)],
    module=all_well() + [physdev("add {card}", 0)],
    agent=True, after=consistent(),
    user="dom0 logs 'Failed to add', and adding again does not help",
    # The refused add leaves an entry for the card, which nobody owns.
    debug=True, stock_owners=False)

CASES = [
    H1, H1_COLD, H2,
    H2.but("H2-gone", "case H2, and the hot-added bridge leaves again",
           steps=H2.steps + [unplug("b2")], long=True),
]
