# SPDX-License-Identifier: GPL-2.0-only
"""Whose memory each device's DMA reaches, held against whose device it is.

The IOMMU's tables are read from the machine's memory; who has what comes from
Xen's own list, and for what the case gave away, from the case. What must hold
always:

- The IOMMU is on, a domain's entries all have the same page tables, and no
  entry those of a domain that is gone.
- Each entry is accounted for by a device in Xen's list with that owner: its
  own ID, a phantom function's, or that of the bridge that its DMA passes.
- What the case gave to a guest is that guest's, or in quarantine, or has no
  entry. An ID that a guest's or a quarantined device carries is never dom0's.

Between a change of bus numbers and Xen's hearing of it, the machine before
the change accounts for entries, too. Once dom0 and Xen agree, only the machine
as it is does.
"""
import re
import time
from dataclasses import dataclass, field

from . import iommu, sight, topology
from .iommu import DOM_IO

# Readings until two are the same, and until a complaint is believed: while a
# daemon works, Xen's list and the tables are of two moments.
READINGS = 5
TRIES = 3
WAIT = 0.3
COMPLAINTS_SHOWN = 4

LISTED = re.compile(r"0000:([0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) - "
                    r"(d\d+|d\[\w+\]|DomIO:[0-9a-f]+)")
DOMAIN = re.compile(r"^domain (\d+) (alive|dying)$", re.M)
PHANTOM = re.compile(r"pci-phantom=([0-9a-f:]+\.?[0-7]?),([124])")
ASK = "domctl-call console Q , domains"


@dataclass
class Ledger:
    """What the case did, which is what has to be.

    domains: those that it made and that live
    given:   name of a device -> domain that it was given to (or DOM_IO)
    carried: name -> the IDs that it carried when all was settled
    """
    domains: set = field(default_factory=set)
    given: dict = field(default_factory=dict)
    carried: dict = field(default_factory=dict)


@dataclass
class Look:
    """tables: iommu.Tables; listed: place -> owner, in Xen's words
    alive: numbers of the domains there are; machine: topology.Topology"""
    tables: iommu.Tables
    listed: dict
    alive: set
    machine: topology.Topology


def parse(output):
    """(listed, alive) from what ASK prints."""
    return ({iommu.number(bdf): owner
             for bdf, owner in LISTED.findall(output)},
            {int(number) for number, state in DOMAIN.findall(output)
             if state == "alive"})


def domain_of(owner):
    """Xen's word for an owner as a number; what is hidden in Xen is mapped
    for dom0."""
    if owner.startswith("DomIO:"):
        return int(owner[6:], 16)
    return {"d[XEN]": 0, "d[IO]": DOM_IO}.get(owner) \
        if "[" in owner else int(owner[1:])


def in_quarantine(domain):
    return domain is not None and (domain == DOM_IO
                                   or domain >= iommu.DOMID_PSEUDO)


def matches(entry, owner):
    """Whether this owner accounts for the entry."""
    domain = domain_of(owner)
    if domain == DOM_IO:
        return entry.is_quarantine()
    return entry.domain == domain


