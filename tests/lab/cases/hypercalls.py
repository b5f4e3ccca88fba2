# SPDX-License-Identifier: GPL-2.0-only
"""Reports that are not true."""
from ..case import Case
from ..devices import nvme, root_port
from ..expect import (all_well, consistent, host_survives, nvme_live, physdev,
                      reads, wrong)
from ..machine import Machine

NOTHING = "0a:00.0"

F = Case(
    "F", "an add of a device that is not there, and its removal",
    Machine([root_port(1, nvme("disk"))]),
    stock=[physdev(f"add {NOTHING}", -22), wrong(physdev(f"remove {NOTHING}", 0), "Panic"),
           wrong(host_survives(), "Panic")],
    module=[physdev(f"add {NOTHING}", -19), physdev(f"remove {NOTHING}", -19)] + all_well()
    + [nvme_live("disk"), reads("disk")] + consistent(),
    user="the whole host goes down", debug=True)

AGAIN = Case(
    "again", "a disk in use is reported again, and again",
    F.machine,
    steps=[nvme_live("disk")] + [physdev("add {disk}", 0)] * 2,
    stock=all_well() + [nvme_live("disk"), reads("disk")],
    module=all_well() + [nvme_live("disk"), reads("disk")] + consistent(),
    debug=True)

CASES = [F, AGAIN]
