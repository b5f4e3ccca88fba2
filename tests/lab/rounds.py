# SPDX-License-Identifier: GPL-2.0-only
"""Many random changes in one boot, with a look at the tables after each.

A round removes a device in dom0, rescans, renumbers a bridge's buses,
changes what a bridge's register says behind everybody's back, or plugs and
unplugs. Where Linux makes a hypercall for all that happened, the tables have
to be right at once; else Xen must know the right devices at once, and all
about them after the agent (xen-pcid --once).
"""
import os
import random
import re
import time

from . import look, sight
from .devices import Device
from .expect import Expectation, Failed
from .pace import scaled
from .qmp import QmpError

SYSFS = "/sys/bus/pci/devices"
RESCAN = "echo 1 >/sys/bus/pci/rescan"
BUS_LAST = 0xff
# Pages of Xen's heap that its allocator may hold on to.
HEAP_SLACK = 12
# What stays, once for ever: VT-d's page of context entries for each bus that
# ever had a device, and the module's page of places for each four of them.
BUSES_OF_A_PAGE = 4
# Rounds until Xen's own caches are filled.
WARM_UP = 20
HEAP_LINE = re.compile(r"heap\[node=\d+\]\[zone=\d+\] -> (\d+) pages")

# What may be plugged: with and without a driver, and a bridge. Nothing behind
# the bridge: QEMU 7.2 crashes when such a bus leaves.
PLUGGABLE = (lambda name: Device("virtio-rng-pci", name),
             lambda name: Device("pci-testdev", name),
             lambda name: Device("e1000e", name),
             lambda name: Device("pcie-pci-bridge", name))


class Rounds:
    """The state of a run; ports: names of root ports for hotplug."""

    def __init__(self, host, seed, ports, fixed):
        self.host = host
        self.random = random.Random(seed)
        self.ports = ports
        self.fixed = fixed          # names that are there at boot
        self.plugged = {}           # port -> Device
        self.number = 0
        self.agent_runs = 0
        self.done = {}
        self.buses = set()          # that ever had a device
        self.seen = look.take(host)

    def path(self, name):
        return "0000:" + self.host.machine.find(name).path()

    def present(self, names):
        return [name for name in names if self.path(name) in self.seen.places]

    def entry(self, name):
        """What dom0 had of it at the last look."""
        sbdf = self.seen.places[self.path(name)]
        return next(device for device in self.seen.devices
                    if device["sbdf"] == sbdf)

    # Each round: (what it was, may it need the agent). It leaves self.seen.

    def remove(self):
        here = self.present(self.fixed)
        if not here:
            return self.rescan()
        name = self.random.choice(here)
        self.seen = look.take(
            self.host, f"echo 1 >{SYSFS}/{self.entry(name)['sbdf']}/remove")
        if self.path(name) in self.seen.places:
            raise Failed(f"{name} is still there")
        return f"remove {name}", False

    def rescan(self):
        self.seen = look.take(self.host, RESCAN)
        return "rescan", True

    def _widening(self):
        """A bridge whose range can be made wider, or None."""
        wider = [self.entry(name)
                 for name in self.present(self.fixed + self.ports)]
        wider = [entry for entry in wider
                 if entry["secondary"] not in ("-", "00")
                 and self._next_is_free(entry)]
        return self.random.choice(wider) if wider else None

    def _free_range(self, name, size):
        """The first of so many buses in a row that no other root port has."""
        own = self.entry(name)["sbdf"]
        taken = set()
        for device in self.seen.devices:
            if device["secondary"] != "-" and device["sbdf"] != own \
                    and device["sbdf"].startswith("0000:00:"):
                taken.update(range(int(device["secondary"], 16),
                                   int(device["subordinate"], 16) + 1))
        free = [first for first in range(1, BUS_LAST - size)
                if not taken.intersection(range(first, first + size))]
        return self.random.choice(free) if free else None

    def renumber(self):
        """The way that dom0 can be made to do it: forget the root port, write
        other numbers into it, find it again."""
        tops = [name for name in self.fixed + self.ports
                if self.path(name).count("/") == 1]
        # What dom0 has forgotten keeps the numbers in its register, and they
        # are not in sight.
        if len(self.present(tops)) != len(tops):
            return self.rescan()
        here = [name for name in tops
                if self.entry(name)["secondary"] not in ("-", "00")]
        if not here:
            return self.rescan()
        name = self.random.choice(here)
        entry = self.entry(name)
        size = (int(entry["subordinate"], 16) - int(entry["secondary"], 16)
                + 1 + self.random.randrange(3))
        first = self._free_range(name, size)
        if first is None:
            return self.rescan()
        bdf = entry["sbdf"].partition(":")[2]
        self.seen = look.take(
            self.host,
            f"echo 1 >{SYSFS}/{entry['sbdf']}/remove\n"
            f"setpci -A intel-conf1 -s {bdf} SECONDARY_BUS={first:02x} "
            f"SUBORDINATE_BUS={first + size - 1:02x}\n{RESCAN}")
        now = self.entry(name)["secondary"]
        if now != f"{first:02x}":
            raise Failed(f"{name}: bus {entry['secondary']} did not become "
                         f"{first:02x}, but {now}")
        return f"renumber {name} {entry['secondary']}->{first:02x}", True

    def _next_is_free(self, entry):
        """Whether a wider range would clash with no other bridge's."""
        last = int(entry["subordinate"], 16)
        ranges = [(int(device["secondary"], 16), int(device["subordinate"], 16))
                  for device in self.seen.devices
                  if device["secondary"] not in ("-", "00")
                  and device["sbdf"] != entry["sbdf"]]
        # Where a range goes on, it has to be one that holds this one too.
        return last < BUS_LAST and all(
            first <= int(entry["secondary"], 16)
            for first, end in ranges if first <= last + 1 <= end) and not any(
            end == last for first, end in ranges
            if first <= int(entry["secondary"], 16))

    def meddle(self):
        """A register changes, and dom0's kernel does not know."""
        entry = self._widening()
        if entry is None:
            return self.rescan()
        sbdf, last = entry["sbdf"], int(entry["subordinate"], 16)
        for now in (last + 1, last):
            self.seen = look.take(
                self.host, f"setpci -s {sbdf} SUBORDINATE_BUS={now:02x}")
            self.settle()
        return f"meddle with {sbdf} {last:02x}->{last + 1:02x} and back", True

    def plug(self):
        """Plugs something into a free port, or takes it out of a full one."""
        here = self.present(self.ports)
        if not here:
            return self.rescan()
        port = self.random.choice(here)
        if port in self.plugged:
            return self.unplug(port)
        device = self.random.choice(PLUGGABLE)(f"hot{self.number}")
        parent = self.host.machine.find(port)
        device.parent = parent
        self.host.plug(device)
        parent.behind += (device,)
        self.plugged[port] = device
        self.wait(lambda: self.path(device.id) in self.seen.places,
                  f"dom0 does not see {device.id}")
        return f"plug {device.kind} into {port}", True

    def unplug(self, port):
        device = self.plugged[port]
        if self.path(device.id) not in self.seen.places:
            return self.rescan()
        self.host.unplug(device.id)
        del self.plugged[port]
        parent = self.host.machine.find(port)
        parent.behind = tuple(other for other in parent.behind
                              if other is not device)
        self.seen = look.take(self.host)
        return f"unplug {device.kind} from {port}", False

    def wait(self, condition, complaint, timeout=30):
        deadline = time.monotonic() + scaled(timeout)
        while True:
            self.seen = look.take(self.host)
            if condition():
                return
            if time.monotonic() > deadline:
                raise Failed(complaint)

    def settle(self):
        """After the agent, all is right."""
        if self.seen.difference() is None:
            return
        self.agent_runs += 1
        self.seen = look.take(self.host, "xen-pcid --once >/run/once 2>&1")
        difference = self.seen.difference()
        if difference:
            said = sight.ask(self.host, "tail -5 /run/once").strip()
            raise Failed(f"after the agent: {difference}; it said: {said}")

    def one(self):
        """One round, checked."""
        self.number += 1
        kind = self.random.choices(
            (self.remove, self.rescan, self.renumber, self.meddle, self.plug),
            (20, 20, 25, 10, 25))[0]
        what, agent = kind()
        word = what.split()[0]
        self.done[word] = self.done.get(word, 0) + 1
        self.buses.update(device["sbdf"].split(":")[1]
                          for device in self.seen.devices)
        right_away = self.seen.lists_differ() if agent \
            else self.seen.difference()
        if right_away:
            raise Failed(f"{what}: {right_away}")
        self.settle()
        if self.host.owners.wanted:
            wrong, _ = self.host.owners.check(settled=True)
            if wrong:
                raise Failed(f"{what}: {wrong}")
        return what

    def baseline(self):
        """Back to what was there at boot, so that heaps can be compared."""
        for port in list(self.plugged):
            if self.path(self.plugged[port].id) not in self.seen.places:
                self.rescan()
            self.unplug(port)
        self.rescan()
        self.settle()


