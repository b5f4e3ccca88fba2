# SPDX-License-Identifier: GPL-2.0-only
"""Random rounds in which nobody behaves: dom0 reports and forgets devices as
it likes, bridges get other numbers, devices are plugged, domains come and go,
and the devices of guests are what they like, several of these at once.

After each round, whatever happened: no panic, no assertion, and the owners
agree with the IOMMU's tables (owners.py). Now and then everything becomes
again what it was, the agent has its turn, and Xen's view is dom0's.
"""
import os
import random
import re
import time

from . import configspace, iommu, sight
from .devices import Device
from .dom0 import Dom0Gone
from .domains import place
from .expect import Expectation, Failed, lists_agree, tables_agree
from .iommu import DOM_IO
from .mischief import Mischief
from .owners import domain_of, in_quarantine
from .pace import scaled
from .qmp import QmpError
from .rounds import HEAP_SLACK, WARM_UP, heap_pages

# What hypercalls may say; anything else is news.
MAY_SAY = {
    "add": {0, -11, -16, -19, -22}, "remove": {0, -11, -16, -19},
    "reset": {-38, 0, -11, -16, -19}, "create": {0}, "destroy": {0},
    "assign": {0, -16, -19, -22, -11}, "deassign": {0, -16, -19, -22, -11}}
ROUNDS, ROUNDS_LONG = 6, 200
BUS_MOST = 0x20
FIRST_DOMAIN = 5
DOMAINS_AT_ONCE = 3
# Rounds between two calms, on average.
CALM_EVERY = 6
ANSWER = re.compile(r"^@(\d+) (.*)$", re.M)
PLUGGABLE = ("e1000e", "pci-testdev", "virtio-rng-pci", "pcie-pci-bridge")
# What runs beside hypercalls: readers of all kinds, and the agent.
BESIDE = ("hypfs-dump /xen-pci devices buses problems",
          "lspci -xxx", "xl-pci check", "xl-pci dump -o json",
          "xen-pcid --once", "domctl-call console Q , domains",
          "for d in /sys/bus/pci/devices/*/config; do od -N64 $d; done")


