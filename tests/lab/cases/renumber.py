# SPDX-License-Identifier: GPL-2.0-only
"""dom0 gives buses other numbers than the firmware did.

assign-busses alone changes nothing on these machines; with hpbussize=2 buses
move. The root port with bus-reserve=32 keeps them all in the range of buses
that the IOMMU's table was made for.
"""
from ..case import Case
from ..devices import (e1000, nvme, pci_bridge, pcie_pci_bridge, root_port)
from ..domains import isolated
from ..expect import (all_well, consistent, host_survives, is_at, lies_are_noticed,
                      lists_agree, no_refused_add, nvme_live, physdev, reads,
                      stale, tables_agree, wrong)
from ..machine import Machine

RENUMBER = "pci=assign-busses,hpbussize=2"

A = Case(
    "A", "three disks behind root ports, buses renumbered",
    Machine([root_port(1, nvme("one")), root_port(2, nvme("two")),
             root_port(3, nvme("three"))], dom0=RENUMBER),
    stock=[host_survives(), stale("02:00.0")],
    module=all_well() + [nvme_live("one"), reads("one")],
    agent=True, after=consistent(),
    user="nothing at first: a device stays listed where none is",
    debug=True)

C = Case(
    "C", "a disk moves to the bus number at which a bridge was",
    Machine([root_port(1), root_port(2, nvme("disk")),
             root_port(3, pcie_pci_bridge("pb")), root_port(4, reserve=32)],
            dom0=RENUMBER),
    steps=[is_at("disk", "03:00.0")],
    stock=[host_survives(), stale("02:00.0"),
           wrong(nvme_live("disk"), "03:00.0: state connecting"),
           wrong(reads("disk"), "is no block device")],
    module=all_well() + [nvme_live("disk"), reads("disk")],
    agent=True, after=consistent() + [lies_are_noticed()],
    user="the disk never comes up; a root file system on it is not found",
    debug=True)

D = Case(
    "D", "a bridge behind a bridge: stale entries become a cycle",
    Machine([root_port(1),
             root_port(2, pcie_pci_bridge(
                 "pb", pci_bridge("b", addr=1, chassis=21, shpc="on"),
                 e1000("card", addr=2))),
             root_port(4, reserve=32)], dom0=RENUMBER),
    steps=[is_at("card", "04:02.0")],
    stock=[host_survives(),
           wrong(no_refused_add(), "0000:04:02.0"),
           physdev("add {card}", -6),
           stale("02:00.0", "03:01.0", "03:02.0"),
           wrong(isolated(), "04:02.0 card has d0; .* nobody")],
    module=all_well() + [physdev("add {card}", 0)],
    agent=True, after=consistent(),
    user="dom0 logs 'Failed to add - passthrough or MSI/MSI-X might fail!'; "
         "the card cannot be used", debug=True,
    # The refused add leaves an entry for the card, which nobody owns.
    stock_owners=False)

CASES = [
    A, C, D,
    A.but("A-plain", "case A without renumbering", dom0="",
          stock=all_well() + [lists_agree(), nvme_live("one"),
                              nvme_live("two"), nvme_live("three"),
                              reads("one"), reads("three"),
                              wrong(tables_agree(), "^no tables: ")],
          module=all_well() + [nvme_live("one"), nvme_live("two"),
                               nvme_live("three"), reads("one"),
                               reads("three")] + consistent(),
          agent=False, after=[], user=""),
    C.but("C-plain", "case C without renumbering", dom0="", steps=[],
          stock=all_well() + [lists_agree(), nvme_live("disk"),
                              reads("disk")],
          module=all_well() + [nvme_live("disk"), reads("disk")]
          + consistent(),
          agent=False, after=[], user=""),
    D.but("D-plain", "case D without renumbering", dom0="", steps=[],
          stock_owners=True,
          stock=all_well() + [lists_agree(), physdev("add {card}", 0)],
          module=all_well() + [physdev("add {card}", 0)] + consistent(),
          agent=False, after=[], user=""),
]
