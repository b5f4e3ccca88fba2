# SPDX-License-Identifier: GPL-2.0-only
"""xen-pcid as a daemon in dom0: starting it, hurting it, what it has to say."""
import re
import statistics
import time

from . import look, sight
from .expect import Expectation, Failed, _until

STORE = "/tool/xen-pcid"
JOURNAL = "/var/lib/xen-pci/journal"
START = "xen-pcid --set log-target=syslog"
# Where dom0's syslog goes; the daemon's own lines.
SYSLOG = "/var/log/messages"
# What the daemon says of a device that only one side has.
MISSING = re.compile(r"^(\S+\.[0-7]).*: the hypervisor does not know it", re.M)
STALE = re.compile(r"^(\S+\.[0-7]).*: dom0 has no device there any more", re.M)
RECORD = re.compile(r"^([0-9a-f]{16}) (pending|done) +(\S+) +[0-9a-f]{8}$",
                    re.M)
REMOVED = re.compile(r"PCI remove device ([0-9a-f:]+\.[0-7])")
STATES = ("in agreement", "repairing", "needs attention")


def _step(text):
    return lambda do: Expectation("step", text, do)


def start(*settings):
    """Starts the daemon with what its configuration file says, and these."""
    line = " ".join([START, *(f"--set {setting}" for setting in settings)])

    @_step(f"in dom0: {line}")
    def do(host, _patience):
        sight.ask(host, f"pidof syslogd >/dev/null || syslogd; {line}")
        return "it runs"
    return do


def kill(signal="KILL"):
    """Ends the daemon with a signal, and waits until it has gone."""
    @_step(f"kill -{signal} the daemon")
    def do(host, _patience):
        sight.ask(host, f"kill -{signal} $(pidof xen-pcid) && "
                        "while pidof xen-pcid; do usleep 20000; done")
        return "it has gone"
    return do


def restart_xenstored():
    """xenstored dies, and another one with nothing in it starts."""
    @_step("kill -9 xenstored, start it again")
    def do(host, _patience):
        sight.ask(host, "kill -9 $(pidof xenstored); sleep 0.5; "
                        "rm -f /run/xenstored.pid /run/xenstored/*; "
                        "xenstored --pid-file /run/xenstored.pid")
        return "it runs"
    return do


def says(host):
    """What stands in xenstore: last part of the path -> value."""
    rc, output = host.dom0.run(
        f"for n in state text counts/pending counts/differences counts/failed "
        f"hypervisor update renumbering generation; do "
        f"echo $n=$(xenstore-read {STORE}/$n); done")
    if rc:
        raise Failed(f"nothing in xenstore: {output.strip()[-200:]}")
    return dict(line.split("=", 1) for line in output.splitlines()
                if "=" in line)


def daemon_says(*states):
    """The daemon runs, and xenstore has one of these states."""
    def probe(host):
        if host.dom0.run("pidof xen-pcid")[0]:
            raise Failed("the daemon does not run")
        said = says(host)
        if said["state"] not in states:
            raise Failed(f"the daemon says {said['state']!r}: {said['text']}")
        return f"the daemon says {said['state']!r}"
    return Expectation("daemon_says", f"the daemon says {states}",
                       lambda host, patience:
                       _until(patience, lambda: probe(host)))


def agreement():
    """By the daemon's own word, and by the lab's comparison."""
    return [daemon_says("in agreement"), tables_follow()]


def tables_follow():
    """The tables become what dom0 sees, without a push."""
    def probe(host):
        difference = look.take(host).difference()
        if difference:
            raise Failed(difference)
        return "tables and list are dom0's"
    return Expectation("tables_follow", "the hypervisor follows dom0",
                       lambda host, patience:
                       _until(patience, lambda: probe(host)), settles=True)


def journal_is_empty():
    """Nothing is pending: by the file itself, and by the daemon's word."""
    def probe(host):
        text = sight.ask(host, f"cat {JOURNAL}")
        pending = set()
        for _, word, sbdf in RECORD.findall(text):
            if word == "pending":
                pending.add(sbdf)
            else:
                pending.discard(sbdf)
        said = says(host)["counts/pending"]
        if not text.startswith("xen-pci-journal 1"):
            raise Failed(f"no journal: {text[:40]!r}")
        if pending or said != "0":
            raise Failed(f"pending: {' '.join(sorted(pending)) or said}")
        return "the journal holds nothing"
    return Expectation("journal_is_empty", "the journal holds nothing",
                       lambda host, patience:
                       _until(patience, lambda: probe(host)))


def qemu_devices(host):
    """What query-pci shows: the SBDFs."""
    def walk(devices):
        for device in devices:
            yield (f"0000:{device['bus']:02x}:{device['slot']:02x}"
                   f".{device['function']:x}")
            yield from walk(device.get("pci_bridge", {}).get("devices", ()))
    return {sbdf for bus in host.qmp.command("query-pci")
            for sbdf in walk(bus["devices"])}


def three_agree():
    """QEMU's query-pci, dom0 and the hypervisor list the same devices."""
    def probe(host):
        seen = look.take(host)
        qemu, dom0 = qemu_devices(host), {device["sbdf"]
                                          for device in seen.devices}
        if qemu != dom0:
            raise Failed(f"QEMU alone: {sorted(qemu - dom0)}, "
                         f"dom0 alone: {sorted(dom0 - qemu)}")
        if seen.lists_differ():
            raise Failed(seen.lists_differ())
        return f"QEMU, dom0 and Xen: the same {len(qemu)} devices"
    return Expectation("three_agree", "QEMU, dom0 and Xen list the same",
                       lambda host, patience:
                       _until(patience, lambda: probe(host)))


