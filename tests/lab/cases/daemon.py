# SPDX-License-Identifier: GPL-2.0-only
"""xen-pcid as a daemon: the four stories, each also on a stock Xen.

On a stock Xen it only audits, and the host has to survive that.
"""
import dataclasses

from ..bursts import bursts, drain
from ..case import Case
from ..daemon import (agreement, announced, audit_is_right,
                      audits_only, journal_is_empty, kill, killed_at,
                      left_in_order, none_known, qemu_and_dom0_agree,
                      restart_xenstored, start, three_agree)
from ..devices import Device, nvme, pci_bridge, pcie_pci_bridge, root_port
from ..expect import all_well, consistent, host_survives, nvme_live, reads
from ..machine import Machine
from ..steps import dom0, plug, reboot, remove_in_dom0, renumber, unplug
from .hotplug import NATIVE
from .renumber import C
from .shapes import VFS

# The shortest check: nobody announces what setpci does.
CHECKED = start("check-interval=1")


def either(module, stock):
    """Steps of which the first are for the module, the others for a stock
    Xen."""
    def only(expectation, with_module):
        def do(host, patience):
            if host.hypervisor.has_module != with_module:
                return "for the other hypervisor"
            return expectation.check(host, patience)
        return dataclasses.replace(expectation, helper="step", check=do)
    return ([only(expectation, True) for expectation in module]
            + [only(expectation, False) for expectation in stock])


# What holds between two changes.
AGREED = either(agreement(), [audit_is_right()])
AUDITED = [host_survives(), audits_only(), audit_is_right()]
BACK_AND_FORTH = [step for first in (0x60, 0x02, 0x70, 0x02)
                  for step in [renumber("rp2", first, first + 2)] + AGREED]

# Story 1. dom0's kernel gives the numbers itself under assign-busses: there,
# what is renumbered at run time is everything, after something came or went.
FORGET_ALL = dom0("for d in /sys/bus/pci/devices/*; do "
                  "[ -e $d/class ] && grep -q 0x0604 $d/class && "
                  "echo 1 >$d/remove; done; echo 1 >/sys/bus/pci/rescan", 60)
ASSIGN = C.but(
    "daemon-assign", "assign-busses, and renumbered at run time",
    globals=NATIVE, agent=False, after=[], user="", steps=[CHECKED] + AGREED + [
        step for _ in range(2) for step in [
            plug("rp1", pcie_pci_bridge("more")), *AGREED,
            FORGET_ALL, *AGREED,
            unplug("more"), *AGREED, FORGET_ALL, *AGREED]],
    stock=None,
    module=all_well() + agreement() + [journal_is_empty(), reads("disk"),
                                       nvme_live("disk")] + consistent())

# The same machine and the same steps on a stock Xen, but for what C is about:
# there a disk does not come up, its driver waits for it for ever, and so does
# whoever removes it. The card has no driver that could wait.
ASSIGN_STOCK = ASSIGN.but(
    "assign-stock", "the same on a stock Xen, with a card that has no driver",
    devices=[root_port(1), root_port(2, Device("pci-testdev", "disk")),
             root_port(3, pcie_pci_bridge("pb")), root_port(4, reserve=32)],
    stock=AUDITED, module=None)

SETPCI = Case(
    "daemon-setpci", "buses renumbered by setpci, twice back and forth",
    Machine([root_port(1), root_port(2, pcie_pci_bridge("pb", pci_bridge(
        "b", addr=1, chassis=21))), root_port(3, nvme("disk")),
             root_port(4, reserve=32)]),
    steps=[CHECKED] + AGREED + BACK_AND_FORTH,
    stock=AUDITED + [reads("disk")],
    module=all_well() + agreement() + [journal_is_empty(), reads("disk")]
    + consistent(), debug=True)

# An hour between two checks: only the event can be what helps.
EVENT = Case(
    "daemon-event", "Xen forgets a device, and dom0's kernel announces it",
    Machine([root_port(1, Device("pci-testdev", "card")), root_port(2)]),
    steps=[start("check-interval=3600")] + AGREED,
    module=[announced("card")] + all_well() + agreement()
    + [journal_is_empty()])

# Where a plan of a removal and an add can be cut off, and the journal with it.
POINTS = ("looked", "plan", "journal-append", "journal-synced",
          "remove-before", "remove-after", "remove-clear", "remove-cleared",
          "journal-cleared", "add-before", "add-after", "wait")
KILLED = Case(
    "daemon-killed", "killed at the steps of a plan, and started again",
    Machine([root_port(1, Device("pci-testdev", "gone")),
             root_port(2, pcie_pci_bridge("pb", Device(
                 "pci-testdev", "unknown", addr=1)))]),
    steps=[step for point in POINTS for step in [
        killed_at(point, "gone", "unknown"), start(), *agreement(),
        journal_is_empty(), kill("TERM")]] + [start()],
    module=all_well() + agreement() + [journal_is_empty()] + consistent())

