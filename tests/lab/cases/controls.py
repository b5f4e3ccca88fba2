# SPDX-License-Identifier: GPL-2.0-only
"""The module turned off: what an administrator falls back to."""
from ..expect import all_well, lists_agree, module_is, nvme_live, reads
from .renumber import C, D

OFF = "xen-pci=off"


def _as_stock(case, name, title):
    """With the module turned off, a case must go as on a stock Xen."""
    return case.but(name, title, xen=OFF, stock=None,
                    module=case.stock + [module_is("off")],
                    agent=False, after=[])


CASES = [
    _as_stock(C, "C-off", "case C with the module turned off"),
    _as_stock(D, "D-off", "case D with the module turned off"),
    C.but("plain-off", "case C's machine, plain boot, module turned off",
          dom0="", xen=OFF, steps=[], stock=None,
          module=all_well() + [nvme_live("disk"), reads("disk"),
                               lists_agree(), module_is("off")],
          agent=False, after=[], user=""),
]
