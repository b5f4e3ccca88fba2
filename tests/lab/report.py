# SPDX-License-Identifier: GPL-2.0-only
"""Results for people (a line each) and for other programs (JSON)."""
import json

from . import locks
from .paths import RESULTS


def line(result):
    """One result in one line, with the reason where it did not pass."""
    word = {"passed": "ok", "failed": "FAIL", "skipped": "skip"}
    text = (f"{word[result.outcome]:4}  {result.case:9} {result.xen:7} "
            f"{result.seconds:6.1f} s")
    if result.outcome == "passed":
        return f"{text}  {result.title}"
    return f"{text}  {result.reason}"


def skips(results):
    """What was skipped, as tests/check wants to be told."""
    return [f"SKIP {result.case}/{result.xen}: {' '.join(result.reason.split())}"
            for result in results if result.outcome == "skipped"]


def exit_code(results):
    """0 only if something ran, and whatever was asked for has passed: a lab
    that could not run has not shown anything."""
    return 0 if results and all(result.outcome == "passed"
                                for result in results) else 1


def closing(results):
    count = {word: sum(1 for result in results if result.outcome == word)
             for word in ("passed", "failed", "skipped")}
    return (f"{count['passed']} passed, {count['failed']} failed, "
            f"{count['skipped']} skipped")


# Each of these must have been seen to fail where something is really wrong.
DECISIVE = ("host_survives", "lists_agree", "nvme_live", "reads",
            "no_dma_fault", "no_refused_add", "tables_agree", "isolated")


def never_seen_failing(results):
    """Decisive expectations that held on each stock Xen: a test that cannot
    fail is none."""
    failed = {found.turned for result in results
              if result.xen == "stock" for found in result.findings
              if found.helper == "wrong" and found.ok}
    return [helper for helper in DECISIVE if helper not in failed]


def load():
    """All results kept so far: (case, hypervisor) -> result as JSON."""
    if not RESULTS.exists():
        return {}
    return {(entry["case"], entry["xen"]): entry
            for entry in json.loads(RESULTS.read_text())}


def keep(results):
    """Adds these to the results kept; what was run anew replaces the old."""
    with locks.alone("results"):
        kept = load()
        for result in results:
            if result.outcome != "skipped":
                kept[result.case, result.xen] = result.as_json()
        RESULTS.write_text(json.dumps([kept[key] for key in sorted(kept)],
                                      indent=1) + "\n")
