# SPDX-License-Identifier: GPL-2.0-only
"""Steps of a case that make domains and give them devices, and what a case
expects of who has what.

The domains have no memory: for the IOMMU they are domains like others. What
is done here is kept in the host's ledger (owners.Ledger), against which every
look at the IOMMU's tables is held.
"""
import dataclasses
import re

from . import iommu, sight
from .expect import Expectation, Failed
from .iommu import DOM_IO
from .owners import domain_of, in_quarantine
from .steps import _step, dom0


def place(host, name):
    """Where a device is now, as the machine itself has it; where it was last
    if it cannot be reached."""
    host.owners.glance()
    return f"0000:{iommu.name(host.owners.places[name])}"


def _call(host, command, wanted=0):
    """domctl-call with one of its first five commands."""
    rc = int(sight.ask(host, f"domctl-call {command}", 60))
    if rc != wanted:
        raise Failed(f"domctl-call {command}: {rc}, not {wanted}")
    return rc


def create(domain, kind=""):
    """A domain without memory; kind: hvm, else PV."""
    @_step(f"make domain {domain}")
    def do(host, _patience):
        _call(host, f"create {domain} {kind}")
        host.owners.ledger.domains.add(domain)
        return "made"
    return do


def destroy(domain):
    """Ends a domain; what it had goes into quarantine."""
    @_step(f"destroy domain {domain}")
    def do(host, _patience):
        _call(host, f"destroy {domain}")
        host.owners.gone(domain)
        return "destroyed"
    return do


def give(name, domain):
    """The toolstack assigns a device that is dom0's, or in quarantine."""
    @_step(f"assign {name} to domain {domain}")
    def do(host, _patience):
        where = place(host, name)
        _call(host, f"assign {domain} {where}")
        host.owners.give(name, domain)
        return f"{where} is d{domain}'s"
    return do


def refused(name, domain, code):
    """The device is not to be had: the assignment returns this."""
    def check(host, _patience):
        where = place(host, name)
        _call(host, f"assign {domain} {where}", code)
        return f"{where} is not given to d{domain}: {code}"
    return Expectation("refused", f"{name} is refused to domain {domain}",
                       check)


def quarantine(name):
    return give(name, DOM_IO)


def take_back(name):
    """The toolstack deassigns a device that Xen still has: into quarantine,
    and from there back to dom0."""
    @_step(f"deassign {name}")
    def do(host, _patience):
        where, ledger = place(host, name), host.owners.ledger
        domain = ledger.given.pop(name, None)
        if iommu.number(where) not in host.owners.take().listed:
            return f"Xen does not know {where}"
        if domain not in (None, DOM_IO):
            _call(host, f"deassign {domain} {where}")
        _call(host, f"deassign {DOM_IO} {where}")
        return f"{where} is dom0's again"
    return do


def let_go(name):
    """No driver of dom0's has the device any more (pciback would do that)."""
    @_step(f"unbind {name} in dom0")
    def do(host, _patience):
        where = sight.sbdf(host, name)
        sight.ask(host, f"d=/sys/bus/pci/devices/{where}; "
                        "[ ! -e $d/driver ] || "
                        f"echo {where} >$d/driver/unbind", 60)
        return "unbound"
    return do


def _driver(host, name, what, driver=None):
    """Has dom0's driver (or this one) unbind or bind the device."""
    where = sight.sbdf(host, name)
    path = (f"/sys/bus/pci/drivers/{driver}" if driver
            else f"/sys/bus/pci/devices/{where}/driver")
    sight.ask(host, f"echo {where} >{path}/{what}", 90)
    return where


def unbound(name):
    """The driver gives the device back: Xen is asked to unbind interrupts."""
    def check(host, _patience):
        return f"{_driver(host, name, 'unbind')}: unbound"
    return Expectation("rebound", f"{name}'s driver gives it back", check)


def bound(name, driver):
    """The driver takes the device."""
    def check(host, _patience):
        return f"{_driver(host, name, 'bind', driver)}: bound"
    return Expectation("rebound", f"{driver} takes {name}", check)


def rebound(name):
    """The driver gives the device back and takes it again, as at a reload:
    Xen is asked to unbind interrupts, and to bind others."""
    def check(host, _patience):
        driver = sight.ask(host, "readlink -f /sys/bus/pci/devices/"
                                 f"{sight.sbdf(host, name)}/driver").strip()
        _driver(host, name, "unbind")
        where = _driver(host, name, "bind", driver.rsplit("/", 1)[1])
        return f"{where}: unbound and bound"
    return Expectation("rebound", f"{name}'s driver is reloaded", check)


def guest(domain, *names):
    """A guest with these devices."""
    return [let_go(name) for name in names] + [create(domain)] + [give(name, domain) for name in names]


def isolated():
    """dom0 and Xen agree, and so do the IOMMU's tables, to the last entry."""
    def check(host, _patience):
        wrong, seen = host.owners.check(settled=True)
        if wrong:
            raise Failed(wrong)
        return seen
    return Expectation("isolated", "DMA reaches its owner's memory alone",
                       check, settles=True)


def call(what, name, *codes, at=None):
    """A physdev hypercall, add or remove, of what is or was there by that
    name (at: where it was before) returns one of these; any without."""
    def check(host, _patience):
        where = at or place(host, name)
        rc = int(sight.ask(host, f"physdev-call {what} {where}", 60))
        if codes and rc not in codes:
            raise Failed(f"{what} {name} ({where}): {rc}, not "
                         + " or ".join(map(str, codes)))
        return f"{what} {name} ({where}): {rc}"
    wanted = f" gives {' or '.join(map(str, codes))}" if codes else ""
    return Expectation("physdev", f"{what} {name}{wanted}", check)


def agent_looks():
    """The agent's turn, whatever it says at the end."""
    return dataclasses.replace(dom0("xen-pcid --once", 60), helper="agent",
                               settles=True)


def agent_says(pattern):
    """The agent's turn, and it says something of the kind."""
    def check(host, _patience):
        said = sight.ask(host, "xen-pcid --once", 60)
        if not re.search(pattern, said):
            raise Failed(f"the agent says: {said.strip()[-300:]}")
        return said.strip()
    return Expectation("agent", f"the agent says {pattern!r}", check,
                       settles=True)


def owner_is(name, *words):
    """In Xen's list the device is one of these: d5, quarantine, dom0, gone."""
    def check(host, _patience):
        look = host.owners.take()
        where = host.owners.places[name]
        owner = look.listed.get(where)
        domain = domain_of(owner) if owner else None
        word = ("gone" if domain is None
                else "quarantine" if in_quarantine(domain)
                else f"d{domain}" if domain else "dom0")
        if word not in words:
            raise Failed(f"{name} ({iommu.name(where)}): {word}")
        return f"{name} ({iommu.name(where)}): {word}"
    return Expectation("owner_is", f"{name} is {' or '.join(words)}'s", check)
