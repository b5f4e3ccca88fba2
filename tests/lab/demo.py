# SPDX-License-Identifier: GPL-2.0-only
"""Case D for a person: a stock Xen beside one with the module."""
import concurrent.futures
import copy
import textwrap
import time

from . import expect, hypervisor, locks, runner, sight
from .cases.renumber import D
from .dom0 import Dom0Gone
from .host import Host
from .paths import RUNS, LabUnavailable, shown
from .qmp import QmpError
from .steps import agent_once

STORY = """\
A host with Xen. Behind a PCIe slot there is a PCI bridge with a network card
and another bridge. At boot, the firmware numbers the PCI buses; Xen looks at
them and remembers what is where. Then Linux in dom0 starts and, because it was
told to (pci=assign-busses), numbers the buses anew. It reports every device
to Xen. We boot this host twice and ask the same questions.
"""

WIDTH = 36


def _failure_of(expectation, host):
    """What was seen, when it is not as it should be; else None."""
    try:
        expectation(host, 5)
    except expect.Failed as failed:
        return str(failed)
    return None


def _refused(host):
    refused = _failure_of(expect.no_refused_add(), host)
    if refused is None:
        return "yes"
    return "NO. " + refused


def _again(host):
    card = sight.sbdf(host, "card")
    answer = sight.ask(host, f"physdev-call add {card}").strip()
    return "yes" if answer == "0" else f"NO: error {answer}"


def _ghosts(host):
    ghosts = sorted(sight.known_to_xen(host) - sight.lspci(host))
    return "none" if not ghosts else " ".join(ghosts)


def _agent(host):
    if not host.hypervisor.has_module:
        return "(not safe to repair here: removing a device whose report " \
               "failed can take a stock Xen down)"
    failure = _failure_of(agent_once(), host)
    if failure:
        return f"NO: the agent: {failure}"
    ghosts = _ghosts(host)
    return "yes" if ghosts == "none" else f"NO, still {ghosts}"


def _tables(host):
    difference = _failure_of(expect.tables_agree(), host)
    return "yes" if difference is None else f"NO: {difference}"


QUESTIONS = [
    ("Does Xen accept every device that dom0 reports?", _refused),
    ("Can the network card be reported again?", _again),
    ("Places where Xen believes in a device though there is none", _ghosts),
    ("Does the agent (xen-pcid --once) clear these?", _agent),
    ("Is Xen's table of bridges and buses what lspci shows?", _tables),
]


def _interview(lab, name):
    """The answers of one hypervisor, or what kept us from asking."""
    try:
        xen = hypervisor.get(name)
    except LabUnavailable as unavailable:
        return [f"not there: {unavailable}"] * len(QUESTIONS)
    answers = []
    try:
        with locks.a_place(), \
                Host(copy.deepcopy(D.machine), xen, lab.kernel,
                     lab.initramfs, RUNS / f"demo-{name}") as host:
            for _, ask in QUESTIONS:
                answers.append(ask(host))
    except (Dom0Gone, QmpError, sight.Unseen) as error:
        answers.append(f"NO ANSWER: {error}")
    return answers + ["-"] * (len(QUESTIONS) - len(answers))


def _beside(left, right):
    """Two texts in two columns."""
    columns = [textwrap.wrap(text, WIDTH) or [""] for text in (left, right)]
    for row in range(max(map(len, columns))):
        cells = [column[row] if row < len(column) else ""
                 for column in columns]
        print(f"    {cells[0]:{WIDTH}}  {cells[1]}".rstrip())


def run():
    """Exit code: 0 shown, 1 the module's answers are not all good ones."""
    print(STORY)
    started = time.monotonic()
    try:
        lab = runner.Lab()
    except LabUnavailable as unavailable:
        print(f"The lab cannot run here: {unavailable}")
        return 1
    print("Booting both (half a minute) ...\n", flush=True)
    names = ("stock", "module")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda name: _interview(lab, name), names))
    _beside("STOCK XEN", "XEN WITH THE MODULE")
    for (question, _), left, right in zip(QUESTIONS, *answers):
        print(f"\n{question}")
        _beside(left, right)
    print(f"\n{time.monotonic() - started:.0f} s. Xen's own words: "
          f"{shown(RUNS)}/demo-stock/xen.log and demo-module/xen.log")
    return 1 if any(answer.startswith(("NO", "not there", "-"))
                    for answer in answers[1]) else 0