class Hostile:
    """The state of a run.

    endpoints: names of devices that change and that guests get
    bridges:   names of bridges that change
    ports:     names of root ports that things are plugged into
    live:      a disk in use, which has to stay so
    """

    def __init__(self, host, seed, endpoints, bridges, ports, live):
        self.host = host
        self.random = random.Random(seed)
        self.endpoints, self.bridges = list(endpoints), list(bridges)
        self.ports, self.live = list(ports), live
        self.mischief = Mischief(host, self.random)
        self.plugged = {}           # port -> Device
        self.domain = FIRST_DOMAIN - 1
        self.number = self.calms = 0
        self.done, self.said = {}, {}
        self.buses_seen = set()
        self.settled = None         # topology.Topology at the last calm
        self.notes = host.keep / "rounds.txt"
        self.notes.write_text("")

    @property
    def ledger(self):
        return self.host.owners.ledger

    # What a round is made of. Each gives what it was, in words, and commands
    # for dom0: [(kind, name of the device, command, what to do after 0)].

    def somewhere(self):
        """A BDF: mostly one where something is, was, or may be."""
        now = self.host.owners.places
        name = self.random.choice(sorted(now))
        bdf = now[name]
        if self.random.random() < 0.15:
            bdf = self.random.choice((bdf ^ 1, bdf ^ 0x100, bdf | 0xff,
                                      self.random.randrange(1 << 16)))
        return f"0000:{iommu.name(bdf)}"

    def report(self):
        """Devices are reported, forgotten, said to have been reset."""
        commands, words = [], []
        for _ in range(self.random.randrange(1, 6)):
            where = self.somewhere()
            kind = self.random.choices(("add", "remove", "reset"),
                                       (55, 40, 5))[0]
            more = ""
            if kind == "add":
                more = self.random.choice(
                    ("", "", "", " old", " extfn",
                     f" virtfn={self.somewhere()[5:]}"))
            elif kind == "remove":
                more = self.random.choice(("", "", " old"))
            commands.append((kind, None,
                             f"physdev-call {kind} {where}{more}", None))
            words.append(f"{kind} {where[5:]}{more}")
        return ", ".join(words), commands

    def change(self):
        """A device changes by itself, a guest's for choice."""
        guests = [name for name in self.reachable()
                  if name in self.ledger.given]
        name = self.random.choice(guests if guests and self.random.random()
                                  < 0.7 else self.reachable())
        return self.mischief.endpoint(name, self.buses()), []

    def change_bridge(self):
        name = self.random.choice(self.bridges)
        return self.mischief.between(name, self.buses()), []

    def setpci(self):
        """dom0's administrator gives a port other numbers."""
        ports = [name for name in self.bridges if name.startswith("rp")]
        one, other = self.random.sample(ports, 2)
        numbers = [self.host.owners.machines[-1].secondaries.get(name, 0)
                   for name in (one, other)]
        if self.random.random() < 0.5:
            numbers = [self.random.choice(self.buses()) for _ in numbers]
        commands = []
        for name, first in zip((one, other), reversed(numbers)):
            self.mischief.keep(name)
            last = first + self.random.choice((0, 0, 1, 4))
            commands.append(("setpci", None, f"setpci -s 00:"
                             f"{self.host.machine.find(name).step()} "
                             f"SECONDARY_BUS={first:02x} "
                             f"SUBORDINATE_BUS={min(last, 0xff):02x}", None))
        return f"setpci {one} {other}", commands

    def create(self):
        if len(self.ledger.domains) >= DOMAINS_AT_ONCE:
            return self.destroy()
        self.domain += 1
        number = self.domain
        return f"create d{number}", [
            ("create", None, f"domctl-call create {number}",
             lambda: self.ledger.domains.add(number))]

    def destroy(self):
        if not self.ledger.domains:
            return self.create()
        number = self.random.choice(sorted(self.ledger.domains))
        return f"destroy d{number}", [
            ("destroy", None, f"domctl-call destroy {number}",
             lambda: self.host.owners.gone(number))]

    def _steady(self):
        """Devices that are where they were when dom0 and Xen agreed: a
        toolstack knows no others."""
        now = self.host.owners.glance()
        return [name for name in self.reachable()
                if name in now.places and self.settled.places.get(name)
                == now.places[name]]

    def assign(self):
        """A guest gets a device, or quarantine does."""
        names = [name for name in self._steady()
                 if self.ledger.given.get(name, DOM_IO) == DOM_IO]
        if not names or not self.ledger.domains:
            return self.create()
        name = self.random.choice(names)
        number = self.random.choice([*sorted(self.ledger.domains), DOM_IO])
        where = place(self.host, name)
        driver = f"/sys/bus/pci/devices/{where}/driver"
        return f"assign {name} ({where[5:]}) to d{number}", [
            ("assign", name, f"[ ! -e {driver} ] || echo {where} "
             f">{driver}/unbind; domctl-call assign {number} {where}",
             lambda: self.host.owners.give(name, number))]

    def take_back(self):
        """A device comes back, as far as quarantine or all the way."""
        steady = self._steady()
        names = [name for name in sorted(self.ledger.given) if name in steady]
        if not names:
            return self.assign()
        name = self.random.choice(names)
        number, where = self.ledger.given[name], place(self.host, name)
        if number != DOM_IO:
            return f"take {name} from d{number}", [
                ("deassign", name, f"domctl-call deassign {number} {where}",
                 lambda: self.host.owners.give(name, DOM_IO))]
        return f"give {name} back to dom0", [
            ("deassign", name, f"domctl-call deassign {number} {where}",
             lambda: self.ledger.given.pop(name, None))]

    # What dom0's kernel does by itself, while nothing has changed behind its
    # back.

    def remove_in_dom0(self):
        name = self.random.choice(self.endpoints + self.bridges)
        where = place(self.host, name)
        return f"dom0 removes {name}", [
            ("linux", None, f"d=/sys/bus/pci/devices/{where}; "
             "[ ! -e $d ] || echo 1 >$d/remove", None)]

    def rescan(self):
        return "dom0 rescans", [
            ("linux", None, "echo 1 >/sys/bus/pci/rescan", None)]

    def renumber(self):
        """dom0 forgets a port and finds it again, with other numbers."""
        ports = [name for name in self.bridges if name.startswith("rp")]
        name = self.random.choice(ports)
        first, last = self.window(name)
        free = self._free(name, last - first + 1)
        if not first or not free:
            return self.rescan()
        bdf = f"00:{self.host.machine.find(name).step()}"
        new = self.random.choice(free)
        return f"renumber {name} to {new:02x}", [
            ("linux", None,
             f"d=/sys/bus/pci/devices/0000:{bdf}; [ ! -e $d ] || "
             f"echo 1 >$d/remove; setpci -A intel-conf1 -s {bdf} "
             f"SECONDARY_BUS={new:02x} "
             f"SUBORDINATE_BUS={new + last - first:02x}; "
             "echo 1 >/sys/bus/pci/rescan", None)]

    def plug(self):
        """Something is plugged in, or taken out."""
        port = self.random.choice(self.ports)
        if port in self.plugged:
            return self.unplug(port), []
        kind = self.random.choice(PLUGGABLE)
        device = Device(kind, f"hot{self.number}")
        parent = self.host.machine.find(port)
        device.parent = parent
        self.host.plug(device)
        parent.behind += (device,)
        self.plugged[port] = device
        self.wait(lambda: sight.is_present(self.host, device.id),
                  f"dom0 does not see {device.id}")
        configspace.find_all(self.host, [device.id])
        return f"plug {kind} into {port}", []

    def unplug(self, port):
        """With the agent's turn, which the kernel's event brings about."""
        device = self.plugged[port]
        if not sight.is_present(self.host, device.id):
            return f"{device.id} stays, since dom0 does not see it"
        self.host.unplug(device.id)
        del self.plugged[port]
        parent = self.host.machine.find(port)
        parent.behind = tuple(other for other in parent.behind
                              if other is not device)
        self.mischief.gone(device.id)
        self.ledger.given.pop(device.id, None)
        self.agent()
        return f"unplug {device.kind} from {port}"

    # What is where.

    def reachable(self):
        """Devices that may change and be given away."""
        return self.endpoints + sorted(
            device.id for device in self.plugged.values()
            if device.kind != "pcie-pci-bridge")

    def window(self, name):
        """The bus numbers in a bridge's registers."""
        return tuple(configspace.read(self.host, name,
                                      configspace.SECONDARY, 2))

    def buses(self):
        """Bus numbers that something may be made to have."""
        return sorted({*self.host.owners.machines[-1].secondaries.values(),
                       0x1e, 0x1f} - {self._live_bus()})

    def _live_bus(self):
        return self.host.owners.places[self.live] >> 8

    def _free(self, name, size):
        """Where so many buses in a row are nobody else's."""
        taken = set()
        for device in self.host.machine.devices:
            if device.kind == "pcie-root-port" and device.id != name:
                first, last = self.window(device.id)
                taken.update(range(first, last + 1))
        return [first for first in range(1, BUS_MOST - size)
                if not taken.intersection(range(first, first + size))]

    def wait(self, condition, complaint, timeout=30):
        deadline = time.monotonic() + scaled(timeout)
        while not condition():
            if time.monotonic() > deadline:
                raise Failed(complaint)
            time.sleep(0.2)

    def agent(self):
        """The agent's turn; what it said."""
        return sight.ask(self.host, "xen-pcid --once 2>&1; true", 120)

    # A round.

    def choose(self):
        """What this round consists of."""
        actions = []
        if not self.mischief.changed and self.random.random() < 0.4:
            actions.append(self.random.choice(
                (self.remove_in_dom0, self.rescan, self.renumber, self.plug,
                 self.plug)))
        else:
            actions += self.random.choices(
                (self.change, self.change_bridge, self.setpci), (60, 20, 20),
                k=self.random.randrange(1, 4))
        if self.random.random() < 0.6:
            actions.append(self.random.choices(
                (self.create, self.destroy, self.assign, self.take_back),
                (15, 15, 50, 20))[0])
        return actions + [self.report] * self.random.randrange(3)

    def one(self):
        """One round, checked. What it was, in words."""
        self.number += 1
        words, commands = [], []
        for action in self.choose():
            said, more = action()
            self.done[action.__name__] = self.done.get(action.__name__, 0) + 1
            words.append(said)
            commands += more
        at_once = self.random.random() < 0.5
        if at_once:
            commands += [("beside", None, f"{command} >/dev/null 2>&1", None)
                         for command in self.random.sample(BESIDE, 2)]
            words.append("at once")
        self.note("; ".join(words))
        self.run(commands, at_once)
        self.check(False)
        if self.random.random() * CALM_EVERY < 1:
            self.calm()

    def run(self, commands, at_once):
        """Commands in dom0, and what follows from their answers."""
        if not commands:
            return
        script = "".join(
            f"( echo \"@{number} $({command} | tail -1)\" )"
            + (" &\n" if at_once else "\n")
            for number, (_, _, command, _) in enumerate(commands)) + "wait\n"
        answers = dict(ANSWER.findall(sight.ask(self.host, script, 120)))
        self.note(f"  {answers}")
        for number, (kind, _, command, after) in enumerate(commands):
            if kind not in MAY_SAY:
                continue
            rc = int(answers[str(number)])
            self.said[kind, rc] = self.said.get((kind, rc), 0) + 1
            if rc not in MAY_SAY[kind]:
                raise Failed(f"{command}: {rc}")
            if not rc and after:
                after()

    def words(self):
        """What was done, and what hypercalls said, for people."""
        return (", ".join(f"{number} {word}" for word, number
                          in sorted(self.done.items())) + "; "
                + ", ".join(f"{number} {kind} {rc}" for (kind, rc), number
                            in sorted(self.said.items())))

    def history(self):
        """The last rounds."""
        return " | ".join(self.notes.read_text().splitlines()[-6:])[-1500:]

    def note(self, text):
        with open(self.notes, "a") as file:
            file.write(f"{self.number}: {text}\n")

    def check(self, settled):
        if self.host.fatal():
            raise Failed(self.host.fatal())
        wrong, _ = self.host.owners.check(settled)
        if wrong:
            raise Failed(wrong)
        self.buses_seen.update(self.host.owners.machines[-1].secondaries
                               .values())
        where = self.host.owners.places[self.live]
        owner = self.host.owners.last.listed.get(where)
        if owner != "d0":
            raise Failed(f"{self.live}, in use, is {owner}'s")

    def calm(self):
        """All is as it was, and dom0 and Xen agree."""
        self.calms += 1
        self.note("calm")
        self.mischief.restore_all()
        sight.ask(self.host, "echo 1 >/sys/bus/pci/rescan", 120)
        said = self.agent() + self.agent()
        self.note(f"  {said.strip()}")
        self.check(True)
        lists_agree()(self.host)
        self.settled = self.host.owners.machines[-1]

    def quiet(self):
        """As it was at boot, so that heaps can be compared: the free pages,
        and those that are kept for the buses there ever were."""
        self.calm()
        for number in sorted(self.ledger.domains):
            self.run([("destroy", None, f"domctl-call destroy {number}",
                       None)], False)
            self.host.owners.gone(number)
        for port in list(self.plugged):
            self.unplug(port)
        self.calm()
        for name in self.endpoints:
            where = place(self.host, name)
            owner = self.host.owners.last.listed[iommu.number(where)]
            if in_quarantine(domain_of(owner)):
                self.run([("deassign", name, "domctl-call deassign "
                           f"{DOM_IO} {where}", None)], False)
            self.ledger.given.pop(name, None)
        self.calm()
        tables_agree()(self.host)
        return heap_pages(self.host), pages_for(self.buses_seen)


