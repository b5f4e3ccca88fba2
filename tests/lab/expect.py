# SPDX-License-Identifier: GPL-2.0-only
"""What a case may expect of a running host.

An expectation is checked against a host: it returns what was seen (a short
text), or raises Failed with what was seen instead. wrong() turns one around:
that is how a case says what goes wrong on a stock Xen, and it is what shows
that every expectation here can fail.
"""
import hashlib
import re
import time
from dataclasses import dataclass
from typing import Callable

from . import hypfs, machine, sight, truth
from .dom0 import TIMED_OUT, Dom0Gone
from .pace import scaled

# Seconds to wait for what takes its time; less where it is to stay away.
PATIENCE = 40
PATIENCE_FOR_WRONG = 15

DMA_FAULT = re.compile(
    r"(?:DMAR:\[[^\]]*\] Request device \[|IO_PAGE_FAULT: )"
    r"([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])")
REFUSED_ADD = re.compile(
    r"([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]): Failed to add")


class Failed(Exception):
    """An expectation does not hold; the text is what was seen."""


@dataclass
class Expectation:
    """check(host, patience) returns what was seen or raises Failed.

    helper: the function here that made it
    turned: for a wrong(), the helper whose expectation it turns around
    settles: where it holds, dom0 and Xen agree about what is where
    """
    helper: str
    text: str
    check: Callable
    turned: str = None
    settles: bool = False

    def __call__(self, host, patience=PATIENCE):
        try:
            return self.check(host, patience)
        except sight.Unseen as unseen:
            raise Failed(str(unseen)) from unseen
        except Dom0Gone as gone:
            raise Failed(host.end()) from gone


def wrong(expectation, seen):
    """expectation must fail, with a text that the pattern seen is found in."""
    def check(host, _patience):
        try:
            result = expectation(host, PATIENCE_FOR_WRONG)
        except Failed as failed:
            if re.search(seen, str(failed)):
                return str(failed)
            raise Failed(f"fails otherwise than by {seen!r}: "
                         f"{failed}") from failed
        raise Failed(f"holds, which it should not: {result}")
    return Expectation("wrong", f"goes wrong: {expectation.text}", check,
                       turned=expectation.helper)


def _until(patience, probe):
    """Repeats probe until it does not raise Failed, or patience is over."""
    deadline = time.monotonic() + scaled(patience)
    while True:
        try:
            return probe()
        except (Failed, sight.Unseen):
            if time.monotonic() > deadline:
                raise
        time.sleep(0.5)


def host_survives():
    """Xen and dom0 run, and Xen has not complained of itself."""
    def check(host, _patience):
        if host.fatal():
            raise Failed(host.fatal())
        if host.boot_failure:
            raise Failed(host.boot_failure)
        if sight.ask(host, "echo here").strip() != "here":
            raise Failed("dom0 does not answer")
        return "the host is up"
    return Expectation("host_survives", "the host survives", check)


def lists_agree():
    """Xen knows exactly the devices that lspci shows in dom0."""
    def check(host, _patience):
        dom0, xen = sight.lspci(host), sight.known_to_xen(host)
        if dom0 != xen:
            raise Failed(f"stale: {_names(xen - dom0)}; "
                         f"missing: {_names(dom0 - xen)}")
        return f"the same {len(xen)} devices"
    return Expectation("lists_agree", "Xen's list is lspci's", check)


def _names(sbdfs):
    return " ".join(sorted(sbdfs)) or "none"


def stale(*sbdfs):
    """Xen has these beyond what lspci shows, and misses none."""
    names = " ".join(sorted(f"0000:{sbdf}" for sbdf in sbdfs))
    return wrong(lists_agree(), f"^stale: {re.escape(names)}; missing: none$")


def nvme_live(name):
    """The disk's driver is through with it, and uses MSI-X."""
    def probe(host):
        place = sight.directory(host, name)
        sbdf = place.rsplit("/", 1)[1]
        state = sight.ask(host, f"cat {place}/nvme/*/state").strip()
        if state != "live":
            raise Failed(f"nvme {sbdf}: state {state}")
        caps = sight.ask(host, f"lspci -vv -s {sbdf}")
        if "MSI-X: Enable+" not in caps:
            raise Failed(f"nvme {sbdf}: live, but MSI-X is not enabled")
        return f"nvme {sbdf}: live with MSI-X"
    return Expectation("nvme_live", f"{name} is live with MSI-X",
                       lambda host, patience:
                       _until(patience, lambda: probe(host)))


