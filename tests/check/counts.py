# SPDX-License-Identifier: GPL-2.0-only
"""What a suite's output says of how many tests passed, failed, were skipped.

Every program of a suite ends with one of these, and names each skip:

    NAME: 12 passed, 0 failed                 or with ", 1 skipped"
    NAME: 12 checks, 0 failed
    SKIP CASE: why
    the tables of CUnit, and the last lines of Python's unittest
"""
import re
from dataclasses import dataclass, field

CLOSING = re.compile(r"^(?:[^\n]*: )?(\d+) passed, (\d+) failed"
                     r"(?:, (\d+) skipped)?(?: \([^)\n]*\))?$", re.M)
CHECKS = re.compile(r"^[^\n]*: (\d+) checks, (\d+) failed$", re.M)
SKIP = re.compile(r"^ *SKIP ([^\s:]+): (.*)$", re.M)
# tests, total, ran, passed, failed
CUNIT = re.compile(r"^ +tests +\d+ +\d+ +(\d+) +(\d+) +\d+$", re.M)
UNITTEST = re.compile(r"^Ran (\d+) tests? in [^\n]*\n\n(OK|FAILED)"
                      r"(?: \(([^)\n]*)\))?$", re.M)


@dataclass
class Counts:
    """Of one suite. skips: (case, why); skipped counts those unnamed, too."""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    skips: list = field(default_factory=list)
    lines: int = 0

    def add(self, passed, failed, skipped=0):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped
        self.lines += 1


def _of_unittest(counts, match):
    words = dict(re.findall(r"(\w+)=(\d+)", match[3] or ""))
    skipped = int(words.get("skipped", 0))
    failed = sum(int(words.get(word, 0)) for word in ("failures", "errors"))
    counts.add(int(match[1]) - failed - skipped, failed, skipped)


def read(text):
    """The Counts of a suite's whole output; .lines is 0 if it has none."""
    counts = Counts()
    for match in CLOSING.finditer(text):
        counts.add(int(match[1]), int(match[2]), int(match[3] or 0))
    for match in CHECKS.finditer(text):
        counts.add(int(match[1]) - int(match[2]), int(match[2]))
    for match in CUNIT.finditer(text):
        counts.add(int(match[1]), int(match[2]))
    for match in UNITTEST.finditer(text):
        _of_unittest(counts, match)
    counts.skips = SKIP.findall(text)
    return counts