def pages_for(buses):
    """The pages that Xen and the module keep for the buses ever used: VT-d's
    context entries; the module's places and record, for each four."""
    return len(buses) + 2 * len({bus // 4 for bus in buses})


def rounds(endpoints, bridges, ports, live):
    """As many random rounds as --rounds says, by the seed that --seed says.

    The arguments are those of Hostile.
    """
    def check(host, _patience):
        count = int(os.environ.get("LAB_ROUNDS", ROUNDS))
        seed = int(os.environ.get("LAB_SEED", random.randrange(1 << 31)))
        run, began = Hostile(host, seed, endpoints, bridges, ports,
                             live), time.monotonic()
        try:
            configspace.find_all(host, [device.id for device in
                                        host.machine.all_devices()])
            run.calm()
            warm = min(WARM_UP, count // 2)
            for _ in range(count):
                run.one()
                if run.number == warm:
                    first = run.quiet()
            last = run.quiet()
        except (Failed, QmpError, sight.Unseen, Dom0Gone) as failed:
            why = host.end() if isinstance(failed, Dom0Gone) else failed
            raise Failed(f"seed {seed}, round {run.number} of {count}: {why}"
                         f" ({run.history()})") from failed
        words = (f"seed {seed}: {count} rounds in "
                 f"{time.monotonic() - began:.0f} s, {run.calms} calms; "
                 f"{run.words()}; Xen's heap: {first[0]} pages free after "
                 f"round {warm}, {last[0]} in the end, with "
                 f"{last[1] - first[1]} for buses used since for the first "
                 "time")
        if first[0] - last[0] > HEAP_SLACK + last[1] - first[1]:
            raise Failed(f"leaks: {words}")
        return words
    return Expectation("hostile", "hostile rounds", check)
