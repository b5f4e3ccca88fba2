# SPDX-License-Identifier: GPL-2.0-only
"""Runs cases on hypervisors, two hosts at a time, and collects results."""
import concurrent.futures
import copy
import time
import traceback
from dataclasses import asdict, dataclass, field

from . import (ending, hypervisor, initramfs, kernel, locks, packages,
               sight)
from .dom0 import Dom0Gone
from .expect import Failed
from .host import Host
from .paths import RUNS, LabUnavailable
from .qmp import QmpError
from .steps import agent_once

MODULE_OFF = "xen-pci=off"


@dataclass
class Finding:
    """One step or expectation, and what was seen."""
    text: str
    helper: str
    turned: str
    ok: bool
    seen: str


@dataclass
class Result:
    """A case on a hypervisor. outcome: passed, failed or skipped."""
    case: str
    title: str
    user: str
    xen: str
    outcome: str
    reason: str = ""
    seconds: float = 0
    boot_seconds: float = 0
    findings: list = field(default_factory=list)

    def as_json(self):
        return asdict(self)


class Lab:
    """What every run needs, made once."""

    def __init__(self):
        with locks.alone("artefacts"):
            packages.ensure()
            self.kernel = kernel.ensure()
            self.initramfs = initramfs.ensure(self.kernel)


def _plan(case, hypervisor):
    """Steps and expectations, in their order."""
    if not hypervisor.has_module:
        return case.steps + case.stock
    plan = case.steps + case.module
    if case.agent:
        plan = plan + [agent_once()]
    return plan + case.after


def _owners(host, check, held):
    """After everything that was done: whose memory DMA reaches now. What is
    wrong with it, in words, or None; None too where nobody can be asked."""
    if host.boot_failure or not host.owners.wanted:
        return None
    try:
        return host.owners.check(held and check.settles)[0]
    except (sight.Unseen, Dom0Gone, QmpError, OSError):
        return None


def _check_all(case, host, result, owners):
    """Checks everything; a failed step ends it, a failed expectation not."""
    last = None
    is_stock = not host.hypervisor.has_module or MODULE_OFF in case.machine.xen
    if not owners or is_stock and not case.stock_owners:
        host.owners.wanted = False
    for check in _plan(case, host.hypervisor):
        try:
            seen, ok = check(host), True
        except Failed as failed:
            seen, ok = str(failed), False
        result.findings.append(
            Finding(check.text, check.helper, check.turned, ok, seen))
        wrong = _owners(host, check, ok)
        if wrong and wrong != last:
            result.findings.append(Finding(f"owners, after: {check.text}",
                                           "owners", None, False, wrong))
        last = wrong
        if not ok and check.helper == "step":
            break
    if host.owners.looks:
        result.findings.append(Finding(
            "owners", "step", None, True, f"{host.owners.looks} looks at the "
            f"IOMMU's tables in {host.owners.seconds:.1f} s"))


def run_case(lab, case, xen, owners):
    """One case on one hypervisor (hypervisor.Hypervisor)."""
    with locks.a_place():
        return _run_case(lab, case, xen, owners)


def _run_case(lab, case, xen, owners):
    result = Result(case.name, case.title, case.user, xen.name, "failed")
    started = time.monotonic()
    try:
        with Host(copy.deepcopy(case.machine), xen, lab.kernel, lab.initramfs,
                  RUNS / f"{case.name}-{xen.name.replace('/', '_')}") as host:
            result.boot_seconds = round(host.boot_seconds, 1)
            _check_all(case, host, result, owners)
    except (QmpError, Dom0Gone, OSError) as error:
        result.reason = str(error)
    except Exception as error:
        # A mistake of the lab's own; the other cases go on.
        result.reason = f"{error!r} at " + " < ".join(
            f"{frame.name}:{frame.lineno}" for frame
            in reversed(traceback.extract_tb(error.__traceback__)))
    else:
        bad = [found for found in result.findings if not found.ok]
        result.outcome = "failed" if bad else "passed"
        result.reason = "; ".join(f"{found.text}: {found.seen}"
                                  for found in bad)
    result.seconds = round(time.monotonic() - started, 1)
    return result


def _skipped(case, name, why):
    return Result(case.name, case.title, case.user, name, "skipped", why)


def run(cases, names, done, is_chosen=lambda case, name: True, owners=True):
    """Runs cases on the hypervisors of these names.

    is_chosen: (case, name of a hypervisor) -> whether it is to be run there
    owners: whether the IOMMU's tables are looked at after each step

    done: called with each Result as it is there. Returns all of them.
    """
    results, jobs = [], []

    def finish(result):
        results.append(result)
        done(result)

    try:
        lab, why = Lab(), None
    except LabUnavailable as unavailable:
        lab, why = None, str(unavailable)
    with ending.Pool(locks.HOSTS_AT_ONCE) as pool:
        for name in names:
            try:
                xen, missing = hypervisor.get(name), why
            except LabUnavailable as unavailable:
                xen, missing = None, why or str(unavailable)
            for case in cases:
                if not is_chosen(case, name) or (
                        xen is not None and not case.runs_on(xen)):
                    continue
                if missing:
                    finish(_skipped(case, name, missing))
                else:
                    jobs.append(pool.submit(run_case, lab, case, xen,
                                            owners))
        for job in concurrent.futures.as_completed(jobs):
            finish(job.result())
    return results
