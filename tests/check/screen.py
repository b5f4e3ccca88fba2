# SPDX-License-Identifier: GPL-2.0-only
"""What `make check` shows: a line a suite, and on a terminal what runs now."""
import os
import shutil
import sys
import time

# Seconds without a line after which one says what runs, on no terminal.
SILENCE = 60


def duration(seconds):
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60:02} s"


def numbers(outcome):
    words = [f"{outcome.passed} passed"]
    if outcome.failed:
        words.append(f"{outcome.failed} failed")
    if outcome.skips:
        words.append(f"{len(outcome.skips)} skipped")
    return ", ".join(words)


class Screen:
    """total: how many suites there are."""

    def __init__(self, total):
        self.total, self.done = total, 0
        self.terminal = sys.stdout.isatty() and os.environ.get(
            "TERM", "dumb") != "dumb"
        self.begun = self.last = time.monotonic()

    def clear(self):
        if self.terminal:
            print("\r\033[K", end="", flush=True)

    def say(self, text):
        self.clear()
        print(text, flush=True)
        self.last = time.monotonic()

    def _line(self, word, suite, seen):
        self.say(f"{self.done:2}/{self.total} {word:4}  {suite.name:10} "
                 f"{duration(suite.seconds()):>12}  {seen}")

    def built(self, suite):
        self._line("ok", suite, "what the suites need")

    def passed(self, suite, outcome):
        self.done += 1
        self._line("ok", suite, numbers(outcome))

    def failed(self, suite, outcome):
        """The line, and all that the suite has said."""
        if suite.name != "build":
            self.done += 1
        self._line("FAIL", suite, numbers(outcome))
        for fault in outcome.faults:
            self.say(f"      {suite.name}: {fault}")
        self.say(f"----- {suite.name}: {suite.log.name}")
        text = suite.text()
        print(text, end="" if text.endswith("\n") or not text else "\n")
        self.say(f"----- end of {suite.log.name}")

    def progress(self, running):
        """What runs now, with the last words of what runs longest."""
        now = time.monotonic()
        if now - self.last < (0.5 if self.terminal else SILENCE):
            return
        self.last = now
        names = ", ".join(f"{suite.name} {duration(suite.seconds())}"
                          for suite in running)
        text = (f"{self.done:2}/{self.total} ...   {names}: "
                f"{running[0].last_line()}")
        if self.terminal:
            width = shutil.get_terminal_size().columns - 1
            print("\r\033[K" + text[:width], end="", flush=True)
        else:
            print(text[:200], flush=True)
