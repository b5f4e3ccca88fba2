# SPDX-License-Identifier: GPL-2.0-only
"""Guest instructions for an add and a remove, module against stock.

QEMU counts instructions instead of time (-icount): the time stamp counter
then moves by one for each that the only CPU executes, so that a program in
dom0 can read what a hypercall took, without noise from the machine.
"""
import itertools
import time

from . import hypervisor, runner, sight
from .devices import Device
from .dom0 import Dom0Gone
from .host import Host
from .machine import Machine
from .paths import RUNS, LabUnavailable
from .qmp import QmpError

# What a q35 of QEMU has on its own: the host bridge, and three at 1f.
OWN_DEVICES = 4
SIZES = (8, 200)
# Samples, however many devices they are spread over.
SAMPLES = 2000
TIMEOUT = 600

GOALS = {8: 1.1, 200: 1.0}

# Where in stock Xen's list the device is that is removed and added.
ORDERS = {"again": "one device again and again, at the head of stock's list",
          "turn": "each in turn, from the end of stock's list"}


def _machine(devices):
    """A flat machine with so many functions."""
    places = itertools.product(range(2, 0x1f), range(8))
    functions = [
        Device("pvpanic-pci", f"f{slot:02x}{function}",
               f"{slot:x}.{function}",
               {"multifunction": True} if function == 0 else {})
        for slot, function in itertools.islice(places, devices - OWN_DEVICES)]
    return Machine(functions,
                   extra=["-smp", "1", "-icount", "shift=0,sleep=off"])


def _measure(lab, xen, devices):
    """{order: {operation: instructions}} of one hypervisor."""
    found = {}
    with Host(_machine(devices), xen, lab.kernel, lab.initramfs,
              RUNS / f"count-{devices}-{xen.name}") as host:
        if host.boot_failure:
            raise LabUnavailable(host.boot_failure)
        known = sight.known_to_xen(host)
        if len(known) != devices:
            raise LabUnavailable(f"Xen knows {len(known)} devices, "
                                 f"expected {devices}")
        ours = sorted(sbdf for sbdf in known
                      if "0000:00:02.0" <= sbdf < "0000:00:1f.0")
        for order, chosen in (("again", ours[:1]), ("turn", ours)):
            output = sight.ask(host, f"physdev-call count "
                               f"{SAMPLES // len(chosen)} "
                               f"{' '.join(chosen)}", TIMEOUT)
            words = output.split()
            found[order] = dict(zip(words[::2], map(int, words[1::2])))
    return found


def _show(devices, order, stock, module):
    missed = 0
    for operation in ("add", "remove"):
        left, right = (of[order][operation] - of[order]["nothing"]
                       for of in (stock, module))
        met = right / left <= GOALS[devices]
        missed += not met
        print(f"{devices:4} devices  {order:6} {operation:7} {left:9,} "
              f"{right:9,}   {right / left:5.2f}  at most {GOALS[devices]}: "
              f"{'met' if met else 'MISSED'}", flush=True)
    return missed


def run():
    """Exit code: 0 measured, 1 could not be."""
    started = time.monotonic()
    missed = 0
    try:
        lab = runner.Lab()
        hypervisors = [hypervisor.get(name) for name in ("stock", "module")]
        print("guest instructions, median of "
              f"{SAMPLES}, less those of a hypercall that does nothing")
        for order, text in ORDERS.items():
            print(f"    {order}: {text}")
        print(f"\n{'':28}{'stock':>10} {'module':>9}   ratio  goal")
        for devices in SIZES:
            stock, module = (_measure(lab, xen, devices)
                             for xen in hypervisors)
            for order in ORDERS:
                missed += _show(devices, order, stock, module)
    except (LabUnavailable, Dom0Gone, QmpError, sight.Unseen) as error:
        print(f"not measured: {error}")
        return 1
    print(f"\n{missed} goal{'' if missed == 1 else 's'} missed; "
          f"{time.monotonic() - started:.0f} s")
    return 0