class Owners:
    """The tables of one host, and what is known of who has what."""

    def __init__(self, host):
        self.host = host
        self.possible = (host.machine.iommu != "none"
                         and "iommu=off" not in host.machine.xen)
        self.wanted = self.possible     # after each step
        self.ledger = Ledger()
        self.machines = []      # since dom0 and Xen agreed last
        self.places = {}        # where each device was last seen
        self.roots = {}         # domain -> its page tables
        self.exempt = None      # IDs that no device has: see _special
        self.last = None        # the Look of the last check
        self.looks = 0
        self.seconds = 0

    # What is there.

    def glance(self):
        """Remembers the machine's bus numbers if they are new."""
        if not self.possible:
            return None
        now = topology.take(self.host)
        if not self.machines or now != self.machines[-1]:
            self.machines.append(now)
            self.places.update(now.places)
        return now

    def take(self):
        """A Look at one moment."""
        kind = self.host.machine.iommu
        for _ in range(READINGS):
            before = iommu.read(self.host.memory, kind)
            listed, alive = parse(sight.ask(self.host, ASK))
            after = iommu.read(self.host.memory, kind)
            if before.entries == after.entries and listed:
                break
        return Look(after, listed, alive, self.glance())

    def _special(self, look):
        """AMD's firmware names an ID for the IO-APIC, which does no DMA; Xen
        does not translate it. No device may ever get it."""
        if self.exempt is None:
            self.exempt = {rid for rid, entry in look.tables.entries.items()
                           if not entry.root
                           and rid not in look.machine.functions}
        return self.exempt

    # What is wrong with it.

    def _phantoms(self, place):
        for bdf, stride in PHANTOM.findall(self.host.machine.xen):
            bdf = bdf if "." in bdf else f"{bdf}.0"
            if iommu.number(bdf) == place:
                yield from range(place, place | 7, int(stride))

    def _accounts(self, look):
        """ID -> owners of the devices that account for it."""
        found = {}
        for place, owner in look.listed.items():
            ids = {place, *self._phantoms(place)}
            for machine in self.machines:
                ids = ids.union(*machine.aliases(place))
            for rid in ids:
                found.setdefault(rid, set()).add(owner)
        return found

    def _forget(self, look):
        """What Xen has let go, and what no living domain has the use of, is
        nobody's: when it is added again, dom0 may have it."""
        for name, domain in list(self.ledger.given.items()):
            if (domain not in look.alive
                    and self.places[name] not in look.listed):
                del self.ledger.given[name]

    def _entries(self, look):
        """What holds of each entry by itself."""
        accounts, special = self._accounts(look), self._special(look)
        for rid, entry in sorted(look.tables.entries.items()):
            where = f"{look.machine.describe(rid)} has {entry.words()}"
            owners = accounts.get(rid, set())
            if not entry.root:
                if rid not in special or rid in look.machine.functions:
                    yield where
            elif (not entry.is_quarantine()
                  and entry.domain not in look.alive):
                yield f"{where}, which is gone"
            elif not any(matches(entry, owner) for owner in owners):
                yield (f"{where}; for whom it is in Xen's list: "
                       + (" ".join(sorted(owners)) or "nobody"))
            else:
                yield from self._root(entry, where)

    def _root(self, entry, where):
        known = self.roots.setdefault(entry.domain, entry.root)
        if known != entry.root:
            yield (f"{where}, with other page tables ({entry.root:#x}) than "
                   f"the domain's ({known:#x})")

    def ids(self, look, name):
        """The IDs that count as those of a device with this name: what its
        DMA carries, and what Xen maps for it where only that uses it. (AMD:
        a bridge is a device of dom0's with an entry of its own.)"""
        carried = look.machine.requesters(name)
        if carried is None:
            return None
        place, used, also = carried
        return {place} | used | (also if self.host.machine.iommu == "intel"
                                 else set())

    def _users(self, look):
        """ID -> domains that the case gave a device to that carries it."""
        users = {}
        for name, domain in self.ledger.given.items():
            for rid in self.ids(look, name) or ():
                users.setdefault(rid, set()).add(domain)
        return users

    def _given(self, look, settled):
        """What the case gave away."""
        users = self._users(look)
        for name, domain in sorted(self.ledger.given.items()):
            ids = self.ids(look, name)
            if ids is None or (not settled
                               and ids != self.ledger.carried.get(name)):
                continue
            who = "quarantine" if domain == DOM_IO else f"d{domain}"
            place = look.machine.places[name]
            owner = look.listed.get(place)
            if owner is not None and not in_quarantine(domain_of(owner)) \
                    and domain_of(owner) != domain:
                yield (f"{look.machine.describe(place)} is {owner}'s in Xen's "
                       f"list, and was given to {who}")
            for rid in sorted(ids):
                entry = look.tables.entries.get(rid)
                if entry and not entry.is_quarantine() \
                        and entry.domain not in users[rid] - {DOM_IO}:
                    yield (f"{name}, given to {who}, carries "
                           f"{iommu.name(rid)}, which has {entry.words()}")

    def _dom0s(self, look):
        """What dom0 has must not reach a guest's memory; where it shares an
        ID with a guest's device, it may."""
        users = self._users(look)
        named = {look.machine.places.get(name) for name in self.ledger.given}
        for place in sorted(look.machine.functions - named):
            used, _ = look.machine.aliases(place)
            for rid in used or {place}:
                entry = look.tables.entries.get(rid)
                if entry and entry.domain and not entry.is_quarantine() \
                        and entry.domain not in users.get(rid, ()):
                    yield (f"{look.machine.describe(place)} is dom0's and "
                           f"carries {iommu.name(rid)}, which has "
                           f"{entry.words()}")

    def complaints(self, look, settled):
        if not look.tables.enabled:
            return ["the IOMMU is off"]
        found = [*self._entries(look), *self._given(look, settled)]
        if settled:
            found += self._dom0s(look)
        return list(dict.fromkeys(found))

    # The check.

    def check(self, settled):
        """Looks; (what is wrong, or None; what was seen).

        settled: dom0 and Xen agree about what is where
        """
        began = time.monotonic()
        for tries_left in reversed(range(TRIES)):
            look = self.take()
            self._forget(look)
            if settled:
                del self.machines[:-1]
            found = self.complaints(look, settled)
            if not found:
                break
            if tries_left:
                time.sleep(WAIT)
        self.last = look
        self.looks += 1
        self.seconds += time.monotonic() - began
        if settled:
            self.settle(look)
        more = len(found) - COMPLAINTS_SHOWN
        text = "; ".join(found[:COMPLAINTS_SHOWN]) \
            + (f" (and {more} more)" if more > 0 else "")
        return text or None, look.tables.words()

    def settle(self, look):
        """From now on each device carries what it carries now."""
        self.ledger.carried = {name: self.ids(look, name)
                               for name in self.ledger.given}

    def give(self, name, domain):
        """The toolstack gave the device to the domain, or to DOM_IO."""
        self.ledger.given[name] = domain
        self.ledger.carried[name] = self.ids(self.take(), name)

    def gone(self, domain):
        """A domain has ended: Xen puts what it had into quarantine."""
        self.ledger.domains.discard(domain)
        self.ledger.given = {
            name: DOM_IO if owner == domain else owner
            for name, owner in self.ledger.given.items()}
