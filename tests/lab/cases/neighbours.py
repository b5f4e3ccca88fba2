# SPDX-License-Identifier: GPL-2.0-only
"""Devices behind one bridge share their IOMMU mapping."""
from ..case import Case
from ..devices import pcie_pci_bridge, root_port, virtio_blk
from ..expect import (all_well, consistent, host_survives, no_dma_fault,
                      reads, wrong)
from ..machine import Machine
from ..steps import remove_in_dom0

U = Case(
    "U", "one of two disks behind a bridge is removed",
    Machine([root_port(1, pcie_pci_bridge(
        "pb", virtio_blk("leaves", addr=1), virtio_blk("stays", addr=2)))]),
    steps=[reads("leaves"), reads("stays"), remove_in_dom0("leaves")],
    stock=[host_survives(), wrong(reads("stays"), "hangs"),
           wrong(no_dma_fault(), "DMA fault")],
    module=all_well() + [reads("stays")] + consistent(),
    user="the other disk hangs, though nobody touched it",
    debug=True)

CASES = [U]