def heap_pages(host):
    """The free pages of Xen's heap, from its debug key H."""
    before = len(HEAP_LINE.findall(host.log()))
    sight.ask(host, "physdev-call keys H")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        counts = HEAP_LINE.findall(host.log())[before:]
        if len(counts) > 40:
            return sum(map(int, counts))
        time.sleep(0.2)
    raise Failed("Xen prints no heap figures")


def pages_for(buses):
    """The pages that Xen and the module keep for the buses ever used."""
    # A context table each, a part of the index, and a part of the record of
    # requester IDs, which is 1 KiB a bus.
    return len(buses) + len({int(bus, 16) // BUSES_OF_A_PAGE
                             for bus in buses}) + -(-len(buses) // 4)


def rounds(count, ports, fixed, seed=None):
    """count random rounds. The seed: LAB_SEED in the environment, else new.

    ports: names of root ports that things are plugged into
    fixed: names of devices that are there at boot
    """
    def check(host, _patience):
        used = seed or int(os.environ.get("LAB_SEED",
                                          random.randrange(1 << 31)))
        run, heap = Rounds(host, used, list(ports), list(fixed)), None
        kept = 0
        began, history = time.monotonic(), []
        try:
            for _ in range(count):
                history.append(run.one())
                if host.fatal():
                    raise Failed(host.fatal())
                if run.number == min(WARM_UP, count // 2):
                    run.baseline()
                    heap, kept = heap_pages(host), pages_for(run.buses)
            run.baseline()
        except (Failed, QmpError, sight.Unseen) as failed:
            raise Failed(f"seed {used}, round {run.number} (before: "
                         f"{', '.join(history[-4:])}): {failed}") from failed
        left = heap_pages(host)
        figures = (f"seed {used}: {count} rounds in "
                   f"{time.monotonic() - began:.0f} s ("
                   + ", ".join(f"{number} {word}"
                               for word, number in sorted(run.done.items()))
                   + f"), {run.agent_runs} times by the agent; Xen's heap: "
                   f"{heap} pages free after round "
                   f"{min(WARM_UP, count // 2)}, {left} in the end, with "
                   f"{pages_for(run.buses) - kept} for buses used since for "
                   "the first time")
        if heap - left > HEAP_SLACK + pages_for(run.buses) - kept:
            raise Failed(f"leaks: {figures}")
        return figures
    return Expectation("rounds", f"{count} random rounds", check)