# Story 2.
PORTS = [root_port(number, name=f"rp{number}") for number in range(1, 11)]
LOST = Case(
    "lost-native", "200 hotplug events without waiting, native hotplug",
    Machine(PORTS, globals=NATIVE),
    steps=[start(),
           bursts(200, [(port.id, "0") for port in PORTS],
                  {60: [kill(), start()], 110: [restart_xenstored()]}),
           drain()],
    stock=[qemu_and_dom0_agree()] + AUDITED,
    module=all_well() + [three_agree(), *agreement(), journal_is_empty()]
    + consistent())

# QEMU has no IOMMU for this machine.
SLOTS = [("pci.0", f"{slot:x}") for slot in range(6, 20)]
LOST_ACPI = LOST.but(
    "lost-acpi", "200 hotplug events without waiting, ACPI hotplug (piix4)",
    chipset="pc", iommu="none", globals=[], devices=[
        pci_bridge("b1", addr=4, chassis=4, shpc="off")],
    steps=[start(), bursts(200, SLOTS + [("b1", f"{slot:x}")
                                         for slot in range(1, 5)],
                           {60: [kill(), start()],
                            110: [restart_xenstored()]}), drain(20)])

# The journal is on a disk here: it is to survive the reboot.
JOURNAL_DISK = Device("virtio-blk-pci", "journal", "1e", {"serial": "journal"},
                      disk=True)
ON_DISK = dom0(
    "until disk=/dev/$(cd /sys/block; grep -lx journal vd*/serial | "
    "cut -d/ -f1) && [ -b $disk ]; do sleep 0.2; done; "
    "mount -t minix $disk /var/lib/xen-pci 2>/dev/null || "
    "{ mkfs.minix $disk >/dev/null && "
    "mount -t minix $disk /var/lib/xen-pci; }", 60)
LOST_REBOOT = LOST_ACPI.but(
    "lost-reboot", "hotplug without waiting, and a reboot in the middle of it",
    devices=LOST_ACPI.machine.devices + [JOURNAL_DISK],
    steps=[ON_DISK, start(),
           bursts(100, SLOTS, {50: [reboot(), ON_DISK, start()]}), drain(20)])

# Story 3. Powered off, QEMU takes the device away for good: it comes again.
CARD = Device("e1000e", "card")
DUMP = "lspci -Dxxxx >/run/%s; xl-pci dump -o json >/run/%s.json"
PRESENCE = Case(
    "presence", "a slot is powered off and on: the dumps do not differ",
    Machine([root_port(1, CARD), root_port(2, nvme("disk"))], globals=NATIVE),
    steps=[CHECKED] + AGREED + [
        dom0(DUMP % ("before", "before")),
        dom0("for s in /sys/bus/pci/slots/*; do "
             "[ $(cat $s/address) = $(echo {card} | sed 's/\\.[0-7]$//') ] && "
             "echo 0 >$s/power; done; true", 60),
        dom0("! xl-pci diff /run/before live"),
        dom0("[ ! -e /sys/bus/pci/devices/0000:01:00.0 ]"),
        plug("rp1", dataclasses.replace(CARD, parent=None))] + AGREED + [
        dom0(DUMP % ("after", "after")),
        dom0("! cmp -s /run/before /run/after"),
        dom0("xl-pci diff /run/before /run/after"),
        dom0("xl-pci diff /run/before.json /run/after.json"),
        kill("TERM"), CHECKED],
    stock=AUDITED,
    module=all_well() + agreement() + [journal_is_empty()] + consistent())

# Story 4.
PF_STEPS = [start("check-interval=1"), *VFS.steps, *AGREED]
LEAVE = [left_in_order("02:00.0", "02:00.1", "02:00.2"),
         none_known("02:00.0", "02:00.1", "02:00.2")]
PF_UNPLUG = VFS.but(
    "pf-unplug", "device_del of a PF with its virtual functions on", debug=True,
    globals=NATIVE, steps=PF_STEPS + [unplug("pf")],
    stock=AUDITED,
    module=all_well() + LEAVE)

CASES = [
    ASSIGN, ASSIGN_STOCK, SETPCI, EVENT, KILLED, LOST, LOST_ACPI,
    LOST_REBOOT, PRESENCE, PF_UNPLUG,
    PF_UNPLUG.but("pf-sysfs", "a PF with virtual functions on is removed "
                  "through sysfs", steps=PF_STEPS + [remove_in_dom0("pf")]),
    PF_UNPLUG.but("pf-port", "the root port above a PF with virtual functions "
                  "on is removed", steps=PF_STEPS + [remove_in_dom0("rp2")]),
]