def reads(name):
    """A read of the disk's first MiB completes, with the right content."""
    expected = hashlib.md5(machine.disk_content()).hexdigest()

    def check(host, patience):
        block = _until(patience, lambda: sight.block_device(host, name))
        # Without the drop a second read would not reach the device.
        rc, output = host.dom0.run(
            "echo 3 >/proc/sys/vm/drop_caches; "
            f"dd if={block} bs=64k count=16 2>/dev/null | md5sum", patience)
        if rc == TIMED_OUT:
            raise Failed(f"a read from {block} ({name}) hangs")
        if rc or output.split()[:1] != [expected]:
            raise Failed(f"a read from {block} ({name}) gives wrong data "
                         f"or an error: {output.strip()}")
        return f"{name} reads"
    return Expectation("reads", f"a read from {name} completes", check)


def no_dma_fault():
    def check(host, _patience):
        faults = sorted(set(DMA_FAULT.findall(host.log())))
        if faults:
            raise Failed("DMA fault: " + " ".join(faults))
        return "no DMA fault"
    return Expectation("no_dma_fault", "no DMA fault in Xen's log", check)


def no_refused_add():
    def check(host, _patience):
        refused = sorted(set(REFUSED_ADD.findall(host.log())))
        if refused:
            raise Failed("dom0: Failed to add " + " ".join(refused))
        return "no add refused"
    return Expectation("no_refused_add", "Xen refuses no device of dom0's",
                       check)


def physdev(call, result):
    """physdev-call with these arguments returns result (an integer).

    {name} in call stands for where the device of that name is.
    """
    def check(host, _patience):
        command = re.sub(r"\{(\w+)\}",
                         lambda found: sight.sbdf(host, found.group(1)), call)
        output = sight.ask(host, f"physdev-call {command}").strip()
        if output != str(result):
            raise Failed(f"{command}: {output}, not {result}")
        return f"{command}: {output}"
    return Expectation("physdev", f"{call} gives {result}", check)


def is_at(name, sbdf):
    """The device is there in dom0 (the case would mean nothing otherwise)."""
    def check(host, patience):
        def probe():
            now = sight.sbdf(host, name)
            if now != f"0000:{sbdf}":
                raise Failed(f"{name} is at {now}, not at 0000:{sbdf}")
            return f"{name} is at {sbdf}"
        return _until(patience, probe)
    return Expectation("is_at", f"{name} is at {sbdf} in dom0", check)


def tables_agree():
    """The module's tables equal what dom0 sees, entry by entry."""
    def check(host, _patience):
        try:
            return truth.compare(hypfs.read(host), truth.devices(host))
        except (hypfs.Unreadable, truth.Differs) as difference:
            raise Failed(str(difference)) from difference
    return Expectation("tables_agree", "hypfs has what lspci says", check,
                       settles=True)


# Lies about dom0, each of which a comparison of the tables has to notice.
LIES = {
    "a device left out": lambda devices: devices.pop(),
    "another device ID": lambda devices: devices[-1].update(device="1234"),
    "another device type": lambda devices: devices[-1].update(type="rcec"),
    "a wider bridge": lambda devices: next(
        entry for entry in devices
        if entry["secondary"] != "-").update(subordinate="fe"),
    "a PF": lambda devices: devices[-1].update(physfn="0000:00:00.0"),
}


def lies_are_noticed():
    """The comparison of the tables fails where it has to."""
    def check(host, _patience):
        try:
            tables = hypfs.read(host)
        except hypfs.Unreadable as unreadable:
            raise Failed(str(unreadable)) from unreadable
        for name, lie in LIES.items():
            devices = truth.devices(host)
            lie(devices)
            try:
                truth.compare(tables, devices)
            except truth.Differs:
                continue
            raise Failed(f"not noticed: {name}")
        return f"{len(LIES)} lies noticed"
    return Expectation("lies_are_noticed", "wrong tables are noticed", check)


def module_is(state):
    """The module is in this hypervisor, and on or off."""
    def check(host, _patience):
        try:
            now = hypfs.state(host)
        except hypfs.Unreadable as unreadable:
            raise Failed(str(unreadable)) from unreadable
        if now != state:
            raise Failed(f"the module is {now}")
        return f"the module is {now}"
    return Expectation("module_is", f"the module is {state}", check)


def all_well():
    """What holds on every host on which nothing is wrong."""
    return [host_survives(), no_dma_fault(), no_refused_add()]


def consistent():
    """Xen's view is dom0's, to the last entry."""
    return [lists_agree(), tables_agree()]
