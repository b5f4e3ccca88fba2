# SPDX-License-Identifier: GPL-2.0-only
"""A dom0 that is no PV guest: QEMU emulates SVM, and so only on AMD."""
from ..case import Case
from ..devices import Device, nvme, root_port
from ..domains import call, isolated, let_go
from ..expect import (all_well, consistent, host_survives, nvme_live, reads,
                      wrong)
from ..machine import CPU, Machine
from .iommus import C_AMD, D_AMD
from .ownership import setpci

# What is left out, QEMU 7.2 emulates otherwise than Xen needs it. With credit2
# dom0's only CPU was seen runnable while both of the host's were idle.
PVH = {"xen": "dom0=pvh sched=credit",
       "cpu": f"{CPU},-rdtscp,-nrip-save,-xsave,-rdpid,-monitor"}

# Row 10. What Xen cleans up for a device that goes is what config space says
# of the one that is there now.
TAKEN = Case(
    "msix-pvh", "a card whose place a disk with MSI-X took is removed, PVH",
    Machine([root_port(1, nvme("disk")),
             root_port(2, Device("pci-testdev", "card"))], iommu="amd", **PVH),
    steps=[nvme_live("disk"), let_go("disk"), isolated(),
           setpci(("rp1", 2, 2), ("rp2", 1, 1)),
           call("remove", "card", 0, at="02:00.0"), host_survives(),
           setpci(("rp1", 1, 1), ("rp2", 2, 2)), call("add", "card", 0)],
    stock=[host_survives()],
    module=[host_survives(), isolated()])

CASES = [
    TAKEN,
    C_AMD.but("C-pvh", "case C with a PVH dom0", **PVH,
              stock=[wrong(host_survives(), "Panic")],
              user="the host panics while it boots", debug=True),
    D_AMD.but("D-pvh", "case D with a PVH dom0", **PVH,
              stock=[wrong(host_survives(), "Panic")]),
    C_AMD.but("plain-pvh", "case C's machine, plain boot with a PVH dom0",
              **PVH, dom0="", steps=[],
              stock=all_well() + [nvme_live("disk"), reads("disk")],
              module=all_well() + [nvme_live("disk"), reads("disk")]
              + consistent(), agent=False, after=[], user="", long=True),
]