def qemu_and_dom0_agree():
    """On a stock Xen, the daemon only looks on."""
    def probe(host):
        qemu, dom0 = qemu_devices(host), sight.lspci(host)
        if qemu != dom0:
            raise Failed(f"QEMU alone: {sorted(qemu - dom0)}, "
                         f"dom0 alone: {sorted(dom0 - qemu)}")
        return f"QEMU and dom0: the same {len(qemu)} devices"
    return Expectation("qemu_and_dom0_agree", "QEMU and dom0 list the same",
                       lambda host, patience:
                       _until(patience, lambda: probe(host)))


def audits_only():
    """The daemon has made no hypercall that changes anything."""
    def check(host, patience):
        said = _until(patience, lambda: _audit(host))
        log = sight.ask(host, f"cat {SYSLOG}")
        done = [line for line in log.splitlines()
                if "xen-pcid" in line and line.endswith(": done")]
        if done:
            raise Failed(f"it did something: {done[0]}")
        return said
    return Expectation("audits_only", "the daemon only audits", check)


def _audit(host):
    if host.dom0.run("pidof xen-pcid")[0]:
        raise Failed("the daemon does not run")
    said = says(host)
    if said["hypervisor"] != "xen-stock":
        raise Failed(f"the daemon takes this for {said['hypervisor']}")
    if said["state"] not in STATES:
        raise Failed(f"the daemon says {said['state']!r}")
    return f"the daemon audits: {said['text']}"


def audit_is_right():
    """On a stock Xen: the daemon names the devices that only one side has,
    each of them and no other."""
    def names(sbdfs):
        return " ".join(sorted(sbdfs)) or "none"

    def probe(host):
        _audit(host)
        said = sight.ask(host, f"n=$(xenstore-read {STORE}/problems); i=0; "
                               "while [ $i -lt $n ]; do "
                               f"xenstore-read {STORE}/problems/$i; "
                               "i=$((i + 1)); done")
        seen = look.take(host)
        dom0 = {device["sbdf"] for device in seen.devices}
        for what, found, really in (
                ("missing", MISSING.findall(said), dom0 - seen.known),
                ("stale", STALE.findall(said), seen.known - dom0)):
            if set(found) != really:
                raise Failed(f"{what}: {names(really)}; the daemon says "
                             f"{names(found)}: {said.strip()[:300]}")
        return ("the daemon names what differs: "
                f"stale {names(seen.known - dom0)}; "
                f"missing {names(dom0 - seen.known)}")
    return Expectation("audit_is_right", "the daemon names what differs",
                       lambda host, patience:
                       _until(patience, lambda: probe(host)))


def killed_at(point, gone, unknown):
    """The daemon starts and dies at a fault point of its plan: Xen has one
    device that dom0 has not, and does not know one that dom0 has (nothing
    uses either of them)."""
    @_step(f"killed at {point}")
    def do(host, _patience):
        sight.ask(host, "echo 1 >/sys/bus/pci/rescan", 60)
        gone_at, unknown_at = sight.sbdf(host, gone), sight.sbdf(host, unknown)
        said = sight.ask(
            host, f"echo 1 >/sys/bus/pci/devices/{gone_at}/remove; "
                  f"physdev-call add {gone_at}; "
                  f"physdev-call remove {unknown_at}; "
                  f"XEN_PCID_FAULT={point} timeout 20 {START} --foreground; "
                  "echo rc $?", 60)
        if said.split()[:2] != ["0", "0"]:
            raise Failed(f"dom0 and Xen cannot be made to differ: {said}")
        # 128 and SIGKILL's number.
        if said.split()[-2:] != ["rc", "137"]:
            raise Failed(f"the daemon was not killed there: {said}")
        return "it was killed"
    return do


def announced(name, times=20):
    """What the kernel announces reaches the hypervisor: Xen is made to forget
    the device (which nothing uses), the kernel sends an event of it. How long
    that took is said and not judged: this is an emulated machine."""
    def check(host, _patience):
        place, took = sight.sbdf(host, name), []
        for _ in range(times):
            took.append(float(sight.ask(
                host, f"physdev-call announce {place} 5000")))
        return (f"{times} events: from the event to the hypervisor "
                f"{statistics.median(took):.0f} ms in the middle, "
                f"{max(took):.0f} ms at most; "
                f"{sum(ms <= 100 for ms in took)} within 100 ms")
    return Expectation("announced", "what the kernel announces arrives", check)


def left_in_order(physfn, *virtfns):
    """Xen let the VFs go, and the PF after them (its own log)."""
    def check(host, patience):
        def probe():
            order = [sbdf.removeprefix("0000:")
                     for sbdf in REMOVED.findall(host.log())]
            missing = {physfn, *virtfns} - set(order)
            if missing:
                raise Failed(f"not removed: {' '.join(sorted(missing))}")
            if any(order.index(virtfn) > order.index(physfn)
                   for virtfn in virtfns):
                raise Failed(f"in this order: {' '.join(order)}")
            return f"in this order: {' '.join(order)}"
        return _until(patience, probe)
    return Expectation("left_in_order", "VFs left before their PF", check)


def none_known(*sbdfs):
    """Xen knows nothing at these places."""
    def check(host, patience):
        def probe():
            known = sight.known_to_xen(host) & {f"0000:{sbdf}"
                                                for sbdf in sbdfs}
            if known:
                raise Failed(f"still known: {' '.join(sorted(known))}")
            return f"Xen knows none of {' '.join(sbdfs)}"
        return _until(patience, probe)
    return Expectation("none_known", f"Xen knows none of {sbdfs}", check)


def wait_for_daemon(seconds):
    """Longer than the daemon's shortest check."""
    @_step(f"give the daemon {seconds} s")
    def do(_host, _patience):
        time.sleep(seconds)
        return "waited"
    return do
