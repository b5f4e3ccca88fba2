# SPDX-License-Identifier: GPL-2.0-only
"""The renumbering cases with other IOMMUs and IOMMU options."""
from ..expect import (all_well, consistent, host_survives, nvme_live, reads,
                      stale, wrong)
from .renumber import C, D

C_AMD = C.but(
    "C-amd", "case C with AMD's IOMMU", iommu="amd", steps=[],
    stock=[host_survives(), stale("02:00.0"),
           wrong(nvme_live("disk"), "live, but MSI-X is not enabled")],
    user="the disk works, but with the old kind of interrupts", debug=True)
D_AMD = D.but(
    "D-amd", "case D with AMD's IOMMU", iommu="amd", steps=[],
    stock=[wrong(host_survives(), "Panic")],
    user="the host panics while it boots", debug=True)

CASES = [
    C_AMD, D_AMD,
    C.but("C-ats", "case C with Xen's ats option", xen="ats",
          debug=True),
    D.but("D-ats", "case D with Xen's ats option", xen="ats",
          debug=True),
    C.but("no-iommu", "case C's machine, plain boot with iommu=off", dom0="",
          xen="iommu=off", steps=[],
          stock=all_well() + [nvme_live("disk"), reads("disk")],
          module=all_well() + [nvme_live("disk"), reads("disk")]
          + consistent(), agent=False, after=[], user=""),
    C.but("amd-plain", "case C's machine, plain boot with AMD's IOMMU",
          dom0="", iommu="amd", steps=[],
          stock=all_well() + [nvme_live("disk"), reads("disk")],
          module=all_well() + [nvme_live("disk"), reads("disk")]
          + consistent(), agent=False, after=[], user=""),
]
