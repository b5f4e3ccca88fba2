# SPDX-License-Identifier: GPL-2.0-only
"""One suite: `make check-NAME` as a process, its log, and what came of it."""
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field

import counts
import skips

# Seconds; no suite takes as long but one that hangs.
LIMIT = 45 * 60


@dataclass
class Outcome:
    """skips: (case, what it said, why it is accepted or None)."""
    name: str
    seconds: float
    passed: int = 0
    failed: int = 0
    skips: list = field(default_factory=list)
    # What is wrong with the suite as a whole.
    faults: list = field(default_factory=list)


def judge(name, status, text, seconds, accepted=skips.reason):
    """What came of a suite that ended so, and said that."""
    found = counts.read(text)
    outcome = Outcome(name, seconds, found.passed, found.failed)
    for case, said in found.skips:
        outcome.skips.append((case, said, accepted(name, case, said)))
    refused = {}
    for case, said, why in outcome.skips:
        if why is None:
            refused.setdefault(said, []).append(case)
    for said, cases in refused.items():
        more = len(cases) - 1
        outcome.faults.append(
            f"skipped, and not among the accepted skips: {cases[0]}"
            + (f" and {more} more" if more else "") + f": {said}")
        outcome.failed += more
    unnamed = found.skipped - len(found.skips)
    if unnamed > 0:
        outcome.faults.append(f"{unnamed} skipped without saying why")
    if not found.lines:
        outcome.faults.append("it does not say how many tests passed")
    elif not found.passed and not found.failed and not found.skips:
        outcome.faults.append("no test ran")
    if status and not found.failed:
        outcome.faults.append(f"exit status {status}")
    outcome.failed += len(outcome.faults)
    return outcome


class Suite:
    """A make target that runs; its output goes to a log."""

    def __init__(self, name, command, log):
        self.name, self.log = name, log
        self.started = time.monotonic()
        self.late = False
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True,
                env=environment())

    def seconds(self):
        return time.monotonic() - self.started

    def is_over(self):
        if not self.late and self.seconds() > LIMIT:
            self.late = True
            os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.poll() is not None

    def text(self):
        return self.log.read_text(errors="replace")

    def last_line(self):
        """The last thing that it said, for who waits."""
        with open(self.log, "rb") as file:
            file.seek(max(0, self.log.stat().st_size - 2000))
            lines = file.read().decode(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines)
                     if line.strip()), "")

    def outcome(self):
        found = judge(self.name, self.process.returncode, self.text(),
                      self.seconds())
        if self.late:
            found.faults.append(f"not done after {LIMIT // 60} minutes")
            found.failed += 1
        return found


def environment():
    """What the caller's make was told is told to ours by arguments only."""
    return {name: value for name, value in os.environ.items()
            if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL",
                            "MAKEOVERRIDES", "GNUMAKEFLAGS")}
