# SPDX-License-Identifier: GPL-2.0-only
"""A device falls silent in the middle of a report: a link that goes down, a
function level reset. After the first read, after the second, and so on, until
the report has none left."""
import threading

from . import debugger, hypfs, iommu, sight
from .configspace import find, hush, wake
from .dom0 import Dom0Gone
from .domains import place
from .expect import Expectation, Failed

READS_MOST = 60
# Nothing happened, or the caller is told that it could not be seen.
MAY_RETURN = (0, -19, -11)


def _known(host):
    """What Xen and the module know, for a comparison."""
    look = host.owners.take()
    tables = hypfs.read(host) if host.hypervisor.has_module \
        else hypfs.Tables()
    return {"owners": {iommu.name(place): owner
                       for place, owner in look.listed.items()},
            "devices": {entry["sbdf"]: entry for entry in tables.devices},
            "buses": {entry["bus"]: entry for entry in tables.buses},
            "entries": {iommu.name(rid): entry.words()
                        for rid, entry in look.tables.entries.items()}}


def _differences(before, after):
    for what, old in before.items():
        new = after[what]
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) != new.get(key):
                yield f"{what} {key}: {old.get(key)} became {new.get(key)}"


def _call(host, command, answers):
    """In a thread of its own: the machine stands still now and then."""
    try:
        answers.append(int(sight.ask(host, command, 120)))
    except (sight.Unseen, Dom0Gone, ValueError) as error:
        answers.append(error)


def _once(host, name, where, good):
    """A report of name, which answers so many reads. (answer, reads)"""
    answers = []
    caller = threading.Thread(target=_call, args=(
        host, f"physdev-call add {where}", answers))

    def act(number):
        if number == good + 1:
            hush(host, name)

    caller.start()
    try:
        reads = debugger.watch_reads(host, iommu.number(where), act,
                                     lambda: not caller.is_alive())
    finally:
        caller.join()
        if find(host, name).saved is not None:
            wake(host, name)
    if not isinstance(answers[0], int):
        raise Failed(f"{good} good reads: {answers[0]}")
    return answers[0], reads


def torn_report(name):
    """A report that is not needed, of a device that falls silent after 0, 1,
    2 ... of its reads, and answers again afterwards: nothing changes."""
    def check(host, _patience):
        where, before = place(host, name), _known(host)
        seen = []
        for good in range(READS_MOST):
            rc, reads = _once(host, name, where, good)
            if not reads:
                raise Failed("a report reads nothing: are these the symbols "
                             "of the Xen that runs?")
            seen.append(rc)
            wrong = list(_differences(before, _known(host)))
            if rc not in MAY_RETURN:
                wrong.insert(0, f"returns {rc}")
            if wrong:
                raise Failed(f"silent after {good} good reads (returns {rc}):"
                             f" {'; '.join(wrong[:4])}")
            if reads <= good:
                return (f"a report reads {reads} times; silent after "
                        f"0 to {reads - 1} of them: returns "
                        + ", ".join(map(str, seen[:-1])))
        raise Failed(f"a report reads more than {READS_MOST} times")
    return Expectation("torn", f"{name} falls silent in a report", check)
